import { describe, expect, it } from 'vitest'
import { parseTreePath } from '../../../../src/operations/values/tree-path.ts'
import { failure } from '../../../helpers/failure.ts'

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
