import { parseSealed, SEALED_PARTS, sealedFields } from '../format/enc.ts'
import { decodeText, encodeText } from '../format/text.ts'
import type { Leaf } from '../format/tree.ts'
import { ByteArena } from './byte-arena.ts'
import { IV_BYTES, sealValue, tryOpenValue } from './cipher.ts'
import type { DataKey } from './data-key.ts'
import { GcmBatch, TAG_BYTES } from './gcm-batch.ts'
import { plainTextOf, plaintextOf, sealedTypeOf } from './plaintext.ts'
import type { RandomSource } from './random.ts'
import type { CiphertextPool } from './reuse.ts'

/** Longer texts do not go into a batch: for them OpenSSL is faster, and they should not be copied. */
const LONG_TEXT = 4096

/** What {@link OpenBatch.add} returns for a text that is not a sealed value. */
export const NOT_SEALED = -1
/** In place of the number of a text in the batch: it is too long for one, or cannot verify. */
const [LONG, BROKEN] = [-1, -2]

/** Takes the bytes of a value: all of `bytes`, or the part between two offsets. They are only there during the call. */
export interface ByteSink {
  add(bytes: Uint8Array, start?: number, end?: number): void
}

/** Opens many values together. */
export class OpenBatch {
  private readonly dataKey: DataKey
  private readonly gcm: GcmBatch
  private readonly types: string[] = []
  /** Beside `types`: the numbers that the texts have in the batch. */
  private readonly numbers: number[] = []
  private verified: readonly boolean[] = []
  /** All of the arena as one text that values are cut out of, a character for each byte. */
  private characters: string | undefined

  constructor(dataKey: DataKey) {
    this.dataKey = dataKey
    this.gcm = new GcmBatch(dataKey)
  }

  /** Returns what the value is asked for with, or {@link NOT_SEALED}. */
  add(aad: string, text: string): number {
    if (!text.startsWith(SEALED_PARTS.data)) return NOT_SEALED
    return text.length > LONG_TEXT ? this.addUnusual(aad, text) : this.addUsual(aad, text)
  }

  /** Nearly every sealed value is written in one way; it is read without making any objects. */
  private addUsual(aad: string, text: string): number {
    const { arena } = this.gcm
    const start = arena.length
    const iv = text.indexOf(SEALED_PARTS.iv, SEALED_PARTS.data.length)
    const tag = text.indexOf(SEALED_PARTS.tag, iv)
    const type = text.indexOf(SEALED_PARTS.type, tag)
    const typeStart = type + SEALED_PARTS.type.length
    if (iv < 0 || tag < 0 || type < 0 || !endsWithWord(text, typeStart)) return this.addUnusual(aad, text)
    if (arena.addBase64(text, iv + SEALED_PARTS.iv.length, tag)) {
      const aadStart = arena.length
      arena.addText(aad)
      const dataStart = arena.length
      const isRead =
        arena.addBase64(text, SEALED_PARTS.data.length, iv) &&
        arena.addBase64(text, tag + SEALED_PARTS.tag.length, type) &&
        arena.length - TAG_BYTES >= dataStart
      if (isRead) {
        return this.list(text.slice(typeStart, -1), this.gcm.push(start, aadStart, dataStart, arena.length - TAG_BYTES))
      }
    }
    arena.length = start
    return this.addUnusual(aad, text)
  }

  private addUnusual(aad: string, text: string): number {
    const fields = sealedFields(text)
    if (fields === undefined) return NOT_SEALED
    const { data, iv, tag, type } = fields
    if (text.length > LONG_TEXT) return this.list(type, LONG)
    const { arena } = this.gcm
    const start = arena.length
    arena.addBase64(iv)
    const aadStart = arena.length
    arena.addText(aad)
    const dataStart = arena.length
    // sops glues data and tag together before it opens them, so only the last 16 bytes of both are the tag
    arena.addBase64(data)
    arena.addBase64(tag)
    const end = arena.length - TAG_BYTES
    const isWhole = aadStart > start && end >= dataStart
    return this.list(type, isWhole ? this.gcm.push(start, aadStart, dataStart, end) : BROKEN)
  }

  private list(type: string, number: number): number {
    this.types.push(type)
    return this.numbers.push(number) - 1
  }

  open(): void {
    this.verified = this.gcm.open()
  }

  /** `str`, `int`, … as written; not authenticated. */
  type(value: number): string | undefined {
    return this.types[value]
  }

  /**
   * The text that a value held, its bytes given to `sink`; undefined when it does not verify. To be asked before
   * {@link wipe}.
   *
   * @param aad - what it was added with, as `text`
   */
  take(value: number, aad: string, text: string, sink?: ByteSink): string | undefined {
    const number = this.numbers[value] ?? BROKEN
    if (number >= 0) return this.verified[number] === true ? this.takeFromBatch(number, sink) : undefined
    const sealed = number === LONG ? parseSealed(text) : undefined
    if (sealed === undefined) return undefined
    const plaintext = tryOpenValue({ dataKey: this.dataKey, sealed, aad: encodeText(aad) })
    if (plaintext === undefined) return undefined
    sink?.add(plaintext)
    return decodeText(plaintext)
  }

  /** Give the bytes of a value to `sink`, without making a text of them. Returns whether it verifies. */
  give(value: number, aad: string, text: string, sink: ByteSink): boolean {
    const number = this.numbers[value] ?? BROKEN
    if (number < 0) return this.take(value, aad, text, sink) !== undefined
    if (this.verified[number] !== true) return false
    sink.add(this.gcm.arena.bytes, this.gcm.dataStart(number), this.gcm.dataEnd(number))
    return true
  }

  private takeFromBatch(number: number, sink: ByteSink | undefined): string {
    const { arena } = this.gcm
    const start = this.gcm.dataStart(number)
    const end = this.gcm.dataEnd(number)
    sink?.add(arena.bytes, start, end)
    if (!isAscii(arena.bytes, start, end)) return decodeText(this.gcm.data(number))
    this.characters ??= arena.bytes.toString('latin1', 0, arena.length)
    return this.characters.slice(start, end)
  }

  wipe(): void {
    this.gcm.arena.wipe()
  }
}

/** Whether a text ends with lower-case letters from `start` on, then a bracket. */
function endsWithWord(text: string, start: number): boolean {
  const last = text.length - 1
  if (start >= last || text.charCodeAt(last) !== 0x5d) return false
  for (let at = start; at < last; at += 1) {
    const code = text.charCodeAt(at)
    if (code < 0x61 || code > 0x7a) return false
  }
  return true
}

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  let all = 0
  for (let at = start; at < end; at += 1) all |= bytes[at] as number
  return all < 0x80
}

/** Seals many values together. */
export class SealBatch {
  private readonly dataKey: DataKey
  private readonly random: RandomSource
  private readonly reuse: CiphertextPool | undefined
  private readonly gcm: GcmBatch
  /** By what {@link add} returned: the `ENC[…]` string, as soon as it is known. */
  private readonly strings: (string | undefined)[] = []
  /** The `type:` of each text in the batch. */
  private readonly types: string[] = []

  /** @param reuse - ciphertexts under the same data key that are used again where value and place are the same */
  constructor(dataKey: DataKey, random: RandomSource, reuse?: CiphertextPool) {
    this.dataKey = dataKey
    this.random = random
    this.reuse = reuse
    this.gcm = new GcmBatch(dataKey)
  }

  /** Returns what the string is asked for with when the batch is sealed. */
  add(aad: string, leaf: Leaf): number {
    const known = this.reuse?.take(aad, leaf)
    if (known !== undefined) return this.strings.push(known) - 1
    const iv = this.random(IV_BYTES)
    const text = plainTextOf(leaf)
    // no character takes more than three bytes
    if (text !== undefined && text.length * 3 <= LONG_TEXT) this.addText(aad, iv, text, sealedTypeOf(leaf))
    else this.strings.push(this.sealAlone(aad, iv, leaf))
    return this.strings.length - 1
  }

  private addText(aad: string, iv: Uint8Array, text: string, type: string): void {
    const { arena } = this.gcm
    const ivStart = arena.length
    arena.addBytes(iv)
    const aadStart = arena.length
    arena.addText(aad)
    const data = arena.length
    arena.addText(text)
    const end = arena.length
    arena.addZeros(TAG_BYTES)
    this.gcm.push(ivStart, aadStart, data, end)
    this.types.push(type)
    this.strings.push(undefined)
  }

  private sealAlone(aad: string, iv: Uint8Array, leaf: Leaf): string {
    const [plaintext, type] = [plaintextOf(leaf), sealedTypeOf(leaf)]
    return sealValue({ dataKey: this.dataKey, iv, aad: encodeText(aad), plaintext, type })
  }

  seal(): void {
    this.gcm.seal()
    const written = new ByteArena(this.types.length * 160)
    const ends = this.types.map((type, number) => this.write(written, number, type))
    // one text that all strings are cut out of
    const all = written.bytes.toString('latin1', 0, written.length)
    let number = 0
    for (let index = 0; index < this.strings.length; index += 1) {
      if (this.strings[index] !== undefined) continue
      this.strings[index] = all.slice(ends[number - 1] ?? 0, ends[number])
      number += 1
    }
  }

  /** Returns where it ends. */
  private write(to: ByteArena, number: number, type: string): number {
    const { gcm } = this
    const { bytes } = gcm.arena
    const end = gcm.dataEnd(number)
    to.addText(SEALED_PARTS.data)
    to.addAsBase64(bytes, gcm.dataStart(number), end)
    to.addText(SEALED_PARTS.iv)
    to.addAsBase64(bytes, gcm.ivStart(number), gcm.ivEnd(number))
    to.addText(SEALED_PARTS.tag)
    to.addAsBase64(bytes, end, end + TAG_BYTES)
    to.addText(SEALED_PARTS.type)
    to.addText(type)
    to.addText(SEALED_PARTS.end)
    return to.length
  }

  /** The `ENC[…]` string of a value that was added. */
  sealed(value: number): string {
    const text = this.strings[value]
    if (text === undefined) throw new RangeError('there is no such value in the batch')
    return text
  }
}
