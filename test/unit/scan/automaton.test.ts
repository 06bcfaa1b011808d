import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildAutomaton } from '../../../src/scan/automaton.ts'

function findAll(keywords: readonly string[], text: string): string[] {
  const found: string[] = []
  buildAutomaton(keywords).scan(text, (keyword, end) => {
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

describe('buildAutomaton', () => {
  it('finds keywords inside keywords, in any case', () => {
    expect(findAll(['she', 'he', 'hers', 'is'], 'uSHErs')).toEqual(['1 she', '2 he', '2 hers'])
  })

  it('finds what a search of every place finds', () => {
    const words = fc.uniqueArray(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 5 }), {
      minLength: 1,
      maxLength: 8,
    })
    const texts = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'A', 'B', 'x', 'é', '\0'), maxLength: 60 })
    fc.assert(
      fc.property(words, texts, (keywords, text) => {
        expect(findAll(keywords, text)).toEqual(findSlowly(keywords, text))
      }),
      { numRuns: process.env['SLOW'] === undefined ? 200 : 5000 },
    )
  })
})
