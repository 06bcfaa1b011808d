import fc from 'fast-check'
import { RE2JS } from 're2js'
import { describe, expect, it } from 'vitest'
import { isSureRegex } from '../../../src/format/sure-regex.ts'
import { runs } from '../../helpers/runs.ts'

describe('an expression that compiles for sure', () => {
  it.each<[string, string]>([
    [
      'names and values',
      String.raw`(?i)[\w.-]{0,50}?(?:acme)(?:[ \t\w.-]{0,20})[\s'"]{0,3}(?:=|>|\|\||,)([a-z0-9]{32})(?:[\x60'"\s;]|\\[nr]|$)`,
    ],
    ['flags for a part', String.raw`\b[a-z0-9]{14}\.(?-i:atlasv1)\.(?is:.){3}`],
    ['classes of classes', '[[:alnum:]_.-]+@[^[:space:]]'],
    ['marks that stand for themselves', '^{{[ ]*}}]$'],
    ['as much repetition as RE2 takes', '(?:a{10}){100}'],
  ])('has %s', (_, pattern) => {
    expect(isSureRegex(pattern)).toBe(true)
    expect(() => RE2JS.compile(pattern)).not.toThrow()
  })

  it.each<[string, string]>([
    ['what looks around', '(?=a)'],
    ['what looks back', String.raw`(a)\1`],
    ['an open group', '(a'],
    ['a group that nobody opened', 'a)'],
    ['an open class', '[a'],
    ['a class the wrong way around', '[z-a]'],
    ['a class of unknown characters', '[[:secret:]]'],
    ['a repetition of nothing', '(?:*a)'],
    ['a repetition of a repetition', 'a**'],
    ['more repetition than RE2 takes', '(?:a{11}){100}'],
    ['limits the wrong way around', 'a{3,2}'],
    ['a lone escape', 'a\\'],
    ['an escape that nobody knows', String.raw`\y`],
  ])('has not %s', (_, pattern) => {
    expect(isSureRegex(pattern)).toBe(false)
    expect(() => RE2JS.compile(pattern)).toThrow()
  })

  it('is one that RE2 takes, whatever it is made of', () => {
    const pieces = [
      'a',
      'Z',
      '5',
      ' ',
      '-',
      '^',
      '$',
      '.',
      '|',
      '(',
      ')',
      '(?:',
      '(?i)',
      '(?-s:',
      '(?P<n>',
      '[',
      ']',
      '[^',
      '[:alpha:]',
      '*',
      '+',
      '?',
      '{',
      '}',
      '{2}',
      '{3,}',
      '{2,1}',
      '{900,1000}',
      ',',
      ':',
      '\\',
      '\\d',
      '\\W',
      '\\b',
      '\\z',
      '\\n',
      '\\x41',
      '\\x4',
      '\\.',
      '\\]',
      '\\-',
      '\\Q',
      '\\pL',
      '"',
    ] // prettier-ignore
    const pattern = fc.array(fc.constantFrom(...pieces), { maxLength: 9 }).map((parts) => parts.join(''))
    let sure = 0
    fc.assert(
      fc.property(pattern, (expression) => {
        if (!isSureRegex(expression)) return
        sure += 1
        expect(() => RE2JS.compile(expression), expression).not.toThrow()
      }),
      runs(1_000),
    )
    expect(sure).toBeGreaterThan(20)
  })
})
