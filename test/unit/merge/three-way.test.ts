import { describe, expect, it } from 'vitest'
import type { Branch, Node } from '../../../src/format/tree.ts'
import { type MergeStep, mergeNodes } from '../../../src/merge/three-way.ts'

/** Plain data as a tree. */
function tree(value: unknown): Node {
  if (value === null) return { kind: 'null' }
  if (Array.isArray(value)) return { kind: 'list', items: value.map(tree) }
  if (typeof value === 'object') {
    const items = Object.entries(value).map(([key, item]) => ({ kind: 'entry' as const, key, value: tree(item) }))
    return { kind: 'branch', items }
  }
  return { kind: 'scalar', type: typeof value === 'number' ? 'int' : 'str', value: String(value) }
}

function data(node: Node | undefined): unknown {
  if (node === undefined) return undefined
  if (node.kind === 'null') return null
  if (node.kind === 'scalar') return node.type === 'int' ? Number(node.value) : node.value
  if (node.kind === 'list') return node.items.flatMap((item) => (item.kind === 'comment' ? [] : [data(item)]))
  return Object.fromEntries(node.items.flatMap((item) => (item.kind === 'entry' ? [[item.key, data(item.value)]] : [])))
}

function merge(base: unknown, ours: unknown, theirs: unknown): { value: unknown; conflicts: (readonly MergeStep[])[] } {
  const [b, o, t] = [base, ours, theirs].map((value) => (value === undefined ? undefined : tree(value)))
  const { node, conflicts } = mergeNodes({ base: b, ours: o, theirs: t })
  return { value: data(node), conflicts: conflicts.map(({ path }) => path) }
}

describe('mappings', () => {
  it('merge by key: changes, new keys and removed ones of both sides', () => {
    const merged = merge({ a: 1, b: 2, c: 3, d: 4 }, { a: 9, b: 2, d: 4, x: 5 }, { y: 6, a: 1, b: 8, c: 3 })
    expect(merged).toEqual({ value: { a: 9, b: 8, x: 5, y: 6 }, conflicts: [] })
  })

  it('are in conflict only where one value has two changes', () => {
    expect(merge({ a: { b: 1, c: 1 } }, { a: { b: 2, c: 2 } }, { a: { b: 3, c: 1 } })).toEqual({
      value: { a: { b: 2, c: 2 } },
      conflicts: [['a', 'b']],
    })
  })

  it('are in conflict where one side takes away what the other changes', () => {
    expect(merge({ a: 1, b: 1 }, { b: 1 }, { a: 2, b: 1 })).toEqual({ value: { b: 1, a: 2 }, conflicts: [['a']] })
    expect(merge({ a: { x: 1 } }, { a: { x: 2 } }, {})).toEqual({ value: { a: { x: 2 } }, conflicts: [['a']] })
  })

  it('that both sides added merge by key too', () => {
    expect(merge(undefined, { a: 1, b: 1 }, { a: 1, c: 1 })).toEqual({ value: { a: 1, b: 1, c: 1 }, conflicts: [] })
    expect(merge({}, { a: { x: 1 } }, { a: { y: 1 } })).toEqual({ value: { a: { x: 1, y: 1 } }, conflicts: [] })
  })

  it('with a key twice are one value', () => {
    const twice = (value: string): Branch => ({
      kind: 'branch',
      items: ['1', value].map((text) => ({
        kind: 'entry',
        key: 'a',
        value: { kind: 'scalar', type: 'str', value: text },
      })),
    })
    const { conflicts } = mergeNodes({ base: twice('2'), ours: twice('3'), theirs: twice('4') })
    expect(conflicts.map(({ path }) => path)).toEqual([[]])
  })

  it('tell null from nothing, and a text from a number', () => {
    expect(merge({ a: 1 }, { a: null }, {}).conflicts).toEqual([['a']])
    expect(merge({ a: 1 }, { a: '1' }, { a: 1 })).toEqual({ value: { a: '1' }, conflicts: [] })
  })
})

describe('lists', () => {
  it('merge as sequences', () => {
    expect(merge(['a', 'b', 'c', 'd'], ['x', 'a', 'b', 'c', 'd'], ['a', 'b', 'd', 'y'])).toEqual({
      value: ['x', 'a', 'b', 'd', 'y'],
      conflicts: [],
    })
  })

  it('are in conflict in one element where only that has two changes', () => {
    expect(merge(['a', 'b', 'c'], ['a', 'x', 'c'], ['a', 'y', 'c']).conflicts).toEqual([[1]])
  })

  it('are in conflict as a whole where both sides put in something at one place', () => {
    expect(merge(['a'], ['a', 'x'], ['a', 'y'])).toEqual({ value: ['a', 'x'], conflicts: [[]] })
  })
})

describe('lists of mappings that have names of their own', () => {
  const base = [
    { name: 'app', image: 'a1', env: [{ name: 'X', value: '1' }] },
    { name: 'proxy', image: 'p1' },
  ]

  it('merge by name, at any depth, wherever both sides put in something', () => {
    const ours = [
      {
        name: 'app',
        image: 'a2',
        env: [
          { name: 'X', value: '1' },
          { name: 'Y', value: '2' },
        ],
      },
      base[1],
    ]
    const theirs = [
      {
        name: 'app',
        image: 'a1',
        env: [
          { name: 'X', value: '3' },
          { name: 'Z', value: '4' },
        ],
      },
      { name: 'log', image: 'l' },
    ]
    const env = [
      { name: 'X', value: '3' },
      { name: 'Y', value: '2' },
      { name: 'Z', value: '4' },
    ]
    expect(merge(base, ours, theirs)).toEqual({
      value: [
        { name: 'app', image: 'a2', env },
        { name: 'log', image: 'l' },
      ],
      conflicts: [],
    })
  })

  it('are in conflict in one field, or one element', () => {
    expect(merge(base, [{ ...base[0], image: 'x' }, base[1]], [{ ...base[0], image: 'y' }]).conflicts).toEqual([
      [0, 'image'],
    ])
    expect(merge(base, [base[0]], [base[0], { name: 'proxy', image: 'p2' }]).conflicts).toEqual([[1]])
  })

  it('follow the side that brought them into another order', () => {
    const names = (list: unknown) => (list as { name: string }[]).map(({ name }) => name) // that is what stands in it
    const moved = [base[1], base[0]]
    const changed = [{ ...base[0], image: 'a2' }, base[1], { name: 'log' }]
    expect(names(merge(base, moved, changed).value)).toEqual(['proxy', 'log', 'app'])
    expect(names(merge(base, changed, moved).value)).toEqual(['proxy', 'log', 'app'])
    expect(merge(base, changed, moved).conflicts).toEqual([])
  })

  it('are lists like others where a name is missing, no text, or there twice', () => {
    for (const element of [{ image: 'x' }, { name: 1 }, { name: 'app' }]) {
      const start = [{ name: 'app' }, element]
      expect(merge(start, [...start, { name: 'x' }], [...start, { name: 'y' }]).conflicts).toEqual([[]])
    }
  })
})
