import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { separatorEnd } from '../../../../src/scan/passwords/separator.ts'

/** The same as an expression. */
const SEPARATOR =
  /(?:\\{0,3}["'`]\]?|\])?[ \t]{0,40}(?:\?|!)?(?::(?: {0,4}(?:string|String|str|&str|&'static str|\[\]byte|std::string))?[ \t]{0,4}=|:=|=>|={1,3}|->|:(?!:)|,|>)[ \t]{0,40}/y

function byExpression(text: string, at: number): number | undefined {
  SEPARATOR.lastIndex = at
  return SEPARATOR.test(text) ? SEPARATOR.lastIndex : undefined
}

describe('what stands between a name and its value', () => {
  it.each([
    ['key: value', 5],
    ['key = value', 6],
    ['key := value', 7],
    ['key?: string = value', 15],
    ["key: &'static str = value", 20],
    ['key\\": "value"', 7],
    ["key'] => value", 9],
    ['key::value', undefined],
    ['key value', undefined],
    ['key', undefined],
  ])('is read in %s', (text, end) => {
    expect(separatorEnd(text, 3)).toBe(end)
  })

  it('is what an expression finds', () => {
    const signs = ':= => == === = -> : :: , > ? ! " \' ` ] [ \\ string String str &str []byte std::string x'.split(' ')
    const piece = fc.constantFrom(...signs, "&'static str", ' ', '  ', '\t', '\n', ' '.repeat(41))
    const texts = fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join(''))
    fc.assert(
      fc.property(texts, fc.nat(3), (text, at) => {
        expect(separatorEnd(text, at)).toBe(byExpression(text, at))
      }),
      { numRuns: process.env['SLOW'] === undefined ? 2000 : 500_000 },
    )
  })
})
