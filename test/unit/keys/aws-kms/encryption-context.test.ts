import { describe, expect, it } from 'vitest'
import { encryptionContext } from '../../../../src/keys/aws-kms/encryption-context.ts'
import { kmsKey } from '../../../helpers/aws.ts'
import { failure } from '../../../helpers/failure.ts'

const ARN = 'arn:aws:kms:eu-west-1:111122223333:key/a'
const BINDING = { name: 'prod', recipient: 'age1abc' }

describe('the encryption context', () => {
  it('is that of the key, without nulls; none when there is none', () => {
    expect(encryptionContext(kmsKey(ARN), undefined)).toBe(undefined)
    expect(encryptionContext(kmsKey(ARN, { context: {} }), undefined)).toBe(undefined)
    expect(encryptionContext(kmsKey(ARN, { context: { a: null } }), undefined)).toBe(undefined)
    expect(encryptionContext(kmsKey(ARN, { context: { a: '1', b: null, c: '' } }), undefined)).toEqual({
      a: '1',
      c: '',
    })
  })

  it('binds an identity to its name and recipient, beside what the key has', () => {
    expect(encryptionContext(kmsKey(ARN, { context: { a: '1' } }), BINDING)).toEqual({
      ...{ a: '1', 'bulla:name': 'prod', 'bulla:recipient': 'age1abc' },
    })
  })

  it('has room for a post-quantum recipient', () => {
    const [one, other] = ['q', 'p'].map((letter) => ({ ...BINDING, recipient: `age1pq1${letter.repeat(2000)}` }))
    const context = encryptionContext(kmsKey(ARN), one)
    expect(context?.['bulla:recipient']).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(context).not.toEqual(encryptionContext(kmsKey(ARN), other))
  })

  it('lets no entry of a file pass for a wrapped identity', () => {
    const key = kmsKey(ARN, { context: { 'bulla:name': 'prod', 'bulla:recipient': 'age1abc' } })
    expect(failure(() => encryptionContext(key, undefined)).code).toBe('ERR_RECIPIENT')
  })
})
