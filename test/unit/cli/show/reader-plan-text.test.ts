import { describe, expect, it } from 'vitest'
import { readerPlan } from '../../../../src/cli/show/reader-plan-text.ts'
import type { KeyEntry } from '../../../../src/format/metadata.ts'
import { compareReaders } from '../../../../src/operations/readers/reader-diff.ts'
import { fakeIo } from '../../../helpers/fake-io.ts'

const age = (recipient: string): KeyEntry => ({ type: 'age', enc: '', fields: { recipient } })
const [A, B] = [age('age1a'), age('age1b')]

function planOf(groups: readonly KeyEntry[][], wanted: readonly KeyEntry[][]): string {
  const diff = compareReaders({ groups, shamirThreshold: 0 }, { groups: wanted, shamirThreshold: 0 })
  if (diff === undefined) throw new Error('nothing would change')
  return readerPlan([{ path: '/repo/a.yaml', outcome: 'changed', notes: [], diff }], fakeIo())
}

describe('the plan of who reads what', () => {
  it('numbers key groups as options do, from 0', () => {
    expect(planOf([[A], [A]], [[A], [A, B]])).toBe('a.yaml\n  + age age1b  (group 1)\n')
  })

  it('names no group where there is one', () => {
    expect(planOf([[A]], [[A, B]])).toBe('a.yaml\n  + age age1b\n')
  })
})
