import { describe, expect, it } from 'vitest'
import { UsageError } from '../../../src/errors.ts'
import type { KeyEntry, KeyType } from '../../../src/format/metadata.ts'
import { parseDecryptionOrder, sortByDecryptionOrder } from '../../../src/keys/decryption-order.ts'

function failure(text: string): UsageError {
  try {
    parseDecryptionOrder(text)
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError)
    return error as UsageError
  }
  throw new Error('nothing failed')
}

describe('parseDecryptionOrder', () => {
  it('is age, then pgp, when nothing is said', () => {
    expect(parseDecryptionOrder('')).toEqual(['age', 'pgp'])
  })

  it('keeps the order given, unknown names and blanks included', () => {
    expect(parseDecryptionOrder('kms,age, pgp,what')).toEqual(['kms', 'age', ' pgp', 'what'])
  })

  it.each(['age,age', 'kms,pgp,kms', 'what,what', ','])('refuses %s with ERR_DECRYPTION_ORDER', (text) => {
    expect(failure(text).code).toBe('ERR_DECRYPTION_ORDER')
  })

  it('names a repeated type, but shows nothing that is no type', () => {
    expect(failure('kms,kms').message).toContain('kms')
    expect(failure('s3cret-s3cret,s3cret-s3cret')).toMatchObject({ code: 'ERR_DECRYPTION_ORDER' })
    expect(failure('s3cret-s3cret,s3cret-s3cret').message).not.toContain('s3cret')
  })
})

describe('sortByDecryptionOrder', () => {
  const entry = (type: KeyType, enc: string): KeyEntry => ({ type, enc, fields: {} })
  const group = [
    entry('kms', '1'),
    entry('gcp_kms', '2'),
    entry('pgp', '3'),
    entry('pgp', '4'),
    entry('age', '5'),
    entry('age', '6'),
  ]
  const sorted = (order: string) =>
    sortByDecryptionOrder(group, parseDecryptionOrder(order))
      .map(({ enc }) => enc)
      .join('')

  it('puts listed types first and leaves the rest in file order', () => {
    expect(sorted('')).toBe('563412')
    expect(sorted('kms,age')).toBe('156234')
    expect(sorted('gcp_kms')).toBe('213456')
  })

  it('does nothing for unknown names', () => {
    expect(sorted('AGE, age,what')).toBe('123456')
  })
})
