import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { printable } from '../../../../src/cli/show/messages.ts'
import { type PathStep, parseTreePath, readTreePath, showPath } from '../../../../src/operations/values/tree-path.ts'
import { failure } from '../../../helpers/failure.ts'
import { runs } from '../../../helpers/runs.ts'

describe('a tree path', () => {
  const good: [string, (string | number)[]][] = [
    ['', []],
    ['["a"]', ['a']],
    ["['a']", ['a']],
    [`["a']`, ['a']],
    ['"a"]', ['a']],
    ['["a"]["b"]', ['a', 'b']],
    ['["a"][0]["b"][12]', ['a', 0, 'b', 12]],
    ['0]', [0]],
    ['[01]', [1]],
    ['[+1]', [1]],
    ['[["a"]', ['a']],
    ['["a"][', ['a']],
    ['["a]b"]', ['a]b']],
    ['["a"b"]', ['a"b']],
    ['["a b"]', ['a b']],
    ['[""]', ['']],
    ['["a\nb"]', ['a\nb']],
    ['["0"]', ['0']],
    ['["__proto__"]', ['__proto__']],
  ]

  it.each(good)('is read as sops reads it: %j', (text, expected) => {
    expect(parseTreePath(text)).toEqual(expected)
  })

  const bad = [
    '[]',
    '["]',
    '["a"',
    'a',
    '["a"]b',
    '["a"] ["b"]',
    '[ 0]',
    '[0 ]',
    '[a]',
    '[-1]',
    '[1.5]',
    '[1e3]',
    '["a]',
    "['a]",
  ]
  const more = ['[', ']', ' ', '["a"]]x', '[99999999999]', '$.a', 'a.b', '.a', '["a[0]"]', '[0x1]', "[''a]"]

  it.each([...bad, ...more])('is malformed: %j', (text) => {
    expect(failure(() => parseTreePath(text))).toMatchObject({ code: 'ERR_TREE_PATH' })
  })
})

describe('a path of set, unset and get', () => {
  it('is refused when it is deeper than any file', () => {
    for (const path of [`a${'.a'.repeat(20_000)}`, '["a"]'.repeat(1001)]) {
      expect(failure(() => readTreePath(path))).toMatchObject({ code: 'ERR_TREE_PATH' })
    }
    expect(readTreePath('["a"]'.repeat(1000)).steps).toHaveLength(1000)
  })

  const dotted: [string, PathStep[]][] = [
    ['a', ['a']],
    ['.a', ['a']],
    ['a.b', ['a', 'b']],
    ['a.b[0]', ['a', 'b', 0]],
    ['a[0][12].b', ['a', 0, 12, 'b']],
    ['a["b.c"]', ['a', 'b.c']],
    ["a['b.c'].d", ['a', 'b.c', 'd']],
    ['a["it\'s"]', ['a', "it's"]],
    ['a["[x]"]', ['a', '[x]']],
    ['a[""]', ['a', '']],
    ['a["b\nc"]', ['a', 'b\nc']],
    ['a b.c', ['a b', 'c']],
    ['a.0', ['a', '0']],
    ['0', ['0']],
    ['a["0"]', ['a', '0']],
    ['a[01]', ['a', 1]],
    ['my-key.x/y', ['my-key', 'x/y']],
    ['__proto__.a', ['__proto__', 'a']],
  ]

  it.each(dotted)('may be dotted, and then does not count comments: %j', (text, steps) => {
    expect(readTreePath(text)).toEqual({ steps, countsComments: false })
  })

  it.each<[string, PathStep[]]>([
    ['["a"]', ['a']],
    ['["a.b"][0]', ['a.b', 0]],
    ['"a"]["b"]', ['a', 'b']],
    ["'a']", ['a']],
  ])('may be in the syntax of sops, and then counts them: %j', (text, steps) => {
    expect(readTreePath(text)).toEqual({ steps, countsComments: true })
  })

  const bad = [
    'a.',
    'a..b',
    '.',
    'a[',
    'a]',
    'a[]',
    'a[0]b',
    'a["b"]c',
    'a[-1]',
    'a[+1]',
    'a[b]',
    'a["b]',
    'a[0',
    'a"b',
  ]
  const mixed = ['a["b\']', 'a[1234567890]', 'a."b"', 'a[0 ]', 'a.["b"]', '["a"].b', '[0].a']

  it.each([...bad, ...mixed])('is malformed: %j', (text) => {
    expect(failure(() => readTreePath(text))).toMatchObject({
      code: 'ERR_TREE_PATH',
      message: 'the tree path cannot be read',
    })
  })

  it('has at least one step', () => {
    expect(failure(() => readTreePath(''))).toMatchObject({
      code: 'ERR_TREE_PATH',
      message: 'the tree path is empty',
    })
  })
})

describe('a path that is shown', () => {
  it.each<[string, PathStep[]]>([
    ['a', ['a']],
    ['a.b[0].c', ['a', 'b', 0, 'c']],
    ['a["b.c"].d', ['a', 'b.c', 'd']],
    ['a["b c"]', ['a', 'b c']],
    ['a[""]', ['a', '']],
    ['a.0', ['a', '0']],
    ['a["[x]"]', ['a', '[x]']],
  ])('is dotted where the keys allow it: %s', (shown, steps) => {
    expect(showPath(steps)).toBe(shown)
  })

  it.each<[string, PathStep[]]>([
    ['["a.b"]["c"][0]', ['a.b', 'c', 0]],
    ['["a b"]', ['a b']],
    ['[""]', ['']],
    ['["a"]["it\'s"]', ['a', "it's"]],
    ['["a"]["say "x""]', ['a', 'say "x"']],
    ['[0]', [0]],
  ])('is in the syntax of sops where they do not: %s', (shown, steps) => {
    expect(showPath(steps)).toBe(shown)
  })

  it('has the positions that its form counts', () => {
    expect(showPath(['a', 0], ['a', 2])).toBe('a[0]')
    expect(showPath(['a.b', 0], ['a.b', 2])).toBe('["a.b"][2]')
  })

  const position = fc.nat({ max: 999_999_999 })
  const anyOf = (characters: string) => fc.string({ unit: fc.constantFrom(...characters), maxLength: 6 })

  it('is read as the same steps: keys of any text without an opening bracket', () => {
    const key = fc.oneof(
      anyOf('ab.] \'"0'),
      fc.string().map((text) => text.replaceAll('[', '')),
    )
    const steps = fc.tuple(key, fc.array(fc.oneof(key, position), { maxLength: 4 }))
    fc.assert(
      fc.property(steps, ([first, rest]) => {
        expect(readTreePath(showPath([first, ...rest])).steps).toEqual([first, ...rest])
      }),
      runs(200),
    )
  })

  it('is read as the same steps: keys with brackets, behind a simple key', () => {
    const step = fc.oneof(anyOf('ab.[] 0'), position)
    fc.assert(
      fc.property(fc.array(step, { maxLength: 4 }), (rest) => {
        expect(readTreePath(showPath(['a', ...rest])).steps).toEqual(['a', ...rest])
      }),
      runs(200),
    )
  })

  it.each<[string, PathStep[]]>([
    ['.["a[b"]', ['a[b']],
    ['.["a[b"][0]["c"]', ['a[b', 0, 'c']],
    ['.["a"]["[\\"]"]', ['a', '["]']],
    ['.["a"]["b\\nc"]', ['a', 'b\nc']],
    ['.["\\u202ea"]', ['\u202ea']],
    ['.["\\u001b[31m"]', ['\u001b[31m']],
  ])('is in the syntax of jq where sops has none, and where nobody would see a character: %s', (shown, steps) => {
    expect(showPath(steps)).toBe(shown)
    expect(readTreePath(shown)).toEqual({ steps, countsComments: false })
  })

  it('is read as the same steps, whatever the keys are, and has no character that steers a terminal', () => {
    const key = fc.oneof(
      anyOf('ab.[]\\ \'"0\n\u202e'),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('', '[', '"]["', '\\u0041', '__proto__'),
    )
    const steps = fc.tuple(key, fc.array(fc.oneof(key, position), { maxLength: 4 }))
    fc.assert(
      fc.property(steps, ([first, rest]) => {
        const shown = showPath([first, ...rest])
        expect(readTreePath(shown).steps).toEqual([first, ...rest])
        expect(printable(shown)).toBe(shown)
      }),
      runs(500),
    )
  })

  const badJq = ['.[', '.["a]', '.["a"', '.["\\x"]', '.["a\nb"]', '.["a"]b', '.[a]', '.[-1]', '.["a"]..b', ".['a']"]

  it.each(badJq)('in the syntax of jq is malformed: %j', (text) => {
    expect(failure(() => readTreePath(text))).toMatchObject({ code: 'ERR_TREE_PATH' })
  })

  it('in the syntax of jq may have keys behind dots', () => {
    expect(readTreePath('.["q["].a[0]["b"].["c"]').steps).toEqual(['q[', 'a', 0, 'b', 'c'])
  })
})
