import { describe, expect, it } from 'vitest'
import { findUnmerged } from '../../../../src/operations/check/unmerged.ts'

const file = (path: string) => ({ path, mode: '100644', id: '' })
const side = (path: string) => ({ ...file(path), isUnmerged: true as const })
const FILES = [file('a.yaml'), file('b c.yaml'), side('b c.yaml'), side('b c.yaml'), side('d.yaml'), side('plain.txt')]

describe('files that git has in conflict', () => {
  it('block once each where they are sealed, also when one side alone has them, with the command that decides', () => {
    const finding = { rule: 'conflict-markers', level: 'block' }
    expect(findUnmerged(FILES, new Set(['a.yaml', 'b c.yaml', 'd.yaml']))).toEqual([
      expect.objectContaining({ ...finding, file: 'b c.yaml', repair: "bulla resolve 'b c.yaml'" }),
      expect.objectContaining({ ...finding, file: 'd.yaml', repair: 'bulla resolve d.yaml' }),
    ])
  })
})
