import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pooledRandom } from '../../../src/crypto/random.ts'
import { runs } from '../../helpers/runs.ts'

/** Fills with a running number, so that every byte handed out is known. */
function counting(): (bytes: Uint8Array) => void {
  let next = 0
  return (bytes) => {
    for (let index = 0; index < bytes.length; index += 1) {
      bytes[index] = next & 0xff
      next += 1
    }
  }
}

describe('pooledRandom', () => {
  it('hands out arrays of the length asked for, no two of which share a byte', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 50 })
    fc.assert(
      fc.property(lengths, (wanted) => {
        const random = pooledRandom(counting(), 64)
        const given = wanted.map((length) => random(length))
        expect(given.map((bytes) => bytes.length)).toEqual(wanted)
        // writing into one changes none of the others
        for (const [index, bytes] of given.entries()) bytes.fill(index + 1)
        for (const [index, bytes] of given.entries()) expect(new Set(bytes)).toEqual(new Set([index + 1]))
      }),
      runs(50),
    )
  })

  it('never hands out a byte of the source twice', () => {
    const random = pooledRandom(counting(), 48)
    const given = Array.from({ length: 5 }, () => [...random(32)]).map(([first]) => first)
    expect(new Set(given).size).toBe(5)
  })

  it('asks the source once for many small requests', () => {
    let calls = 0
    const random = pooledRandom(() => {
      calls += 1
    }, 1024)
    for (let index = 0; index < 32; index += 1) random(32)
    expect(calls).toBe(1)
  })

  it('gives a request that is larger than the pool its own bytes', () => {
    expect(pooledRandom(counting(), 16)(100)).toEqual(Uint8Array.from({ length: 100 }, (_, index) => index))
  })
})
