import type { Level } from '../finding.ts'

const CHECKSUM_BYTES = 4

/**
 * Marvin32, a keyed checksum of 32 bits.
 *
 * @param seed - eight ASCII characters, big-endian
 */
export function marvin32(data: Uint8Array, seed: string): number {
  const start = Buffer.from(seed, 'latin1')
  let [low, high] = [start.readUInt32BE(4), start.readUInt32BE(0)]
  const mix = (word: number) => {
    low = (low + word) | 0
    high ^= low
    low = (rotate(low, 20) + high) | 0
    high = rotate(high, 9) ^ low
    low = (rotate(low, 27) + high) | 0
    high = rotate(high, 19)
  }
  // a bit behind the end, then zeros
  const padded = Buffer.alloc((Math.floor(data.length / 4) + 1) * 4)
  padded.set(data)
  padded[data.length] = 0x80
  for (let at = 0; at < padded.length; at += 4) mix(padded.readUInt32LE(at))
  mix(0)
  return (low ^ high) >>> 0
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

/**
 * Keys of Azure end in the checksum of what stands before, in base64. With another one it may be of a kind that is not known
 * here: a warning.
 *
 * @param seeds - of the kinds that are known
 */
export function judgeMarvin(seeds: readonly string[]): (key: string, level: Level) => Level {
  return (key, level) => {
    const bytes = Buffer.from(key, 'base64')
    const body = bytes.subarray(0, -CHECKSUM_BYTES)
    const checksum = bytes.readUInt32LE(body.length)
    return seeds.some((seed) => marvin32(body, seed) === checksum) ? level : 'warn'
  }
}
