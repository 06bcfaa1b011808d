import { type Cipher, createCipheriv } from 'node:crypto'
import { SEALED_PARTS } from '../format/enc.ts'
import { encodeText } from '../format/text.ts'
import type { Leaf } from '../format/tree.ts'
import { IV_BYTES, sealValue } from './cipher.ts'
import { type DataKey, importDataKey } from './data-key.ts'
import { GcmKernel, joinTexts, LONG_TEXT, MANY_VALUES, PART } from './gcm-kernel.ts'
import { plainTextOf, plaintextOf, sealedTypeOf } from './plaintext.ts'
import type { RandomSource } from './random.ts'
import type { CiphertextPool } from './reuse.ts'

/** A value that waits for the kernel. */
interface Waiting {
  /** What {@link SealBatch.add} returned for it. */
  readonly value: number
  readonly leaf: Leaf
  readonly aad: string
  readonly iv: Uint8Array
  readonly text: string
}

/** Seals many values together. */
export class SealBatch {
  private readonly dataKey: DataKey
  private readonly random: RandomSource
  private readonly reuse: CiphertextPool | undefined
  /** By what {@link add} returned: the `ENC[…]` string, as soon as it is known. */
  private readonly strings: (string | undefined)[] = []
  private readonly waiting: Waiting[] = []
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
    const iv = this.random(IV_BYTES)
    const text = plainTextOf(leaf)
    if (text === undefined || text.length > LONG_TEXT) return this.strings.push(this.sealAlone(aad, iv, leaf)) - 1
    const value = this.strings.push(undefined) - 1
    this.waiting.push({ value, leaf, aad, iv, text })
    return value
  }

  /** Seal what was added; nothing can be added afterwards. */
  seal(): void {
    const { waiting } = this
    const kernel = waiting.length < MANY_VALUES ? undefined : GcmKernel.shared()
    try {
      for (let start = 0; start < waiting.length; start += PART) {
        const part = waiting.slice(start, start + PART)
        if (kernel !== undefined && this.sealTogether(kernel, part)) continue
        for (const { value, aad, iv, leaf } of part) this.strings[value] = this.sealAlone(aad, iv, leaf)
      }
    } finally {
      kernel?.wipe()
    }
  }

  /** Returns false when the kernel has no form for one of them. */
  private sealTogether(kernel: GcmKernel, part: readonly Waiting[]): boolean {
    const texts = joinTexts(part.map(({ text }) => text))
    const aads = joinTexts(part.map(({ aad }) => aad))
    const rests = joinTexts(part.map(({ leaf }) => `${SEALED_PARTS.type}${sealedTypeOf(leaf)}${SEALED_PARTS.end}`))
    if (texts === undefined || aads === undefined || rests === undefined) return false
    this.cipher ??= createCipheriv('aes-256-ecb', importDataKey(this.dataKey), null).setAutoPadding(false)
    const ivs = Buffer.concat(part.map(({ iv }) => iv))
    const { text, ends } = kernel.sealValues(this.cipher, { texts, aads, ivs, rests })
    for (const [index, { value }] of part.entries()) {
      this.strings[value] = text.slice(ends[index - 1] ?? 0, ends[index])
    }
    return true
  }

  private sealAlone(aad: string, iv: Uint8Array, leaf: Leaf): string {
    const [plaintext, type] = [plaintextOf(leaf), sealedTypeOf(leaf)]
    return sealValue({ dataKey: this.dataKey, iv, aad: encodeText(aad), plaintext, type })
  }

  /** The `ENC[…]` string of a value that was added. */
  sealed(value: number): string {
    const text = this.strings[value]
    if (text === undefined) throw new RangeError('there is no such value in the batch')
    return text
  }
}
