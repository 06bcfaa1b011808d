import { describe, expect, it } from 'vitest'
import { marvin32 } from '../../../../src/scan/rules/marvin.ts'

describe('Marvin32', () => {
  // of both halves of 64 bits the test vectors of SymCrypt (lib/marvin32.c) have, 32 are left
  it.each([
    ['d53cd9cecd0893b7', 'abc', 0x22c74339492769bfn],
    ['0ddddeeeeffff000', 'abcdefghijklmnopqrstuvwxyz', 0xa128eb7e7260aca2n],
  ])('gives what other implementations give for %s', (seed, text, both) => {
    const expected = Number((both & 0xffffffffn) ^ (both >> 32n))
    expect(marvin32(Buffer.from(text), Buffer.from(seed, 'hex').toString('latin1'))).toBe(expected)
  })
})
