import { constants, deflateSync, inflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inflate } from '../../../../src/git/direct/inflate.ts'

const RUNS = process.env['SLOW'] === undefined ? 150 : 20_000
const MOST = 300_000

/** Texts that are compressed in each way: repeated from near and far, of few and of all bytes. */
const texts = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 2000 }),
      fc.string({ maxLength: 300 }).map((text) => new Uint8Array(Buffer.from(text))),
      fc
        .record({ piece: fc.uint8Array({ minLength: 1, maxLength: 40 }), times: fc.integer({ min: 2, max: 900 }) })
        .map(({ piece, times }) => new Uint8Array(piece.length * times).map((_, at) => piece[at % piece.length] ?? 0)),
      fc
        .array(fc.constantFrom('password', ': ', '\n', 'apiVersion', 'v1', '  ', 'ENC[AES256_GCM,data:'), {
          maxLength: 400,
        })
        .map((words) => new Uint8Array(Buffer.from(words.join('')))),
    ),
    { maxLength: 6 },
  )
  .map((parts) => Buffer.concat(parts))

const settings = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  memLevel: fc.integer({ min: 1, max: 9 }),
  windowBits: fc.integer({ min: 9, max: 15 }),
  strategy: fc.constantFrom(
    constants.Z_DEFAULT_STRATEGY,
    constants.Z_FILTERED,
    constants.Z_HUFFMAN_ONLY,
    constants.Z_RLE,
    constants.Z_FIXED,
  ),
})

/** What zlib makes of the bytes, or that it makes nothing. */
function byZlib(packed: Uint8Array): string {
  try {
    return inflateSync(packed, { maxOutputLength: MOST }).toString('latin1')
  } catch {
    return 'refused'
  }
}

function byUs(packed: Uint8Array): string {
  try {
    return inflate(packed, MOST).toString('latin1')
  } catch {
    return 'refused'
  }
}

describe('inflate', () => {
  it('gives back what zlib compressed, however it did, whatever stands behind it', () => {
    fc.assert(
      fc.property(texts, settings, fc.uint8Array({ maxLength: 9 }), (text, how, behind) => {
        const packed = deflateSync(text, how)
        expect(inflate(Buffer.concat([packed, behind]), text.length).equals(text)).toBe(true)
      }),
      { numRuns: RUNS },
    )
  })

  it('makes of damaged bytes what zlib makes of them', () => {
    const damage = fc.array(fc.record({ at: fc.nat(), by: fc.integer({ min: 1, max: 255 }) }), { maxLength: 3 })
    fc.assert(
      fc.property(texts, settings, damage, fc.nat(20), (text, how, changes, cut) => {
        const packed = deflateSync(text, how)
        for (const { at, by } of changes) packed[at % packed.length] = (packed[at % packed.length] ?? 0) ^ by
        const whole = packed.subarray(0, packed.length - (cut > 10 ? cut - 10 : 0))
        expect(byUs(whole)).toBe(byZlib(whole))
      }),
      { numRuns: RUNS },
    )
  })

  it('refuses what becomes more than it may', () => {
    const bomb = deflateSync(new Uint8Array(200_000))
    expect(inflate(bomb, 200_000)).toHaveLength(200_000)
    expect(() => inflate(bomb, 199_999)).toThrow('not what zlib makes')
    expect(() => inflate(bomb, 0)).toThrow('not what zlib makes')
  })

  it('takes nothing, one byte and much', () => {
    for (const length of [0, 1, 70_000, 3_000_000]) {
      const text = Buffer.from(Array.from({ length }, (_, at) => (at * at) % 251))
      expect(inflate(deflateSync(text), length).equals(text)).toBe(true)
    }
    expect(() => inflate(new Uint8Array(0), 10)).toThrow()
  })
})
