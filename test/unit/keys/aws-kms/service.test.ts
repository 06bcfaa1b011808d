import { describe, expect, it } from 'vitest'
import { awsService, kmsKey, patiently } from '../../../helpers/aws.ts'
import { failure, rejection } from '../../../helpers/failure.ts'

const ARN = 'arn:aws:kms:eu-west-1:111122223333:key/a'
const ROLE = 'arn:aws:iam::444455556666:role/deploy'

describe('a key of AWS KMS, before anybody is called', () => {
  it('is taken when it is well formed and goes to a public address', () => {
    awsService({}).service.check(kmsKey(ARN, { role: ROLE, profile: 'prod', context: { a: 'b' } }))
  })

  it('is refused when its ARN or its role is not one', () => {
    const { service } = awsService({})
    for (const key of [
      kmsKey('alias/x'),
      kmsKey(ARN, { role: 'admin' }),
      kmsKey(ARN, { context: { 'bulla:x': '' } }),
    ]) {
      expect(failure(() => service.check(key)).code).toBe('ERR_RECIPIENT')
    }
  })

  it('is refused when its account, or that of its role, is not allowed', () => {
    const allowing = (...accounts: string[]) => awsService({}, { settings: { accounts } }).service
    allowing('111122223333', '444455556666').check(kmsKey(ARN, { role: ROLE }))
    for (const service of [allowing('111122223333'), allowing('444455556666'), allowing()]) {
      expect(failure(() => service.check(kmsKey(ARN, { role: ROLE }))).code).toBe('ERR_NOT_ALLOWED')
    }
  })

  it.each(['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_KMS', 'AWS_ENDPOINT_URL_STS'])('minds where %s leads', (name) => {
    const { service } = awsService({ [name]: 'https://kms.internal.example' }, { settings: { hosts: [] } })
    expect(failure(() => service.check(kmsKey(ARN, { role: ROLE }))).code).toBe('ERR_NOT_ALLOWED')
  })

  it('is refused when the address that is set is none', () => {
    const { service } = awsService({ AWS_ENDPOINT_URL_KMS: 'C4N4RY' })
    expect(failure(() => service.check(kmsKey(ARN))).code).toBe('ERR_KEY_SERVICE')
  })

  it('says whose it is', () => {
    const { service } = awsService({})
    expect(service.account(kmsKey(ARN))).toBe('AWS account 111122223333 in eu-west-1')
    expect(service.account(kmsKey(ARN, { role: ROLE }))).toBe(
      'AWS account 111122223333 in eu-west-1 (with a role of account 444455556666)',
    )
  })

  it.each(['', 'not base64!', 'AAA', 'A'.repeat(20_000)])(
    'with a ciphertext that is none is not asked (%#)',
    async (enc) => {
      const error = await rejection(awsService({}).service.unwrap(kmsKey(ARN), enc, patiently()))
      expect(error.code).toBe('ERR_NO_DATA_KEY')
    },
  )

  it('in another region, of another caller or of RSA is not moved by the service', async () => {
    const { service } = awsService({})
    const from = { key: kmsKey(ARN), enc: 'AAAA' }
    const rsa = kmsKey(ARN)
    for (const key of [
      kmsKey(ARN.replace('eu-west-1', 'us-east-1')),
      kmsKey(ARN, { role: ROLE }),
      kmsKey(ARN, { profile: 'other' }),
      { ...rsa, fields: { ...rsa.fields, public_key: 'AAAA' } },
    ]) {
      expect(await service.rewrap(from, { key }, patiently())).toBe(undefined)
    }
  })
})
