import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BullaError } from '../../../src/errors.ts'
import { compileRegex, compileSelector, SEAL_ALL, selectsAt } from '../../../src/format/selector.ts'
import { runs } from '../../helpers/runs.ts'

describe('a selector', () => {
  it.each([
    ['unencrypted_suffix', 'key', false],
    ['encrypted_suffix', 'key', true],
    ['unencrypted_regex', 'key', false],
    ['encrypted_regex', 'key', true],
    ['unencrypted_comment_regex', 'comment', false],
    ['encrypted_comment_regex', 'comment', true],
  ] as const)('of %s looks at each %s and seals on a match: %s', async (field, subject, matchSeals) => {
    expect(await compileSelector({ field, pattern: 'x' })).toMatchObject({ subject, matchSeals })
  })

  it('of a suffix takes the pattern as it is written', async () => {
    const { matches } = await compileSelector({ field: 'encrypted_suffix', pattern: '.x$' })
    expect([matches('a.x$'), matches('abx'), matches('.x$a')]).toEqual([true, false, false])
  })

  it('that seals everything matches nothing, because a match would leave clear', () => {
    expect([SEAL_ALL.subject, SEAL_ALL.matchSeals, SEAL_ALL.matches('x')]).toEqual(['key', false, false])
  })

  it('answers the same for a key it has seen before', async () => {
    const { matches } = await compileSelector({ field: 'encrypted_regex', pattern: '^a' })
    expect(['ab', 'ba', 'ab', 'ba', '__proto__', 'constructor'].map(matches)).toEqual([
      true,
      false,
      true,
      false,
      false,
      false,
    ])
  })
})

describe('an expression', () => {
  // RE2, where it is not what JavaScript does
  it.each<[string, string, boolean]>([
    ['b', 'abc', true],
    ['^b', 'abc', false],
    ['(?i)AB', 'xabx', true],
    ['(?P<name>a)', 'a', true],
    ['\\Aa\\z', 'a', true],
    ['\\Qa.b\\E', 'a.b', true],
    ['\\Qa.b\\E', 'axb', false],
    ['[[:alpha:]]+', 'é', false],
    ['\\pL', 'é', true],
    ['\\d', '٣', false],
    ['\\w', 'é', false],
    ['\\s', '\u00a0', false],
    ['\\s', '\v', false],
    ['a.b', 'a\rb', true],
    ['a.b', 'a\u2028b', true],
    ['a.b', 'a\nb', false],
    ['a$', 'a\n', false],
    ['(?m)a$', 'a\nb', true],
    ['^.$', '😀', true],
    ['', '', true],
  ])('%s has RE2 semantics on %j: %s', async (pattern, text, found) => {
    expect((await compileRegex(pattern, 'x'))(text)).toBe(found)
  })

  it.each(['(?=a)', '(?<!a)', '(a)\\1', 'a**', '(', '[', '\\', 'a{2,1}', 'a{1001}', '(?<name', '\\z\\k'])(
    'that RE2 does not have, %s, is refused by name: sops would seal nothing',
    async (pattern) => {
      const error = await compileRegex(pattern, 'encrypted_regex').catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(BullaError)
      expect(error).toMatchObject({ code: 'ERR_SELECTOR', message: expect.stringContaining('encrypted_regex') })
    },
  )

  it('runs in linear time whatever it is', async () => {
    const matches = await compileRegex('^(a+)+$', 'x')
    expect(matches(`${'a'.repeat(20_000)}b`)).toBe(false)
    const { matches: search } = await compileSelector({ field: 'encrypted_comment_regex', pattern: '(x+x+)+y' })
    expect(search('x'.repeat(20_000))).toBe(false)
  })

  it('finds a literal text exactly where it is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ minLength: 1, maxLength: 5 }),
        fc.string({ maxLength: 12 }),
        async (literal, text) => {
          const quoted = literal.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')
          expect((await compileRegex(quoted, 'x'))(text)).toBe(text.includes(literal))
        },
      ),
      runs(200),
    )
  })
})

describe('a comment that no reader counts', () => {
  it.each([
    ['encrypted_regex', '^data$', ['data', 'a'], true],
    ['encrypted_regex', '^data$', ['a'], false],
    ['unencrypted_suffix', '_clear', ['a'], true],
    ['unencrypted_suffix', '_clear', ['a_clear', 'b'], false],
    ['encrypted_comment_regex', 'x', ['a'], false],
    ['unencrypted_comment_regex', 'x', ['a'], false],
    ['unencrypted_comment_regex', 'y', ['a'], true],
  ] as const)('is sealed with its collection: %s %s at %j: %s', async (field, pattern, path, sealed) => {
    expect(selectsAt(await compileSelector({ field, pattern }), path, 'x')).toBe(sealed)
  })
})
