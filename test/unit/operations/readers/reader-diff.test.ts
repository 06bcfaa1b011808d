import { describe, expect, it } from 'vitest'
import type { KeyEntry } from '../../../../src/format/metadata.ts'
import { compareReaders, mergeGroup, wantedThreshold } from '../../../../src/operations/readers/reader-diff.ts'
import { idOf } from '../../../../src/operations/readers/readers.ts'

const age = (recipient: string): KeyEntry => ({ type: 'age', enc: `enc of ${recipient}`, fields: { recipient } })
const [A, B, C] = [age('age1a'), age('age1b'), age('age1c')]

type Groups = readonly (readonly KeyEntry[])[]
const diff = (groups: Groups, wanted: Groups, [before, after]: readonly [number, number] = [0, 0]) => {
  const found = compareReaders({ groups, shamirThreshold: before }, { groups: wanted, shamirThreshold: after })
  if (found === undefined) return undefined
  return {
    groups: found.groups.map(({ index, added, removed }) => [index, added.map(idOf), removed.map(idOf)]),
    threshold: found.threshold,
  }
}

describe('what makes the readers of a file those of its rule', () => {
  it('is nothing when they are, in whatever order and however often', () => {
    expect(diff([[A, B]], [[B, A]])).toBeUndefined()
    expect(diff([[A, B, A]], [[A, B]])).toBeUndefined()
    expect(diff([[A], [B]], [[A], [B]], [2, 0])).toBeUndefined()
    expect(diff([[A], [B]], [[A], [B]], [0, 2])).toBeUndefined()
  })

  it('is who comes and who goes, group by group', () => {
    expect(diff([[A, B]], [[B, C]])).toEqual({ groups: [[0, ['age age1c'], ['age age1a']]], threshold: undefined })
    expect(diff([[A], [B]], [[B], [A]])?.groups).toEqual([
      [0, ['age age1b'], ['age age1a']],
      [1, ['age age1a'], ['age age1b']],
    ])
    expect(diff([[A]], [[A], [B]])).toEqual({
      groups: [[1, ['age age1b'], []]],
      threshold: { before: 0, after: 2 },
    })
    expect(diff([[A], [B]], [[A]])).toEqual({
      groups: [[1, [], ['age age1b']]],
      threshold: { before: 2, after: 0 },
    })
  })

  it('is the threshold of the rule, with the same groups too', () => {
    expect(diff([[A], [B], [C]], [[A], [B], [C]], [2, 3])).toEqual({ groups: [], threshold: { before: 2, after: 3 } })
  })

  const thresholds: [number, Groups, number, Groups, number][] = [
    [0, [[A]], 0, [[A], [B], [C]], 3],
    [0, [[A]], 2, [[A], [B], [C]], 2],
    [2, [[A]], 0, [[A], [B], [C]], 3],
    [2, [[A], [B], [C]], 0, [[A], [B], [C]], 2],
    [0, [[A], [B]], 0, [[A], [B], [C]], 2],
    [3, [[A], [B], [C]], 0, [[A], [B]], 2],
    [2, [[A], [B]], 2, [[A]], 0],
  ]
  it.each(thresholds)(
    'is a threshold of the file (%i) as far as the rule says nothing: %#',
    (shamirThreshold, groups, ofRule, wanted, expected) => {
      expect(wantedThreshold({ groups, shamirThreshold }, { groups: wanted, shamirThreshold: ofRule })).toBe(expected)
    },
  )

  it('keeps the entries of who stays where they are', () => {
    const { kept, added } = mergeGroup([A, B, C], [age('age1d'), C, A])
    expect(kept).toEqual([A, C])
    expect(kept[0]).toBe(A)
    expect(added.map(idOf)).toEqual(['age age1d'])
  })
})
