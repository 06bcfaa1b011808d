/** Bytes of a block of AES and of GHASH. */
export const BLOCK_BYTES = 16

/** Half-bytes of a block, values of a half-byte, words of a block. */
const [NIBBLES, VALUES, WORDS] = [32, 16, 4]
/** Entries of the table per half-byte, and per word. */
const NIBBLE_STEP = VALUES * WORDS
const WORD_STEP = 8 * NIBBLE_STEP

/**
 * GHASH, which authenticates what GCM encrypts: blocks multiplied in GF(2^128) by a subkey.
 *
 * The product of the subkey with every value of every half-byte stands in a table of 8 KiB, so a block costs 32 lookups.
 * Which entries are looked up depends on the subkey: who shares the processor's cache and measures it could learn it. It
 * would allow to forge a value, not to read one; AES itself does not run here.
 *
 * @see NIST SP 800-38D, section 6.4 <https://doi.org/10.6028/NIST.SP.800-38D>
 */
export class Ghash {
  private readonly table = new Int32Array(NIBBLES * NIBBLE_STEP)
  /** The hash so far, first word first. */
  readonly words = new Int32Array(WORDS)

  /** @param subkey - 16 bytes: a block of zeros, encrypted */
  constructor(subkey: Uint8Array) {
    const { table } = this
    let [a, b, c, d] = [wordAt(subkey, 0), wordAt(subkey, 4), wordAt(subkey, 8), wordAt(subkey, 12)]
    for (let base = 0; base < table.length; base += NIBBLE_STEP) {
      for (let bit = VALUES >> 1; bit > 0; bit >>= 1) {
        const entry = base + bit * WORDS
        table[entry] = a
        table[entry + 1] = b
        table[entry + 2] = c
        table[entry + 3] = d
        // times x: bits are numbered from the left, and what falls out comes back as the polynomial
        const out = -(d & 1) & 0xe1000000
        d = (d >>> 1) | (c << 31)
        c = (c >>> 1) | (b << 31)
        b = (b >>> 1) | (a << 31)
        a = (a >>> 1) ^ out
      }
      this.addSums(base)
    }
  }

  /** Every value of a half-byte is the sum of its bits. */
  private addSums(base: number): void {
    const { table } = this
    for (let bit = 2; bit < VALUES; bit <<= 1) {
      for (let low = 1; low < bit; low += 1) {
        for (let word = 0; word < WORDS; word += 1) {
          const sum = (table[base + bit * WORDS + word] ?? 0) ^ (table[base + low * WORDS + word] ?? 0)
          table[base + (bit + low) * WORDS + word] = sum
        }
      }
    }
  }

  reset(): void {
    this.words.fill(0)
  }

  /** Add `bytes` from `start` to `end`, filled up with zeros to whole blocks. */
  add(bytes: Uint8Array, start: number, end: number): void {
    let at = start
    for (; at + BLOCK_BYTES <= end; at += BLOCK_BYTES) {
      this.block(wordAt(bytes, at), wordAt(bytes, at + 4), wordAt(bytes, at + 8), wordAt(bytes, at + 12))
    }
    if (at < end) {
      this.block(
        lastWordAt(bytes, at, end),
        lastWordAt(bytes, at + 4, end),
        lastWordAt(bytes, at + 8, end),
        lastWordAt(bytes, at + 12, end),
      )
    }
  }

  /** Add the block that ends a hash: two lengths in bytes, as 64-bit numbers of bits. */
  addLengths(first: number, second: number): void {
    this.block(Math.floor(first / 2 ** 29), first << 3, Math.floor(second / 2 ** 29), second << 3)
  }

  private block(a: number, b: number, c: number, d: number): void {
    const { table, words } = this
    // every index below is within its array: `as` spares a check in the innermost loop of bulla
    const p = a ^ (words[0] as number)
    const q = b ^ (words[1] as number)
    const r = c ^ (words[2] as number)
    const s = d ^ (words[3] as number)
    let w = 0
    let x = 0
    let y = 0
    let z = 0
    for (let shift = 28, base = 0; shift >= 0; shift -= 4, base += NIBBLE_STEP) {
      let entry = base + ((p >>> shift) & 15) * WORDS
      w ^= table[entry] as number
      x ^= table[entry + 1] as number
      y ^= table[entry + 2] as number
      z ^= table[entry + 3] as number
      entry = base + WORD_STEP + ((q >>> shift) & 15) * WORDS
      w ^= table[entry] as number
      x ^= table[entry + 1] as number
      y ^= table[entry + 2] as number
      z ^= table[entry + 3] as number
      entry = base + 2 * WORD_STEP + ((r >>> shift) & 15) * WORDS
      w ^= table[entry] as number
      x ^= table[entry + 1] as number
      y ^= table[entry + 2] as number
      z ^= table[entry + 3] as number
      entry = base + 3 * WORD_STEP + ((s >>> shift) & 15) * WORDS
      w ^= table[entry] as number
      x ^= table[entry + 1] as number
      y ^= table[entry + 2] as number
      z ^= table[entry + 3] as number
    }
    words[0] = w
    words[1] = x
    words[2] = y
    words[3] = z
  }
}

/** Four bytes as a number, the first one highest. */
function wordAt(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  )
}

/** The same, with zeros for what lies behind `end`. */
function lastWordAt(bytes: Uint8Array, at: number, end: number): number {
  let word = 0
  for (let index = 0; index < 4; index += 1) word = (word << 8) | (at + index < end ? (bytes[at + index] as number) : 0)
  return word
}
