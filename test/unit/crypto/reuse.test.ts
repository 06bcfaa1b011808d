import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CiphertextPool } from '../../../src/crypto/reuse.ts'
import type { Leaf, ScalarType } from '../../../src/format/tree.ts'
import { runs } from '../../helpers/runs.ts'

const scalar = (type: ScalarType, value: string, exact?: string): Leaf =>
  exact === undefined ? { kind: 'scalar', type, value } : { kind: 'scalar', type, value, exact }
const bytes = (...values: number[]): Leaf => ({
  kind: 'scalar',
  type: 'str',
  value: '',
  bytes: Uint8Array.from(values),
})
const comment = (text: string, inline = false): Leaf => ({ kind: 'comment', text, inline })

const LEAVES: readonly Leaf[] = [
  scalar('str', '2'),
  scalar('int', '2'),
  scalar('float', '2'),
  scalar('float', '2', '2.0'),
  scalar('str', 'True'),
  scalar('bool', 'True'),
  scalar('str', 'x'),
  comment('x'),
  bytes(1, 2),
  bytes(1, 3),
  scalar('str', '\udcff'),
]

describe('ciphertexts of an earlier version', () => {
  it('are kept apart by path, type, value, spelling and bytes', () => {
    const pool = new CiphertextPool()
    const places = ['a:', 'b:', ':', 'a:b:'].flatMap((aad) => LEAVES.map((leaf) => ({ aad, leaf })))
    places.forEach(({ aad, leaf }, index) => {
      pool.add(aad, leaf, String(index))
    })
    expect(places.map(({ aad, leaf }) => pool.take(aad, leaf))).toEqual(places.map((_, index) => String(index)))
  })

  it('are not made up for what was not there', () => {
    const pool = new CiphertextPool()
    pool.add('a:', scalar('str', 'x'), 'sealed')
    expect([pool.take('a:', scalar('str', 'y')), pool.take('b:', scalar('str', 'x'))]).toEqual([undefined, undefined])
  })

  it('come back in the order in which equal elements stood, and the last one serves for all that follow', () => {
    const pool = new CiphertextPool()
    for (const sealed of ['1', '2', '3']) pool.add('l:', scalar('str', 'x'), sealed)
    expect([1, 2, 3, 4, 5].map(() => pool.take('l:', scalar('str', 'x')))).toEqual(['1', '2', '3', '3', '3'])
  })

  it('serve for a comment wherever it stands in its collection', () => {
    const pool = new CiphertextPool()
    pool.add('a:', comment('x', true), 'sealed')
    expect(pool.take('a:', comment('x'))).toBe('sealed')
  })

  it('are not mixed up by paths and values that look alike when they are joined', () => {
    const part = fc.constantFrom('', 'a', ':', '"', ',', '\\', 'str', 'a:', '["')
    const text = fc.array(part, { maxLength: 4 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, text, text, text, (aad, value, otherAad, otherValue) => {
        fc.pre(aad !== otherAad || value !== otherValue)
        const pool = new CiphertextPool()
        pool.add(aad, scalar('str', value), 'sealed')
        expect(pool.take(otherAad, scalar('str', otherValue))).toBeUndefined()
      }),
      runs(200),
    )
  })
})
