import { describe, expect, it } from 'vitest'
import { safeCode, serviceError } from '../../../../src/keys/services/service-error.ts'
import { transportReason } from '../../../../src/keys/services/transport-reason.ts'

describe('an error of a key service', () => {
  it('says service, key, region, whose credentials and which permission', () => {
    const error = serviceError(
      { service: 'AWS KMS', verb: 'unwrap', key: 'arn:x', region: 'eu-west-1', caller: 'profile deploy' },
      { reason: 'access is denied', permission: 'kms:Decrypt', hint: 'ask for it' },
    )
    expect(error).toMatchObject({ code: 'ERR_KEY_SERVICE', hint: 'ask for it' })
    expect(error.message).toBe(
      'AWS KMS could not unwrap with arn:x (region eu-west-1, as profile deploy): access is denied; the permission kms:Decrypt is missing',
    )
  })

  it('shows names from files without what a terminal would obey, and not without end', () => {
    const act = { service: 'Vault', verb: 'wrap', key: `a\u001b[2J\n${'x'.repeat(500)}` } as const
    const { message } = serviceError(act, { reason: 'no', hint: 'do' })
    expect(message).toMatch(/^Vault could not wrap with a\?\[2J\?x{190,200}…: no$/)
  })

  it('shows codes of a service only when they look like codes', () => {
    expect(safeCode('AccessDeniedException')).toBe('AccessDeniedException')
    for (const code of ['', 'a b', '<html>', 'x'.repeat(65), '4', 7, undefined]) expect(safeCode(code)).toBeUndefined()
  })
})

describe('a failure of the transport', () => {
  const failure = (code: string, name = 'Error') => Object.assign(new Error('C4N4RY'), { code, name })

  it.each([
    ['ENOTFOUND', /DNS/, false],
    ['EAI_AGAIN', /DNS/, true],
    ['ECONNREFUSED', /nothing accepts/, false],
    ['ECONNRESET', /cut off/, true],
    ['ETIMEDOUT', /in time/, true],
    ['ERR_REPLY_TOO_LARGE', /larger/, false],
    ['ERR_PROXY_UNREACHABLE', /proxy/, false],
    ['HPE_INVALID_CONSTANT', /not HTTP/, false],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', /certificate/, false],
    ['CERT_HAS_EXPIRED', /certificate/, false],
    ['ERR_TLS_CERT_ALTNAME_INVALID', /certificate/, false],
  ])('%s is told in our words', (code, reason, isTransient) => {
    expect(transportReason(failure(code))).toMatchObject({ reason: expect.stringMatching(reason), isTransient })
  })

  it('is a deadline too', () => {
    expect(transportReason(new DOMException('x', 'TimeoutError'))).toMatchObject({ isTransient: true })
  })

  it('is nothing else', () => {
    for (const error of [new Error('x'), failure('EWHATEVER'), failure('toString'), 'ECONNRESET', undefined])
      expect(transportReason(error)).toBeUndefined()
  })
})
