import { describe, expect, it } from 'vitest'
import { findUnmerged } from '../../../../src/operations/check/unmerged.ts'

const files = ['a.yaml', 'b c.yaml', 'b c.yaml', 'b c.yaml', 'plain.txt', 'plain.txt'].map((path) => ({ path }))

describe('files that git has in conflict', () => {
  it('block once each where they are sealed, with the command that decides', () => {
    expect(findUnmerged(files, new Set(['a.yaml', 'b c.yaml']))).toEqual([
      expect.objectContaining({
        ...{ rule: 'conflict-markers', level: 'block', file: 'b c.yaml' },
        repair: "bulla resolve 'b c.yaml'",
      }),
    ])
  })
})
