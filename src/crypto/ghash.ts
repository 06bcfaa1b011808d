/** Bytes of a block of AES and of GHASH. */
export const BLOCK_BYTES = 16

const BLOCK_BITS = 128
const WORD_BITS = 32
const WORDS = 4
/** Bits that are looked up together. */
const BITS = 4
/** Size of the part of the table with all values of so many bits, and of the parts for the bits of a word. */
const STEP = (1 << BITS) * WORDS
const WORD_STEP = (WORD_BITS / BITS) * STEP

/** The last block of what is added: of AADs, IVs and ciphertexts, nothing of it is secret. */
const LAST = new Uint8Array(BLOCK_BYTES)
const LAST_WORDS = new DataView(LAST.buffer)

/**
 * GHASH, which authenticates what GCM encrypts: blocks multiplied in GF(2^128) by a subkey.
 *
 * The product of the subkey with every value of every half-byte of a block stands in a table of 8 KiB, so a block costs 32
 * lookups.
 * Which entries are looked up depends on the subkey: who shares the processor's cache and measures it could learn it. It
 * would allow to forge a value, not to read one; AES itself does not run here.
 *
 * @see NIST SP 800-38D, section 6.4 <https://doi.org/10.6028/NIST.SP.800-38D>
 */
export class Ghash {
  private readonly table = new Int32Array((BLOCK_BITS / BITS) * STEP)
  /** The hash so far, first word first. */
  readonly words = new Int32Array(WORDS)

  /** @param subkey - 16 bytes: a block of zeros, encrypted */
  constructor(subkey: Uint8Array) {
    const { table } = this
    let [a, b, c, d] = [wordAt(subkey, 0), wordAt(subkey, 4), wordAt(subkey, 8), wordAt(subkey, 12)]
    for (let base = 0; base < table.length; base += STEP) {
      for (let bit = 1 << (BITS - 1); bit > 0; bit >>= 1) {
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

  /** Every value is the sum of its bits. */
  private addSums(base: number): void {
    const { table } = this
    for (let bit = 2; bit < 1 << BITS; bit <<= 1) {
      for (let low = 1; low < bit; low += 1) {
        const [one, other, sum] = [base + bit * WORDS, base + low * WORDS, base + (bit + low) * WORDS]
        for (let word = 0; word < WORDS; word += 1) {
          table[sum + word] = (table[one + word] ?? 0) ^ (table[other + word] ?? 0)
        }
      }
    }
  }

  reset(): void {
    this.words[0] = this.words[1] = this.words[2] = this.words[3] = 0
  }

  /** Add `bytes` from `start` to `end`, filled up with zeros to whole blocks. */
  add(bytes: Uint8Array, start: number, end: number): void {
    const whole = end - ((end - start) % BLOCK_BYTES)
    if (whole > start) this.blocks(bytes, start, whole)
    if (whole === end) return
    for (let index = 0; index < BLOCK_BYTES; index += 1) {
      LAST[index] = whole + index < end ? (bytes[whole + index] as number) : 0
    }
    this.blocks(LAST, 0, BLOCK_BYTES)
  }

  /** Add the block that ends a hash: two lengths in bytes, as 64-bit numbers of bits. */
  addLengths(first: number, second: number): void {
    LAST_WORDS.setInt32(0, Math.floor(first / 2 ** 29))
    LAST_WORDS.setInt32(4, first << 3)
    LAST_WORDS.setInt32(8, Math.floor(second / 2 ** 29))
    LAST_WORDS.setInt32(12, second << 3)
    this.blocks(LAST, 0, BLOCK_BYTES)
  }

  /**
   * All in one function: V8 runs the first thousands of calls slowly, and in a large file this is half of them.
   * Every index is within its array: `as` spares a check in the innermost loop of bulla.
   */
  private blocks(bytes: Uint8Array, start: number, end: number): void {
    const { table, words } = this
    const mask = (1 << BITS) - 1
    let w = words[0] as number
    let x = words[1] as number
    let y = words[2] as number
    let z = words[3] as number
    for (let at = start; at < end; at += BLOCK_BYTES) {
      const p = w ^ wordAt(bytes, at)
      const q = x ^ wordAt(bytes, at + 4)
      const r = y ^ wordAt(bytes, at + 8)
      const s = z ^ wordAt(bytes, at + 12)
      w = x = y = z = 0
      for (let shift = WORD_BITS - BITS, base = 0; shift >= 0; shift -= BITS, base += STEP) {
        let entry = base + ((p >>> shift) & mask) * WORDS
        w ^= table[entry] as number
        x ^= table[entry + 1] as number
        y ^= table[entry + 2] as number
        z ^= table[entry + 3] as number
        entry = base + WORD_STEP + ((q >>> shift) & mask) * WORDS
        w ^= table[entry] as number
        x ^= table[entry + 1] as number
        y ^= table[entry + 2] as number
        z ^= table[entry + 3] as number
        entry = base + 2 * WORD_STEP + ((r >>> shift) & mask) * WORDS
        w ^= table[entry] as number
        x ^= table[entry + 1] as number
        y ^= table[entry + 2] as number
        z ^= table[entry + 3] as number
        entry = base + 3 * WORD_STEP + ((s >>> shift) & mask) * WORDS
        w ^= table[entry] as number
        x ^= table[entry + 1] as number
        y ^= table[entry + 2] as number
        z ^= table[entry + 3] as number
      }
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
