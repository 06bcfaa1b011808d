import { randomFillSync } from 'node:crypto'
import { pooledRandom, type RandomSource } from '../../src/crypto/random.ts'

/** Real randomness, as the program uses it. */
export const random: RandomSource = pooledRandom((bytes) => {
  randomFillSync(bytes)
})

/** Hands out the bytes given, in order, and fails when they are used up. */
export function knownRandom(bytes: readonly number[]): RandomSource {
  let used = 0
  return (length) => {
    used += length
    if (used > bytes.length) throw new RangeError('the known random bytes are used up')
    return Uint8Array.from(bytes.slice(used - length, used))
  }
}
