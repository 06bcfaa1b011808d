import { describe, expect, it } from 'vitest'
import type { Branch } from '../../../src/format/tree.ts'
import { areNamed, type ByPlace, matchDocuments } from '../../../src/merge/documents.ts'
import { mergeSlots } from '../../../src/merge/slots.ts'

/** A document of texts; with a name, one of Kubernetes. */
function document(values: Readonly<Record<string, string>>, name?: string, kind = 'Secret'): Branch {
  const text = (value: string) => ({ kind: 'scalar' as const, type: 'str' as const, value })
  const entry = (key: string, value: string) => ({ kind: 'entry' as const, key, value: text(value) })
  const items = Object.entries(values).map(([key, value]) => entry(key, value))
  if (name === undefined) return { kind: 'branch', items }
  const metadata = {
    kind: 'entry' as const,
    key: 'metadata',
    value: { kind: 'branch' as const, items: [entry('name', name)] },
  }
  return { kind: 'branch', items: [entry('kind', kind), metadata, ...items] }
}

const pairs = (before: readonly Branch[], after: readonly Branch[], byPlace?: ByPlace) =>
  [...matchDocuments(before, after, byPlace)].sort(([a], [b]) => a - b)

describe('documents of two versions', () => {
  it('that have names are matched by these and their kind, wherever they stand and whatever is in them', () => {
    const before = [document({ a: '1' }, 'x'), document({ a: '2' }, 'y'), document({ a: '2' }, 'y', 'ConfigMap')]
    const after = [document({ a: '2' }, 'y', 'ConfigMap'), document({ a: '2' }, 'new'), document({ a: '9' }, 'x')]
    expect(pairs(before, after)).toEqual([
      [0, 2],
      [2, 0],
    ])
  })

  it('that are told apart by names are never taken for each other, unless they are all there is', () => {
    const same = { a: '1', b: '2', c: '3' }
    expect(pairs([document(same, 'x'), document({}, 'y')], [document(same, 'z'), document({}, 'y')])).toEqual([[1, 1]])
    expect(pairs([document(same, 'x')], [document({}, 'z')])).toEqual([[0, 0]])
  })

  it('with the same name twice, or a sealed one, are told apart by what is in them', () => {
    const [first, second] = [document({ a: '1' }, 'x'), document({ b: '2' }, 'x')]
    expect(pairs([first, second], [second, first])).toEqual([
      [0, 1],
      [1, 0],
    ])
    const sealed = document({ a: '1' }, 'ENC[AES256_GCM,data:YQ==,iv:YQ==,tag:YQ==,type:str]')
    expect([areNamed([first]), areNamed([first, second]), areNamed([sealed])]).toEqual([true, false, false])
  })

  it('without names are matched when they hold the same, then when they are most alike', () => {
    const before = [document({ a: '1', b: '2', c: '3' }), document({ x: '1', y: '2' }), document({ m: '1' })]
    const after = [document({ m: '1' }), document({ n: '5' }), document({ a: '1', b: '2', c: '4' })]
    expect(pairs(before, after, 'never')).toEqual([
      [0, 2],
      [2, 0],
    ])
  })

  it('with nothing in common are matched when as many stand between the same neighbours', () => {
    const same = document({ a: '1' })
    const [old, next] = [document({ x: '1' }), document({ y: '2' })]
    expect(pairs([same, old], [same, next])).toEqual([
      [0, 0],
      [1, 1],
    ])
    expect(pairs([same, old], [same, next], 'never')).toEqual([[0, 0]])
    expect(pairs([same, old], [same, next], 'same-keys')).toEqual([[0, 0]])
    expect(pairs([same, old], [same, document({ x: '2' })], 'same-keys')).toHaveLength(2)
    expect(pairs([same, old], [same, next, document({ z: '3' })])).toEqual([[0, 0]])
  })
})

describe('documents of a merged file', () => {
  const [x, y, z] = [document({ a: '1' }, 'x'), document({ b: '2' }, 'y'), document({ c: '3' }, 'z')]

  it('are those that stayed and those that either side added, in the order of the side that changed it', () => {
    const { slots } = mergeSlots([x, y], [x, y, z], [y, document({ a: '9' }, 'x'), document({}, 'w')])
    expect(slots).toEqual([
      { base: 1, ours: 1, theirs: 0 },
      // behind what it stands behind on its side
      { base: undefined, ours: 2, theirs: undefined },
      { base: 0, ours: 0, theirs: 1 },
      { base: undefined, ours: undefined, theirs: 2 },
    ])
  })

  it('lose what one side took away, unless the other changed it', () => {
    expect(mergeSlots([x, y], [x], [x, y]).slots).toEqual([{ base: 0, ours: 0, theirs: 0 }])
    expect(mergeSlots([x, y], [x], [x, document({ b: '9' }, 'y')]).slots).toHaveLength(2)
  })

  it('added by both under one name are one', () => {
    expect(mergeSlots([x], [x, y], [x, document({ b: '9' }, 'y')]).slots).toEqual([
      { base: 0, ours: 0, theirs: 0 },
      { base: undefined, ours: 1, theirs: 1 },
    ])
  })

  it('keep the order of ours where each side chose another one, which is said', () => {
    const { slots, isDisputed } = mergeSlots([x, y, z], [z, y, x], [y, x, z])
    expect([slots.map(({ ours }) => ours), isDisputed]).toEqual([[0, 1, 2], true])
  })
})
