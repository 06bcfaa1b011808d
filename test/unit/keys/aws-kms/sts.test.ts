import { describe, expect, it } from 'vitest'
import { AwsFailure } from '../../../../src/keys/aws-kms/failure.ts'
import { readAssumedRole, sessionName } from '../../../../src/keys/aws-kms/sts.ts'
import { expectNoSecret } from '../../../helpers/canary.ts'

describe('the name of a session', () => {
  it.each([
    ['web-1.example.com', 'sops@web1.example.com'],
    ['ünïcode host', 'sops@ncodehost'],
    ['a'.repeat(100), `sops@${'a'.repeat(59)}`],
    ['', 'sops@'],
  ])('on %j is %s, as in sops', (host, name) => {
    expect(sessionName(host)).toBe(name)
  })
})

describe('a role that was taken on', () => {
  const parts = {
    AccessKeyId: 'ASIA1',
    SecretAccessKey: 'C4N4RY-secret',
    SessionToken: 'C4N4RY-token',
    Expiration: '2026-11-22T23:00:00Z',
  }
  const reply = (elements: object, statusCode = 200) => ({
    statusCode,
    body: Buffer.from(
      Object.entries(elements)
        .map(([name, value]) => `<${name}>${value}</${name}>`)
        .join('\n'),
    ),
  })
  const read = (given: ReturnType<typeof reply>, correct = () => false) => {
    try {
      return readAssumedRole(given, correct)
    } catch (error) {
      expectNoSecret(error)
      return error
    }
  }

  it('is read from the reply', () => {
    expect(readAssumedRole(reply(parts), () => false)).toEqual({
      accessKeyId: 'ASIA1',
      secretAccessKey: 'C4N4RY-secret',
      sessionToken: 'C4N4RY-token',
      expiration: new Date('2026-11-22T23:00:00Z'),
    })
  })

  it.each(Object.keys(parts))('is an error without its %s', (name) => {
    expect(read(reply({ ...parts, [name]: '' }))).toBeInstanceOf(AwsFailure)
    expect(read(reply({ ...parts, more: `<${name}>twice</${name}>` }))).toBeInstanceOf(AwsFailure)
  })

  it('is an error with a reason when it is refused', () => {
    expect(read(reply({ Code: 'AccessDenied', Message: 'C4N4RY' }, 403))).toMatchObject({
      permission: 'sts:AssumeRole',
      reason: { isDenial: true },
    })
    expect(read(reply({ Code: 'C4N4RY' }, 503))).toMatchObject({ reason: { isTransient: true } })
  })

  it('asks for the clock only when that may be what is wrong', () => {
    const asked = (code: string) => read(reply({ Code: code }, 403), () => true)
    expect(asked('SignatureDoesNotMatch')).toMatchObject({ isClockCorrected: true })
    expect(asked('AccessDenied')).toMatchObject({ isClockCorrected: false })
  })
})
