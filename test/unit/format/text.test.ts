import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeText, encodeText, isCleanText, positionOf } from '../../../src/format/text.ts'
import { runs } from '../../helpers/runs.ts'

const bytesOf = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes)

describe('a text made of bytes', () => {
  it('gives every sequence of bytes back', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 4 }),
      fc.string({ unit: 'grapheme' }).map((text) => Uint8Array.from(Buffer.from(text))),
      fc.constantFrom(
        bytesOf(0xef, 0xbb, 0xbf),
        bytesOf(0xed, 0xa0, 0x80),
        bytesOf(0xf0, 0x9f, 0x98),
        bytesOf(0xc0, 0x80),
      ),
    )
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const bytes = Uint8Array.from(pieces.flatMap((each) => [...each]))
        expect([...encodeText(decodeText(bytes))]).toEqual([...bytes])
      }),
      runs(300),
    )
  })

  it('is the UTF-8 text where it is UTF-8, byte order mark included', () => {
    const text = '\ufeffé😀\u0000\u2028'
    expect(decodeText(Buffer.from(text))).toBe(text)
    expect(isCleanText(text)).toBe(true)
  })

  it.each([
    ['a lone byte', [0x61, 0xff, 0x62], 'a\udcffb'],
    ['an overlong zero', [0xc0, 0x80], '\udcc0\udc80'],
    ['a surrogate', [0xed, 0xa0, 0x80], '\udced\udca0\udc80'],
    ['a code point beyond Unicode', [0xf4, 0x90, 0x80, 0x80], '\udcf4\udc90\udc80\udc80'],
    ['a cut-off sequence between letters', [0x61, 0xe2, 0x82, 0x62, 0xc3, 0xa9], 'a\udce2\udc82bé'],
  ])('holds %s as lone surrogates', (_, bytes, text) => {
    expect(decodeText(Uint8Array.from(bytes))).toBe(text)
    expect(isCleanText(text)).toBe(false)
  })

  it('reads a part of a larger buffer only', () => {
    expect(decodeText(Buffer.from('xxabcxx').subarray(2, 5))).toBe('abc')
  })
})

describe('the position of an offset', () => {
  it.each([
    [0, 1, 1],
    [1, 1, 2],
    [2, 2, 1],
    [5, 3, 1],
    [7, 4, 2],
  ])('%i is line %i, column %i', (offset, line, column) => {
    expect(positionOf('a\nb\r\n\rcd', offset)).toEqual({ line, column })
  })
})
