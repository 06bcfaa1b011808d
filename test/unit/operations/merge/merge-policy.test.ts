import { describe, expect, it } from 'vitest'
import type { Metadata } from '../../../../src/format/metadata.ts'
import { isSetting, mergePolicy } from '../../../../src/operations/merge/merge-policy.ts'

const WAYS = { isBinary: false, choices: [], isTwoWay: false }
const key = (recipient: string) => ({ type: 'age' as const, enc: `wrapped for ${recipient}`, fields: { recipient } })

function metadata(readers: readonly (readonly string[])[], more: Partial<Metadata> = {}): Metadata {
  const groups = readers.map((group) => group.map(key))
  const rest = { lastModified: '', mac: '', selector: undefined, macOnlyEncrypted: false, version: '3.13.3' }
  return { groups, shamirThreshold: 0, ...rest, ...more }
}

const readersOf = ({ policy }: ReturnType<typeof mergePolicy>) =>
  policy.groups.map((group) => group.map(({ fields }) => fields['recipient']))

describe('who reads a merged file', () => {
  it('is who both sides left there, and who one of them added', () => {
    const versions = { base: metadata([['a', 'b']]), ours: metadata([['a', 'b', 'c']]), theirs: metadata([['a', 'd']]) }
    const merged = mergePolicy(versions, WAYS)
    expect(readersOf(merged)).toEqual([['a', 'c', 'd']])
    expect(merged).toMatchObject({ conflicts: [], disputes: [] })
  })

  it('is a conflict where both sides made other groups, and that of the side that is chosen', () => {
    const versions = {
      base: metadata([['a']]),
      ours: metadata([['a'], ['b']]),
      theirs: metadata([['a'], ['b'], ['c']]),
    }
    const merged = mergePolicy(versions, WAYS)
    expect(merged.conflicts).toMatchObject([
      { path: ['sops', 'readers'], ours: { value: 'group 0: age a; group 1: age b' } },
    ])
    const choices = [{ document: 0, path: ['sops', 'readers'], take: 'theirs' as const }]
    const chosen = mergePolicy(versions, { ...WAYS, choices })
    expect(chosen.conflicts).toEqual([])
    expect(readersOf(chosen)).toEqual([['a'], ['b'], ['c']])
  })

  it('is a conflict wherever it differs when only two versions are known; their order does not count', () => {
    const versions = { base: undefined, ours: metadata([['a', 'b']]), theirs: metadata([['b', 'a']]) }
    expect(mergePolicy(versions, { ...WAYS, isTwoWay: true }).conflicts).toEqual([])
    const others = { ...versions, theirs: metadata([['b']]) }
    expect(mergePolicy(others, { ...WAYS, isTwoWay: true }).conflicts).toMatchObject([{ path: ['sops', 'readers'] }])
    expect(mergePolicy(others, WAYS).conflicts).toEqual([])
  })
})

describe('settings of a merged file', () => {
  const groups = [['a'], ['b'], ['c']]

  it.each([
    ['threshold', { shamirThreshold: 1 }, { shamirThreshold: 2 }, { shamirThreshold: 3 }],
    [
      'selector',
      {},
      { selector: { field: 'encrypted_regex' as const, pattern: 'x' } },
      { selector: { field: 'encrypted_regex' as const, pattern: 'y' } },
    ],
  ])('the %s is that of the side that changed it, and a conflict where both did', (name, base, ours, theirs) => {
    const all = [base, ours, theirs].map((more) => metadata(groups, more))
    const [was, own, other] = all as [Metadata, Metadata, Metadata] // three were made
    expect(mergePolicy({ base: was, ours: own, theirs: was }, WAYS)).toMatchObject({ policy: ours, conflicts: [] })
    expect(mergePolicy({ base: was, ours: was, theirs: other }, WAYS)).toMatchObject({ policy: theirs, conflicts: [] })
    const both = mergePolicy({ base: was, ours: own, theirs: other }, WAYS)
    expect(both.conflicts.map(({ path }) => path)).toEqual([['sops', name]])
    expect(both.conflicts.every(({ path }) => isSetting(path))).toBe(true)
  })

  it('what the MAC covers is that of ours where both sides added the file, and a note says so', () => {
    const versions = { base: undefined, ours: metadata(groups), theirs: metadata(groups, { macOnlyEncrypted: true }) }
    const { policy, conflicts, disputes } = mergePolicy(versions, WAYS)
    expect(policy.macOnlyEncrypted).toBe(false)
    expect(conflicts).toEqual([])
    expect(disputes).toEqual(['both sides changed what the MAC covers: ours is kept'])
  })
})
