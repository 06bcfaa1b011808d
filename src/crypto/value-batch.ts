import { formatSealed, parseSealed, sealedFields } from '../format/enc.ts'
import { encodeText } from '../format/text.ts'
import type { Leaf } from '../format/tree.ts'
import { IV_BYTES, sealValue, tryOpenValue } from './cipher.ts'
import type { DataKey } from './data-key.ts'
import { GcmBatch, TAG_BYTES } from './gcm-batch.ts'
import { plaintextOf, sealedTypeOf } from './plaintext.ts'
import type { RandomSource } from './random.ts'
import type { CiphertextPool } from './reuse.ts'

/** Longer texts do not go into a batch: for them OpenSSL is faster, and they should not be copied. */
const LONG_TEXT = 4096

/** A sealed value that was added to an {@link OpenBatch}. */
export interface BatchValue {
  /** `str`, `int`, … as written; not authenticated. */
  readonly type: string
  /** Its number; undefined when it is too long for a batch, -1 when it cannot verify. */
  readonly index: number | undefined
}

/** Opens many values together. */
export class OpenBatch {
  private readonly dataKey: DataKey
  private readonly gcm: GcmBatch
  private verified: readonly boolean[] = []

  constructor(dataKey: DataKey) {
    this.dataKey = dataKey
    this.gcm = new GcmBatch(dataKey)
  }

  /** Returns undefined when `text` is not a sealed value. */
  add(aad: string, text: string): BatchValue | undefined {
    const fields = sealedFields(text)
    if (fields === undefined) return undefined
    const { data, iv, tag, type } = fields
    if (text.length > LONG_TEXT) return { type, index: undefined }
    const { arena } = this.gcm
    const ivStart = arena.length
    arena.addBase64(iv)
    const aadStart = arena.length
    arena.addText(aad)
    const dataStart = arena.length
    // sops glues data and tag together before it opens them, so only the last 16 bytes of both are the tag
    arena.addBase64(data)
    arena.addBase64(tag)
    const end = arena.length - TAG_BYTES
    const isWhole = aadStart > ivStart && end >= dataStart
    return { type, index: isWhole ? this.gcm.push(ivStart, aadStart, dataStart, end) : -1 }
  }

  open(): void {
    this.verified = this.gcm.open()
  }

  /**
   * What `value` held; undefined when it does not verify. To be asked before {@link wipe}.
   *
   * @param aad - what it was added with, as `text`
   */
  plaintext({ index }: BatchValue, aad: string, text: string): Uint8Array | undefined {
    if (index !== undefined) return this.verified[index] === true ? this.gcm.data(index) : undefined
    const sealed = parseSealed(text)
    return sealed === undefined ? undefined : tryOpenValue({ dataKey: this.dataKey, sealed, aad: encodeText(aad) })
  }

  wipe(): void {
    this.gcm.arena.wipe()
  }
}

/** Seals many values together. */
export class SealBatch {
  private readonly dataKey: DataKey
  private readonly random: RandomSource
  private readonly reuse: CiphertextPool | undefined
  private readonly gcm: GcmBatch

  /** @param reuse - ciphertexts under the same data key that are used again where value and place are the same */
  constructor(dataKey: DataKey, random: RandomSource, reuse?: CiphertextPool) {
    this.dataKey = dataKey
    this.random = random
    this.reuse = reuse
    this.gcm = new GcmBatch(dataKey)
  }

  /** Returns what gives the `ENC[…]` string when the batch is sealed. */
  add(aad: string, leaf: Leaf): () => string {
    const known = this.reuse?.take(aad, leaf)
    if (known !== undefined) return () => known
    const { gcm } = this
    const type = sealedTypeOf(leaf)
    const ivBytes = this.random(IV_BYTES)
    const plaintext = plaintextOf(leaf)
    if (plaintext.length > LONG_TEXT) {
      const sealed = sealValue({ dataKey: this.dataKey, iv: ivBytes, aad: encodeText(aad), plaintext, type })
      return () => sealed
    }
    const { arena } = gcm
    const iv = arena.length
    arena.addBytes(ivBytes)
    const aadStart = arena.length
    arena.addText(aad)
    const data = arena.length
    arena.addBytes(plaintext)
    const end = arena.length
    arena.addZeros(TAG_BYTES)
    const index = gcm.push(iv, aadStart, data, end)
    return () => formatSealed(base64(gcm.data(index)), base64(gcm.iv(index)), base64(gcm.tag(index)), type)
  }

  seal(): void {
    this.gcm.seal()
  }
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64')
}
