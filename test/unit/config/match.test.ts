import { posix, win32 } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../src/config/config.ts'
import { findRule, matchedName, matchRule } from '../../../src/config/match.ts'
import { rejection } from '../../helpers/failure.ts'

const config = (text: string, path = '/repo/.sops.yaml') => parseConfig(Buffer.from(text), path)
const rules = (...regexes: readonly string[]) =>
  config(`creation_rules:\n${regexes.map((regex) => `  - { path_regex: '${regex}', age: x }\n`).join('')}`)

const indexFor = async (regexes: readonly string[], path: string) => (await matchRule(rules(...regexes), path))?.index

describe('the rule for a file', () => {
  const cases: [string, readonly string[], string, number][] = [
    ['the first that matches', ['b', 'a', 'a'], '/repo/a.yaml', 1],
    ['a part of the name is enough', ['aml'], '/repo/a.yaml', 0],
    ['anchored at the folder of the policy', ['^sub/a\\.yaml$'], '/repo/sub/a.yaml', 0],
    ['not the folder of the policy itself', ['repo', ''], '/repo/a.yaml', 1],
    ['an empty expression matches all', [''], '/repo/a.yaml', 0],
    ['the whole path outside of the folder', ['^/else/a\\.yaml$'], '/else/a.yaml', 0],
    ['a folder that only starts the same', ['^/repository/a'], '/repository/a.yaml', 0],
    ['classes of RE2', ['^[[:alpha:]]+\\.yaml$'], '/repo/abc.yaml', 0],
    ['without case', ['(?i)^A\\.YAML$'], '/repo/a.yaml', 0],
    ['names with odd characters', ['^ä b\\n?\\.yaml$'], '/repo/ä b.yaml', 0],
  ]

  it.each(cases)(
    'is found by RE2, unanchored, below the folder of the policy: %s',
    async (_name, regexes, path, index) => {
      expect(await indexFor(regexes, path)).toBe(index)
    },
  )

  it('is none in a policy without rules', async () => {
    expect(await matchRule(config('stores: {}'), '/repo/a.yaml')).toBeUndefined()
    expect(await matchRule(config('creation_rules: null'), '/repo/a.yaml')).toBeUndefined()
  })

  it.each(['creation_rules: []', 'creation_rules: [{ path_regex: ^b, age: x }]'])(
    'must be there in a policy with rules: %s',
    async (text) => {
      const error = await rejection(matchRule(config(text), '/repo/sub/a.yaml'))
      expect(error).toMatchObject({ code: 'ERR_NO_RULE', where: { file: '/repo/sub/a.yaml' } })
      expect(error.hint).toContain('"sub/a.yaml"')
    },
  )

  it('has an expression that compiles: the error names it, its file, line and column', async () => {
    const error = await rejection(matchRule(rules('b', '(?=a)'), '/repo/a.yaml'))
    expect(error).toMatchObject({ code: 'ERR_SELECTOR', where: { file: '/repo/.sops.yaml', line: 3, column: 7 } })
    expect(error.message).toContain('path_regex')
    expect(error.message).toContain('(?=a)')
  })

  it('is found before an invalid expression is met', async () => {
    expect(await indexFor(['a', '('], '/repo/a.yaml')).toBe(0)
  })

  // what tries one way after the other is never done with these
  it.each([
    ['(a+)+$', 1],
    ['(a|aa)*$', 0],
    ['(.*)*x', 1],
    ['(?:a?){500}a{500}', 0],
    ['(a|a?)+$', 0],
    ['(a|a?)+b', 1],
  ])('is found without trying again, whatever the expression: %s', async (regex, expected) => {
    expect(await indexFor([regex, '.'], `/repo/${'a'.repeat(20_000)}!`)).toBe(expected)
  })
})

describe('what expressions are matched against', () => {
  it.each([
    ['/repo', '/repo/a/b.yaml', 'a/b.yaml'],
    ['/', '/a.yaml', 'a.yaml'],
    ['/repo/sub', '/repo/a.yaml', '/repo/a.yaml'],
  ])('below %s: %s', (folder, path, expected) => {
    expect(matchedName(folder, path, posix)).toBe(expected)
  })

  it.each([
    ['C:\\repo', 'C:\\repo\\a\\b.yaml', 'a\\b.yaml'],
    ['C:\\repo', 'D:\\a.yaml', 'D:\\a.yaml'],
  ])('on Windows, below %s: %s', (folder, path, expected) => {
    expect(matchedName(folder, path, win32)).toBe(expected)
  })

  it.each(['^secrets/.*\\.yaml$', '^secrets\\\\', '^secrets[/\\\\]'])(
    'has slashes or backslashes on Windows: %s',
    async (regex) => {
      const windows = config(`creation_rules:\n  - { path_regex: '${regex}', age: x }\n`, 'C:\\repo\\.sops.yaml')
      const folder = { ...windows, folder: 'C:\\repo' }
      expect((await matchRule(folder, 'C:\\repo\\secrets\\a.yaml', win32))?.index).toBe(0)
      expect((await rejection(matchRule(folder, 'C:\\repo\\open\\a.yaml', win32))).code).toBe('ERR_NO_RULE')
    },
  )

  it('has only slashes elsewhere', async () => {
    expect((await rejection(matchRule(rules('^secrets\\\\'), '/repo/secrets/a.yaml'))).code).toBe('ERR_NO_RULE')
  })
})

describe('the search for a rule', () => {
  it('tells which rules came before, and what they were matched against', async () => {
    const { name, passed, rule } = await findRule(rules('^b', '^sub/', 'a$'), '/repo/sub/a')
    expect({ name, passed: passed.map(({ index }) => index), found: rule?.index }).toEqual({
      ...{ name: 'sub/a', passed: [0], found: 1 },
    })
  })

  it('finds nothing where no rule matches, or there are none', async () => {
    expect(await findRule(rules('^b'), '/repo/a')).toMatchObject({ passed: [{ index: 0 }], rule: undefined })
    expect(await findRule(config('stores: {}'), '/repo/a')).toMatchObject({ passed: [], rule: undefined })
  })

  it('stops with ERR_SELECTOR at an expression that does not compile', async () => {
    expect(await rejection(findRule(rules('(a', 'a'), '/repo/a'))).toMatchObject({ code: 'ERR_SELECTOR' })
  })
})
