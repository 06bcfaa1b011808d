/**
 * Where random bytes come from. This layer makes none itself: the platform hands a source in, tests hand in a known one.
 *
 * Contract: cryptographically strong, and no byte is ever handed out twice. The caller owns the array it gets and may
 * overwrite it.
 */
export type RandomSource = (length: number) => Uint8Array

const POOL_BYTES = 8192

/**
 * Hand out slices of a pool that is filled in large steps: asking the system for 32 bytes costs as much as sealing half
 * a value, and a file asks once per value. Slices never overlap, so wiping one wipes the only copy of its bytes.
 *
 * @param fill - overwrites the whole array with random bytes, as `crypto.randomFillSync` does
 * @param poolBytes - size of one pool; longer requests get an array of their own
 */
export function pooledRandom(fill: (bytes: Uint8Array) => void, poolBytes = POOL_BYTES): RandomSource {
  let pool = new Uint8Array(0)
  let used = 0
  return (length) => {
    if (length > poolBytes) return filled(fill, length)
    if (used + length > pool.length) {
      pool = filled(fill, poolBytes)
      used = 0
    }
    used += length
    return pool.subarray(used - length, used)
  }
}

function filled(fill: (bytes: Uint8Array) => void, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  fill(bytes)
  return bytes
}
