const SAMPLE_BYTES = 64
/** Of letters that have a zero byte. */
const LATIN_SHARE = 0.75

/**
 * The text of a file in UTF-16, as some shells and editors write it: with its mark, or plainly of Latin letters. For git and
 * most tools it is a binary file.
 *
 * @returns undefined for anything else
 */
export function wideText(bytes: Uint8Array): string | undefined {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return decoded(bytes.subarray(2), false)
  if (first === 0xfe && second === 0xff) return decoded(bytes.subarray(2), true)
  if (bytes.length < 4 || bytes.length % 2 !== 0) return undefined
  const start = bytes.subarray(0, SAMPLE_BYTES)
  // most texts are told by that
  if (!start.includes(0)) return undefined
  const sample = [...start]
  const zeros = (parity: number) => sample.filter((byte, index) => byte === 0 && index % 2 === parity).length
  const [even, odd] = [zeros(0), zeros(1)]
  const isWide = Math.min(even, odd) === 0 && Math.max(even, odd) >= (sample.length / 2) * LATIN_SHARE
  return isWide ? decoded(bytes, even > odd) : undefined
}

function decoded(bytes: Uint8Array, isBigEndian: boolean): string {
  const whole = Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 2)))
  return (isBigEndian ? whole.swap16() : whole).toString('utf16le')
}
