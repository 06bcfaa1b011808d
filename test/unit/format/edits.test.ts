import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyEdits } from '../../../src/format/edits.ts'
import { runs } from '../../helpers/runs.ts'

describe('applying edits', () => {
  it('replaces, inserts and removes in one pass, whatever their order', () => {
    const edits = [
      { start: 6, end: 6, text: '!' },
      { start: 0, end: 1, text: 'A' },
      { start: 2, end: 4, text: '' },
    ]
    expect(applyEdits('abcdef', edits)).toBe('Abef!')
    expect(applyEdits('abcdef', edits.toReversed())).toBe('Abef!')
  })

  it('keeps the order of insertions at one place', () => {
    const at = (text: string) => ({ start: 1, end: 1, text })
    expect(applyEdits('ab', [at('1'), at('2'), { start: 0, end: 1, text: 'A' }, at('3')])).toBe('A123b')
  })

  it('lets edits touch', () => {
    expect(
      applyEdits('abc', [
        { start: 0, end: 1, text: '1' },
        { start: 1, end: 2, text: '2' },
      ]),
    ).toBe('12c')
  })

  it.each([
    [
      'overlap',
      [
        { start: 0, end: 2, text: '' },
        { start: 1, end: 3, text: '' },
      ],
    ],
    ['end before they start', [{ start: 2, end: 1, text: '' }]],
    ['leave the text', [{ start: 2, end: 4, text: '' }]],
  ])('refuses edits that %s', (_, edits) => {
    expect(() => applyEdits('abc', edits)).toThrow(RangeError)
  })

  it('does nothing to the rest of the text', () => {
    const pieces = fc.array(fc.tuple(fc.string(), fc.option(fc.string(), { nil: undefined })))
    fc.assert(
      fc.property(pieces, (parts) => {
        const text = parts.map(([old]) => old).join('')
        const edits = parts.flatMap(([old, replacement], index) => {
          const start = parts.slice(0, index).reduce((length, [each]) => length + each.length, 0)
          return replacement === undefined ? [] : [{ start, end: start + old.length, text: replacement }]
        })
        expect(applyEdits(text, edits)).toBe(parts.map(([old, replacement]) => replacement ?? old).join(''))
      }),
      runs(100),
    )
  })
})
