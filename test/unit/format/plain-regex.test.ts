import fc from 'fast-check'
import { RE2JS } from 're2js'
import { describe, expect, it } from 'vitest'
import { plainRegex } from '../../../src/format/plain-regex.ts'
import { runs } from '../../helpers/runs.ts'

describe('an expression that is used without a library', () => {
  it.each<[string, string]>([
    ['names between anchors', '^(data|stringData)$'],
    ['a literal', 'password'],
    ['an escaped mark', String.raw`_secret\.txt$`],
    ['alternatives', '^a|b$'],
  ])('is %s, whatever the text', (_, pattern) => {
    expect(plainRegex(pattern, false)).toBeDefined()
  })

  it.each<[string, string]>([
    ['anything between two names', String.raw`^secrets/.*\.yaml$`],
    ['an ending with a letter that may be missing', String.raw`\.ya?ml$`],
    ['anything', '.*'],
  ])('is %s, when texts are short', (_, pattern) => {
    expect(plainRegex(pattern, true)).toBeDefined()
    expect(plainRegex(pattern, false)).toBeUndefined()
  })

  it.each<[string, string]>([
    ['two groups, which could be tried in many ways', '(a|a)(a|a)'],
    ['a group in a group', '((a))'],
    ['a repeated group', '(a|b)*'],
    ['many repetitions', '.*a.*b'],
    ['a single dot: there is half a character in front of it', '^.$'],
    ['a class', '[ab]'],
    ['a class of RE2', String.raw`\pL`],
    ['a flag', '(?i)a'],
    ['what does not compile', '(a'],
    ['what only JavaScript knows', String.raw`(a)\1`],
  ])('is not %s', (_, pattern) => {
    expect(plainRegex(pattern, true)).toBeUndefined()
  })

  it('finds what RE2 finds', () => {
    const piece = fc.constantFrom('a', 'b', '-', '/', ' ', '_', 'a?', '.*', '.+', '^', '$', '|', '\\.', '\\-', '(', ')')
    const pattern = fc.array(piece, { maxLength: 7 }).map((pieces) => pieces.join(''))
    const character = fc.constantFrom('a', 'b', '-', '/', '.', ' ', '_', '\n', '\r', '\u2028', '😀', '\ud800')
    const text = fc.array(character, { maxLength: 6 }).map((characters) => characters.join(''))
    let used = 0
    fc.assert(
      fc.property(pattern, text, (expression, where) => {
        const plain = plainRegex(expression, true)
        if (plain === undefined) return
        used += 1
        expect(plain.test(where)).toBe(RE2JS.compile(expression).matcher(where).find())
      }),
      runs(2_000),
    )
    expect(used).toBeGreaterThan(200)
  })
})
