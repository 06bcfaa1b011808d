import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesOfPath, fieldsOf, pathOf } from '../../../src/git/paths.ts'

const runs = { numRuns: process.env['SLOW'] === undefined ? 300 : 50_000 }
/** Bytes that paths may have, often those that begin or continue a character of UTF-8. */
const bytes = fc
  .array(
    fc.oneof(fc.integer({ min: 1, max: 255 }), fc.constantFrom(0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xed, 0xa0, 0xf0, 0x9f)),
  )
  .map((array) => Buffer.from(array))

describe('the name of a path', () => {
  it('is its text where that is UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(pathOf(Buffer.from(text, 'utf8'))).toBe(text)
        expect(bytesOfPath(text).toString('utf8')).toBe(text)
      }),
      runs,
    )
    expect(pathOf(Buffer.from('a\ufffd'))).toBe('a\ufffd')
  })

  it('leads back to its bytes, whatever they are', () => {
    fc.assert(
      fc.property(bytes, (path) => {
        expect(bytesOfPath(pathOf(path)).equals(path)).toBe(true)
      }),
      runs,
    )
  })

  it('is the same in what git prints', () => {
    fc.assert(
      fc.property(fc.array(bytes.filter(({ length }) => length > 0)), (paths) => {
        const output = Buffer.concat(paths.flatMap((path) => [path, Buffer.of(0)]))
        expect(fieldsOf(output)).toEqual(paths.map(pathOf))
      }),
      runs,
    )
  })
})
