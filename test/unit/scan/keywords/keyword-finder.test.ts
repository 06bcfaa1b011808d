import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keywordFinder, plainFinder } from '../../../../src/scan/keywords/keyword-finder.ts'

type Build = typeof keywordFinder

function findAll(keywords: readonly string[], text: string, build: Build = keywordFinder): string[] {
  const found: string[] = []
  build(keywords).scan(text, (keyword, end) => {
    found.push(`${end - (keywords[keyword]?.length ?? 0)} ${keywords[keyword]}`)
  })
  return found.toSorted()
}

/** The same, one place and keyword after the other. */
function findSlowly(keywords: readonly string[], text: string): string[] {
  const lower = text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  const places = Array.from({ length: text.length }, (_, at) => at)
  return places
    .flatMap((at) => keywords.filter((word) => lower.startsWith(word, at)).map((word) => `${at} ${word}`))
    .toSorted()
}

describe.each([
  { name: 'in WebAssembly', build: keywordFinder },
  { name: 'in JavaScript', build: plainFinder },
])('a finder of keywords $name', ({ build }) => {
  it('finds keywords inside keywords, in any case', () => {
    expect(findAll(['she', 'he', 'hers', 'is'], 'uSHErs', build)).toEqual(['1 she', '2 he', '2 hers'])
  })

  it('tells of the longest one first, and of one that stands there twice twice', () => {
    const keywords = ['key', 'apikey', 'key', 'ey']
    const found: number[] = []
    build(keywords).scan('APIKEY', (keyword) => found.push(keyword))
    expect(found).toEqual([1, 0, 2, 3])
  })

  it('takes keywords of several lines', () => {
    expect(findAll(['a\nb', 'b'], 'xA\nb', build)).toEqual(['1 a\nb', '3 b'])
  })

  it('finds what a search of every place finds', () => {
    const words = fc.uniqueArray(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 5 }), {
      minLength: 1,
      maxLength: 8,
    })
    const texts = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'A', 'B', 'x', 'é', 'ᅡ', '\0'), maxLength: 60 })
    fc.assert(
      fc.property(words, texts, (keywords, text) => {
        expect(findAll(keywords, text, build)).toEqual(findSlowly(keywords, text))
      }),
      { numRuns: process.env['SLOW'] === undefined ? 200 : 5000 },
    )
  })

  it('goes on from one part of a long text to the next', () => {
    const text = `${'-'.repeat(16_380)}password${'-'.repeat(16_384)}word`
    expect(findAll(['password', 'word'], text, build)).toEqual(['16380 password', '16384 word', '32772 word'])
  })

  it('can be used for another text while one is scanned', () => {
    const finder = build(['ab', 'cd'])
    const found: string[] = []
    finder.scan(`ab${'-'.repeat(20_000)}cd`, (keyword, end) => {
      found.push(`${keyword} ${end}`)
      finder.scan('cdcdcda', () => undefined)
    })
    expect(found).toEqual(['0 2', '1 20004'])
  })
})

it('takes more keywords than WebAssembly would', () => {
  const ascii = Array.from({ length: 93 }, (_, index) => String.fromCharCode(index + 33))
  const keywords = [...ascii.filter((letter) => !/[A-Z]/.test(letter)), 'keyword']
  expect(findAll(keywords, '- keyword')).toEqual(findSlowly(keywords, '- keyword'))
})
