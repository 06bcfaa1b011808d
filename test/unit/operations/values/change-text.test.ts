import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isBullaError } from '../../../../src/errors.ts'
import type { Branch, Node, StoreName } from '../../../../src/format/tree.ts'
import { loadStore } from '../../../../src/operations/stores.ts'
import { changedText } from '../../../../src/operations/values/change-text.ts'
import { loadChanger } from '../../../../src/operations/values/changers.ts'
import { parseJsonValue } from '../../../../src/operations/values/json-value.ts'
import { changeToSet, changeToUnset, isSame, nodeAt } from '../../../../src/operations/values/tree-change.ts'
import type { PathStep, TreePath } from '../../../../src/operations/values/tree-path.ts'
import { dotenvTexts } from '../../../helpers/documents/dotenv.ts'
import { iniTexts } from '../../../helpers/documents/ini.ts'
import { jsonTexts } from '../../../helpers/documents/json.ts'
import { yamlTexts } from '../../../helpers/documents/yaml.ts'
import { runs } from '../../../helpers/runs.ts'

const pathOf = (steps: readonly PathStep[]): TreePath => ({ steps, countsComments: false })

/** Changes of plain texts of one format, as `set` and `unset` make them. */
async function editor(name: StoreName) {
  const [store, changer] = await Promise.all([loadStore(name), loadChanger(name)])
  if (changer === undefined) throw new Error('no parts')
  const change = (text: string, document: number, make: (root: Branch) => ReturnType<typeof changeToUnset>) => {
    const source = store.parse(text)
    const root = source.documents[document]
    const made = root === undefined ? undefined : make(root)
    if (made === undefined) throw new Error('there is nothing to change')
    return changedText({ source, store, changer, layout: {}, document, change: made })
  }
  return {
    parse: (text: string) => store.parse(text).documents,
    set: (text: string, steps: readonly PathStep[], value: Node, document = 0) =>
      change(text, document, (root) => changeToSet(root, pathOf(steps), changer.readBack(value, steps.map(String)))),
    unset: (text: string, steps: readonly PathStep[], document = 0) =>
      change(text, document, (root) => changeToUnset(root, pathOf(steps))),
    readBack: changer.readBack,
  }
}

/** Paths of all nodes of a document but its root. */
function pathsIn(root: Node): { readonly steps: readonly PathStep[]; readonly node: Node }[] {
  if (root.kind !== 'branch' && root.kind !== 'list') return []
  const seen = new Set<string>()
  let position = 0
  return [...root.items].flatMap((item) => {
    if (item.kind === 'comment') return []
    const [step, node] = item.kind === 'entry' ? [item.key, item.value] : [position++, item]
    // of two entries with one key only the first can be named
    if (item.kind === 'entry' && seen.has(item.key)) return []
    if (item.kind === 'entry') seen.add(item.key)
    return [{ steps: [step], node }, ...pathsIn(node).map((below) => ({ ...below, steps: [step, ...below.steps] }))]
  })
}

const VALUES = ['"new"', '"two words"', '""', '"a\\nb\\n"', '"it\'s"', '"yes"', '" x "', '"# no"', '"2024-01-02"']
const TREES = ['7', '-1.50', 'true', 'null', '{}', '[]', '{"a":1,"b":["x",{"c":null}]}', '[[1],"t\\nu",{"k":{}}]']

describe.each<[StoreName, fc.Arbitrary<string>, readonly string[]]>([
  ['yaml', yamlTexts(), [...VALUES, ...TREES]],
  ['json', jsonTexts(), [...VALUES, ...TREES]],
  ['dotenv', dotenvTexts(), VALUES],
  ['ini', iniTexts(), VALUES],
])('a change of a %s text', (name, texts, values) => {
  const setting = fc.record({ text: texts, pick: fc.nat(), value: fc.constantFrom(...values) })

  it('puts the value there and touches nothing else', async () => {
    const { parse, set, readBack } = await editor(name)
    let done = 0
    fc.assert(
      fc.property(setting, ({ text, pick, value }) => {
        const documents = parse(text)
        const document = pick % documents.length
        const paths = pathsIn(documents[document] ?? { kind: 'null' }).filter(
          ({ steps }) => name !== 'ini' || steps.length === 2,
        )
        const path = paths[pick % paths.length]
        if (path === undefined) return
        const node = parseJsonValue(value)
        const changed = attempt(() => set(text, path.steps, node, document))
        if (changed === undefined) return
        done += 1
        const found = nodeAt(parse(changed)[document] ?? { kind: 'null' }, pathOf(path.steps))
        expect(isSame(found, readBack(node, path.steps.map(String)))).toBe(true)
      }),
      runs(100),
    )
    expect(done).toBeGreaterThan(60)
  })

  it('adds what the opposite change takes out again', async () => {
    const { parse, set, unset } = await editor(name)
    let done = 0
    fc.assert(
      fc.property(setting, ({ text, pick, value }) => {
        const documents = parse(text)
        const document = pick % documents.length
        const root = documents[document] ?? { kind: 'null' as const }
        const collections = [{ steps: [] as readonly PathStep[], node: root as Node }, ...pathsIn(root)].filter(
          ({ node, steps }) =>
            (node.kind === 'branch' || node.kind === 'list') && (name !== 'ini' || steps.length === 1),
        )
        const path = collections[pick % collections.length]
        if (path === undefined || (path.node.kind !== 'branch' && path.node.kind !== 'list')) return
        const count = path.node.items.filter((item) => item.kind !== 'comment').length
        const steps = [...path.steps, path.node.kind === 'branch' ? 'zz_new' : count]
        const changed = attempt(() => set(text, steps, parseJsonValue(value), document))
        if (changed === undefined) return
        const back = attempt(() => unset(changed, steps, document))
        if (count > 0) {
          done += 1
          expect(JSON.stringify(back)).toBe(JSON.stringify(text))
          expect(isInsertion(text, changed)).toBe(true)
        }
      }),
      runs(100),
    )
    expect(done).toBeGreaterThan(20)
  })

  it('takes out only lines of what goes', async () => {
    const { parse, unset } = await editor(name)
    let done = 0
    fc.assert(
      fc.property(setting, ({ text, pick }) => {
        const documents = parse(text)
        const document = pick % documents.length
        const paths = pathsIn(documents[document] ?? { kind: 'null' })
        const path = paths[pick % paths.length]
        if (path === undefined) return
        const changed = attempt(() => unset(text, path.steps, document))
        if (changed === undefined) return
        done += 1
        expect(isCut(text, changed)).toBe(true)
      }),
      runs(100),
    )
    expect(done).toBeGreaterThan(60)
  })
})

/** Undefined for a change that is refused, never silently done in part. */
function attempt(change: () => string): string | undefined {
  try {
    return change()
  } catch (error) {
    if (isBullaError(error) && error.code === 'ERR_EMIT') return undefined
    throw error
  }
}

/** Whether `after` is `before` with something put in at one place. */
function isInsertion(before: string, after: string): boolean {
  let start = 0
  while (start < before.length && before[start] === after[start]) start += 1
  return after.endsWith(before.slice(start))
}

/** Whether `after` is `before` without one piece, in the place of which may stand an empty collection. */
function isCut(before: string, after: string): boolean {
  let start = 0
  while (start < after.length && before[start] === after[start]) start += 1
  let end = 0
  while (end < after.length - start && before.at(-1 - end) === after.at(-1 - end)) end += 1
  return /^ *(?:\{\}|\[\]|\{|\[|\}|\])?$/.test(after.slice(start, after.length - end))
}

const yaml = async (change: 'set' | 'unset', text: string, steps: readonly PathStep[], json = 'null') => {
  const { set, unset } = await editor('yaml')
  return change === 'set' ? set(text, steps, parseJsonValue(json)) : unset(text, steps)
}

describe('a new value', () => {
  const cases: [string, StoreName, string, PathStep[], string, string][] = [
    [
      'stands in the column of its neighbours',
      'yaml',
      'a:\n  b: 1 # c\n\nd: 2\n',
      ['a', 'x'],
      '"w"',
      'a:\n  b: 1 # c\n  x: w\n\nd: 2\n',
    ],
    ['is indented as the rest of the file', 'yaml', 'a:\n  b: 1\n', ['x', 'y'], '1', 'a:\n  b: 1\nx:\n  "y": 1\n'],
    ['is a list like the others', 'yaml', 'a:\n- 1\n', ['x', 0], '2', 'a:\n- 1\nx:\n- 2\n'],
    ['keeps CRLF', 'yaml', 'a:\r\n  b: 1\r\n', ['a', 'c'], '2', 'a:\r\n  b: 1\r\n  c: 2\r\n'],
    ['keeps a missing line break at the end', 'yaml', 'a: 1', ['b'], '2', 'a: 1\nb: 2'],
    ['has the quotes of all others', 'yaml', 'a: "1"\nb: "x"\n', ['c'], '"w"', 'a: "1"\nb: "x"\nc: "w"\n'],
    ['keeps the quotes of the old one', 'yaml', "a: 'x' # c\n", ['a'], '"w"', "a: 'w' # c\n"],
    [
      'keeps the block of the old one',
      'yaml',
      'a: |\n  x\n  y\nb: 1\n',
      ['a'],
      '"new\\nlines\\n"',
      'a: |\n  new\n  lines\nb: 1\n',
    ],
    ['goes into a flow collection', 'yaml', 'a: {b: 1, c: [x]}\n', ['a', 'c', 1], '"w"', 'a: {b: 1, c: [x, w]}\n'],
    [
      'goes into a flow collection of several lines',
      'yaml',
      'a: [\n  x,\n  z,\n]\n',
      ['a', 2],
      '"w"',
      'a: [\n  x,\n  z,\n  w,\n]\n',
    ],
    ['opens an empty collection', 'yaml', 'a: {} # c\nb: 1\n', ['a', 'k'], '1', 'a: # c\n    k: 1\nb: 1\n'],
    ['fills an empty file', 'yaml', '--- # nothing\n', ['a'], '1', '--- # nothing\na: 1\n'],
    ['fills an empty root', 'yaml', '{}\n', ['a', 'b'], '1', 'a:\n    b: 1\n'],
    ['takes the place of a mapping', 'yaml', 'a: # c\n  b: 1\n  c: 2\nd: 3\n', ['a'], '7', 'a: 7 # c\nd: 3\n'],
    [
      'is a mapping in the place of a text',
      'yaml',
      'l:\n  - x # c\n',
      ['l', 0],
      '{"a":1,"b":2}',
      'l:\n  - # c\n    a: 1\n    b: 2\n',
    ],
    ['is a mapping behind a dash', 'yaml', 'l:\n  - x\n', ['l', 1], '{"a":1,"b":2}', 'l:\n  - x\n  - a: 1\n    b: 2\n'],
    [
      'is a member on a line of its own',
      'json',
      '{\n  "a": 1\n}\n',
      ['b'],
      '[1.0]',
      '{\n  "a": 1,\n  "b": [\n    1.0\n  ]\n}\n',
    ],
    ['is a member on one line', 'json', '{"a":1,"b":{}}', ['b', 'c'], '"d"', '{"a":1,"b":{"c":"d"}}'],
    [
      'is a member of an object of one line',
      'json',
      '{\n\t"a": { "b": 1 }\n}\n',
      ['a', 'c'],
      '2',
      '{\n\t"a": { "b": 1, "c": 2 }\n}\n',
    ],
    ['is a line at the end', 'dotenv', 'A=1\n# c\n', ['B'], '"x\\ny"', 'A=1\n# c\nB=x\\ny\n'],
    [
      'is aligned with the other keys',
      'ini',
      '[s]\nkey   = 1\nlong_ = 2\n\n[t]\nx=1\n',
      ['s', 'k'],
      '"v"',
      '[s]\nkey   = 1\nlong_ = 2\nk     = v\n\n[t]\nx=1\n',
    ],
    ['is spaced as the other keys', 'ini', '[t]\nx=1\n', ['t', 'y'], '"v"', '[t]\nx=1\ny=v\n'],
    ['gets a section', 'ini', '[t]\nx=1\n', ['n', 'y'], '"v"', '[t]\nx=1\n\n[n]\ny = v\n'],
    [
      'leaves the comment behind a collection that gives way out of its text',
      'yaml',
      'a:\n  b: 1\n  c: 2 # why\nd: 3\n',
      ['a'],
      '"one\\ntwo\\n"',
      'a: "one\\ntwo\\n" # why\nd: 3\n',
    ],
  ]

  it.each(cases)('%s (%s)', async (_title, name, text, steps, value, expected) => {
    const { set } = await editor(name)
    expect(set(text, steps, parseJsonValue(value))).toBe(expected)
  })

  it('is refused where an alias repeats it, or stands around it', async () => {
    const text = 'a: &x\n  b: 1\nc: *x\nd: 1\n'
    for (const steps of [['a', 'b'], ['a'], ['a', 'new'], ['c', 'b']]) {
      await expect(yaml('set', text, steps, '7')).rejects.toMatchObject({ code: 'ERR_EMIT' })
    }
    expect(await yaml('set', text, ['c'], '7')).toBe('a: &x\n  b: 1\nc: 7\nd: 1\n')
    expect(await yaml('set', text, ['d'], '7')).toBe('a: &x\n  b: 1\nc: *x\nd: 7\n')
  })

  it('is refused where the format has no room for it', async () => {
    const [dotenv, ini] = await Promise.all([editor('dotenv'), editor('ini')])
    expect(() => dotenv.set('A=1\n', ['A'], { kind: 'null' })).toThrow(/dotenv cannot hold null/)
    expect(() => dotenv.set('A=1\n', ['B', 'C'], parseJsonValue('1'))).toThrow(/cannot hold a list or a mapping/)
    expect(() => ini.set('[s]\n', ['k'], parseJsonValue('1'))).toThrow(/top-level value/)
  })

  it('may not be under the reserved key', async () => {
    await expect(yaml('set', 'a: 1\n', ['sops', 'x'], '1')).rejects.toMatchObject({ code: 'ERR_ALREADY_SEALED' })
  })
})

describe('a value that goes', () => {
  const cases: [string, StoreName, string, PathStep[], string][] = [
    ['takes its line and the comment on it', 'yaml', '# a\na: 1 # x\nb: 2\n', ['a'], '# a\nb: 2\n'],
    ['takes all lines of a mapping', 'yaml', 'a:\n  b: 1\n\n  c: 2\nd: 1\n', ['a'], 'd: 1\n'],
    ['leaves an empty mapping', 'yaml', 'a:\n  b: 1\nd: 1\n', ['a', 'b'], 'a: {}\nd: 1\n'],
    ['leaves an empty list below its comment', 'yaml', 'a:\n# c\n- 1\nd: 1\n', ['a', 0], 'a:\n# c\n    []\nd: 1\n'],
    ['leaves an empty document', 'yaml', 'a: 1\n', ['a'], '{}\n'],
    ['makes room behind a dash', 'yaml', 'l:\n- a: 1\n  b: 2\n', ['l', 0, 'a'], 'l:\n- b: 2\n'],
    ['takes one comma', 'yaml', 'a: [x, y, z]\n', ['a', 1], 'a: [x, z]\n'],
    ['takes the comma before it', 'yaml', 'a: {x: 1, y: 2}\n', ['a', 'y'], 'a: {x: 1}\n'],
    ['takes its line and one comma', 'json', '{\n  "a": 1,\n  "b": 2\n}\n', ['b'], '{\n  "a": 1\n}\n'],
    ['takes its line', 'dotenv', 'A=1\nB=2\n', ['A'], 'B=2\n'],
    ['takes its line', 'ini', '[s]\na=1\nb=2\n', ['s', 'a'], '[s]\nb=2\n'],
    ['takes a section and the empty line before it', 'ini', '[s]\na=1\n\n[t]\nb=2\n', ['t'], '[s]\na=1\n'],
  ]

  it.each(cases)('%s (%s)', async (_title, name, text, steps, expected) => {
    const { unset } = await editor(name)
    expect(unset(text, steps)).toBe(expected)
  })
})
