import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { sealValue } from '../../../src/crypto/cipher.ts'
import { asDataKey, createDataKey, importDataKey, wipeDataKey } from '../../../src/crypto/data-key.ts'
import { random } from '../../helpers/random.ts'

describe('a data key', () => {
  it('has 32 bytes that differ from key to key', () => {
    const keys = Array.from({ length: 20 }, () => Buffer.from(createDataKey(random)).toString('hex'))
    expect(new Set(keys).size).toBe(20)
    expect(keys.every((key) => key.length === 64)).toBe(true)
  })

  it.each([0, 16, 31, 33, 64])('is not made of %i bytes', (length) => {
    expect(() => asDataKey(new Uint8Array(length))).toThrow(RangeError)
  })

  it('is imported once', () => {
    const dataKey = createDataKey(random)
    expect(importDataKey(dataKey)).toBe(importDataKey(dataKey))
  })

  it('is all zeros after it was wiped, and cannot seal any more', () => {
    const dataKey = createDataKey(random)
    const seal = () =>
      sealValue({ dataKey, iv: random(32), aad: Buffer.from('a:'), plaintext: Buffer.from('hello'), type: 'str' })
    expect(seal()).toMatch(/^ENC\[/)
    wipeDataKey(dataKey)
    expect(dataKey.every((byte) => byte === 0)).toBe(true)
    expect(seal).toThrow(RangeError)
  })

  it('does not show its bytes through its imported form', () => {
    const dataKey = asDataKey(new Uint8Array(32).fill(0x66))
    expect(inspect(importDataKey(dataKey), { depth: 10, showHidden: true })).not.toMatch(/66|102/)
  })
})
