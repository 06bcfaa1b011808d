import { createHmac } from 'node:crypto'

/** Shorter values stand everywhere by coincidence. In UTF-16 units, as all lengths here. */
export const SHORTEST = 8
/** So much of a value is looked at: a copy of its beginning is a copy. */
export const LONGEST = 64

/** 80 bits: no two values of a repository share one, and it is no hash that others could look up. */
const FINGERPRINT_BYTES = 10
const MULTIPLIER = 0x9e3779b1

/** What is kept of a value: enough to know it again with the key. */
export interface Fingerprint {
  /** HMAC-SHA-256 of it, cut to 80 bits, in base64url. */
  readonly id: string
  /** Of the whole value; one more than {@link LONGEST} stands for all that are longer. Its ciphertext shows it too. */
  readonly length: number
  /** Keyed hash that slides over a text; unsigned, 32 bits. Says where the other one is worth computing. */
  readonly sketch: number
}

/** Makes fingerprints with one key. */
export class Fingerprinter {
  /** Of the sliding hash: each unit counts so much more than the one behind it. Odd. */
  readonly base: number
  private readonly key: Uint8Array

  /**
   * @param key - 32 random bytes of this repository, of which no other may know
   * @param base - what {@link base} was for this key before; else it is computed
   */
  constructor(key: Uint8Array, base?: number) {
    this.key = key
    this.base = base ?? (createHmac('sha256', key).update('sketch').digest().readUInt32BE() | 1) >>> 0
  }

  of(value: string): Fingerprint {
    const start = value.slice(0, LONGEST)
    let sketch = 0
    for (let index = 0; index < start.length; index += 1) {
      sketch = (Math.imul(sketch, this.base) + start.charCodeAt(index)) | 0
    }
    return { id: this.id(start), length: Math.min(value.length, LONGEST + 1), sketch: sketch >>> 0 }
  }

  /** @param start - at most the first {@link LONGEST} units of a value */
  id(start: string): string {
    const digest = createHmac('sha256', this.key).update('value:').update(start, 'utf16le').digest()
    return digest.subarray(0, FINGERPRINT_BYTES).toString('base64url')
  }
}

/** Which of `2 ** bits` places a sketch falls on. */
export function placeOfSketch(sketch: number, bits: number): number {
  return Math.imul(sketch, MULTIPLIER) >>> (32 - bits)
}
