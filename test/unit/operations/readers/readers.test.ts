import { describe, expect, it } from 'vitest'
import type { KeyEntry } from '../../../../src/format/metadata.ts'
import { changeReaders, idOf, type ReaderChange } from '../../../../src/operations/readers/readers.ts'
import { failure } from '../../../helpers/failure.ts'

const age = (recipient: string): KeyEntry => ({ type: 'age', enc: `enc of ${recipient}`, fields: { recipient } })
const [A, B, C] = [age('age1a'), age('age1b'), age('age1c')]
const PGP: KeyEntry = { type: 'pgp', enc: 'x', createdAt: '2026-01-02T03:04:05Z', fields: { fp: 'age1a' } }

const change = (groups: readonly (readonly KeyEntry[])[], given: Partial<ReaderChange>) => {
  const changed = changeReaders(groups, { add: [], remove: [], group: undefined, ...given })
  return { groups: changed.groups.map((group) => group.map(idOf)), notes: changed.notes }
}

describe('the readers of a file', () => {
  it('are added to the first group and removed from all, and added ones can be removed at once', () => {
    expect(change([[A], [A, B]], { add: [C], remove: [B] }).groups).toEqual([['age age1a', 'age age1c'], ['age age1a']])
    expect(change([[A]], { add: [B], remove: [B] })).toEqual({ groups: [['age age1a']], notes: [] })
  })

  it('are changed in one group when it is named', () => {
    const { groups, notes } = change(
      [
        [A, B],
        [A, B],
      ],
      { add: [C], remove: [B], group: 1 },
    )
    expect(groups).toEqual([
      ['age age1a', 'age age1b'],
      ['age age1a', 'age age1c'],
    ])
    expect(notes).toEqual([])
    expect(change([[A], [A, B]], { remove: [B], group: 0 }).notes).toEqual([
      'age age1b could not be removed: it is not among the readers',
    ])
  })

  it('are not added twice', () => {
    const { groups, notes } = change([[A]], { add: [A, B, B] })
    expect(groups).toEqual([['age age1a', 'age age1b']])
    expect(notes).toEqual(['age age1a reads it already', 'age age1b reads it already'])
  })

  it('are removed as often as they stand there', () => {
    expect(change([[A, A, B, A]], { remove: [A] }).groups).toEqual([['age age1b']])
  })

  it('are told apart by kind and name', () => {
    expect(change([[A, PGP]], { remove: [PGP] }).groups).toEqual([['age age1a']])
    const notes = change([[A]], { remove: [PGP] }).notes
    expect(notes).toEqual(['pgp age1a could not be removed: it is not among the readers'])
  })

  it('cannot be nobody, in any group', () => {
    expect(failure(() => change([[A]], { remove: [A] }))).toMatchObject({ code: 'ERR_NO_RECIPIENT' })
    expect(failure(() => change([[A, B], [B]], { remove: [B] }))).toMatchObject({
      code: 'ERR_NO_RECIPIENT',
      message: 'nobody would be left in key group 1',
    })
  })

  it('are in groups that exist', () => {
    for (const group of [-1, 1]) expect(failure(() => change([[A]], { group }))).toMatchObject({ code: 'ERR_USAGE' })
  })
})
