import { describe, expect, it } from 'vitest'
import { findUnmerged, findUnmergedPolicies } from '../../../../src/operations/check/unmerged.ts'

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

  it('stop everything where they say how others are judged, since git has no version of them then', () => {
    const policies = [side('.sops.yaml'), side('.sops.yaml'), side('.bulla/recipients/ci.yaml'), file('a/.sops.yaml')]
    expect(findUnmergedPolicies([...FILES, ...policies])).toEqual(
      ['.sops.yaml', '.bulla/recipients/ci.yaml'].map((path) =>
        expect.objectContaining({
          rule: 'policy-broken',
          level: 'block',
          file: path,
          repair: `git mergetool -- ${path}`,
        }),
      ),
    )
  })
})
