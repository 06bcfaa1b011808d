import { type Cipher, createCipheriv } from 'node:crypto'
import { SEALED_PARTS } from '../format/enc.ts'
import { encodeText } from '../format/text.ts'
import type { Leaf } from '../format/tree.ts'
import { IV_BYTES, sealValue } from './cipher.ts'
import { type DataKey, importDataKey } from './data-key.ts'
import { GcmKernel, joinTexts, type KernelSealed, LONG_TEXT, MANY_VALUES, PART } from './gcm-kernel.ts'
import { plainTextOf, plaintextOf, sealedTypeOf } from './plaintext.ts'
import type { RandomSource } from './random.ts'
import type { CiphertextPool } from './reuse.ts'

/** What stands behind the tag of a value of each type. */
const RESTS = {
  str: rest('str'),
  int: rest('int'),
  float: rest('float'),
  bool: rest('bool'),
  time: rest('time'),
  comment: rest('comment'),
}

function rest(type: string): string {
  return SEALED_PARTS.type + type + SEALED_PARTS.end
}

/** Seals many values together. */
export class SealBatch {
  private readonly dataKey: DataKey
  private readonly random: RandomSource
  private readonly reuse: CiphertextPool | undefined
  /** By what {@link add} returned: the `ENC[…]` string, as soon as it is known. */
  private readonly strings: (string | undefined)[] = []
  // of each value that waits: its place in `strings`, the leaf, what it is bound to, and its plaintext
  private readonly values: number[] = []
  private readonly leaves: Leaf[] = []
  private readonly aads: string[] = []
  private readonly texts: string[] = []
  private cipher: Cipher | undefined

  /** @param reuse - ciphertexts under the same data key that are used again where value and place are the same */
  constructor(dataKey: DataKey, random: RandomSource, reuse?: CiphertextPool) {
    this.dataKey = dataKey
    this.random = random
    this.reuse = reuse
  }

  /** Returns what the string is asked for with when the batch is sealed. */
  add(aad: string, leaf: Leaf): number {
    const known = this.reuse?.take(aad, leaf)
    if (known !== undefined) return this.strings.push(known) - 1
    const text = plainTextOf(leaf)
    if (text === undefined || text.length > LONG_TEXT || aad.length > LONG_TEXT) {
      return this.strings.push(this.sealAlone(aad, this.random(IV_BYTES), leaf)) - 1
    }
    const value = this.strings.push(undefined) - 1
    this.values.push(value)
    this.leaves.push(leaf)
    this.aads.push(aad)
    this.texts.push(text)
    return value
  }

  /** Seal what was added; nothing can be added afterwards. */
  seal(): void {
    const count = this.values.length
    const kernel = count < MANY_VALUES ? undefined : GcmKernel.shared()
    try {
      for (let start = 0; start < count; start += PART) this.sealPart(start, Math.min(start + PART, count), kernel)
    } finally {
      kernel?.wipe()
    }
  }

  private sealPart(start: number, end: number, kernel: GcmKernel | undefined): void {
    const ivs = this.random((end - start) * IV_BYTES)
    const sealed = kernel === undefined ? undefined : this.sealTogether(start, end, ivs, kernel)
    for (let at = start; at < end; at += 1) {
      const index = at - start
      this.strings[this.values[at] as number] =
        sealed?.text.slice(sealed.ends[index - 1] ?? 0, sealed.ends[index]) ??
        this.sealAlone(
          this.aads[at] as string,
          ivs.subarray(index * IV_BYTES, (index + 1) * IV_BYTES),
          this.leaves[at] as Leaf,
        )
    }
  }

  /** Undefined when the kernel has no form for one of them. */
  private sealTogether(start: number, end: number, ivs: Uint8Array, kernel: GcmKernel): KernelSealed | undefined {
    const texts = joinTexts(this.texts.slice(start, end))
    const aads = joinTexts(this.aads.slice(start, end))
    const rests = joinTexts(this.leaves.slice(start, end).map((leaf) => RESTS[sealedTypeOf(leaf)]))
    if (texts === undefined || aads === undefined || rests === undefined) return undefined
    this.cipher ??= createCipheriv('aes-256-ecb', importDataKey(this.dataKey), null).setAutoPadding(false)
    return kernel.sealValues(this.cipher, { texts, aads, ivs, rests })
  }

  private sealAlone(aad: string, iv: Uint8Array, leaf: Leaf): string {
    const plaintext = plaintextOf(leaf)
    return sealValue({ dataKey: this.dataKey, iv, aad: encodeText(aad), plaintext, type: sealedTypeOf(leaf) })
  }

  /** The `ENC[…]` string of a value that was added. */
  sealed(value: number): string {
    const text = this.strings[value]
    if (text === undefined) throw new RangeError('there is no such value in the batch')
    return text
  }
}
