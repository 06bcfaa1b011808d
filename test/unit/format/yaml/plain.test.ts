import { describe, expect, it } from 'vitest'
import { readPlainYaml } from '../../../../src/format/yaml/plain.ts'
import { failure } from '../../../helpers/failure.ts'

const read = (text: string): unknown => readPlainYaml(text, (name) => name === 'text').value

describe('YAML as plain data, for settings', () => {
  it('has the types of YAML 1.2 as sops reads them', () => {
    expect(read('a: 1\nb: 1.5\nc: true\nd: ~\ne: x\nf: [1, {g: h}]\ni: 2024-01-02\nj: 0x1F\n')).toEqual({
      a: 1,
      b: 1.5,
      c: true,
      d: null,
      e: 'x',
      f: [1, { g: 'h' }],
      i: '2024-01-02',
      j: 31,
    })
  })

  it('keeps as text what JavaScript cannot hold, and what is said to be text', () => {
    expect(read('a: 9223372036854775807\nb: 18446744073709551615\ntext: 010\nc: {text: true}\n')).toEqual({
      a: '9223372036854775807',
      b: '18446744073709551615',
      text: '010',
      c: { text: 'true' },
    })
  })

  it('resolves aliases and merges, where what is there wins', () => {
    expect(read('a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3\ne:\n  <<: [*x, {f: 4}]\ng: *x\n')).toEqual({
      a: { b: 1, c: 2 },
      d: { c: 3, b: 1 },
      e: { b: 1, c: 2, f: 4 },
      g: { b: 1, c: 2 },
    })
  })

  it('gives objects without prototype', () => {
    const value = read('__proto__: {x: 1}\nconstructor: y\n')
    expect(Object.getPrototypeOf(value)).toBeNull()
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor'])
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })

  it.each([
    ['', null],
    ['# c\n', null],
    ['---\n', null],
    ['- 1\n', [1]],
    ['x\n', 'x'],
  ])('may be %j', (text, value) => {
    expect(read(text)).toEqual(value)
  })

  it('knows where each field stands, or the nearest one around it', () => {
    const { locate } = readPlainYaml('a:\n  - b: 1\n    c: 2\n  - d\n', () => false)
    expect(locate(['a', '0', 'c'])).toEqual({ line: 3, column: 5 })
    expect(locate(['a', '0', 'x', 'y'])).toEqual({ line: 2, column: 5 })
    expect(locate(['a', '1'])).toEqual({ line: 4, column: 5 })
    expect(locate(['z'])).toEqual({ line: 1, column: 1 })
  })

  it.each<[string, string, number, number]>([
    ['a second document', 'a: 1\n---\nb: 2\n', 2, 1],
    ['a key that stands twice', 'a: 1\nb: 2\na: 3\n', 3, 1],
    ['a list as key', '? [a]\n: b\n', 1, 3],
    ['a merge of a text', '<<: a\n', 1, 5],
    ['a value that is not what its tag says', 'a: !!int x\n', 1, 4],
    ['an alias inside what it repeats', 'a: &x [*x]\n', 1, 8],
  ])('refuses %s', (_, text, line, column) => {
    const error = failure(() => read(text))
    expect([error.code, error.where]).toEqual(['ERR_SYNTAX', { line, column }])
  })

  it('refuses aliases that blow up', () => {
    const bomb = `a0: &a0 [x, x]\n${Array.from({ length: 40 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]\n`).join('')}`
    expect(failure(() => read(bomb)).code).toBe('ERR_LIMIT')
  })
})
