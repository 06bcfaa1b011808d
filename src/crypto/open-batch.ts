import { isAscii } from 'node:buffer'
import { type Cipher, createCipheriv } from 'node:crypto'
import { formatSealed, parseSealed, SEALED_PARTS, sealedFields } from '../format/enc.ts'
import { decodeText, encodeText } from '../format/text.ts'
import { tryOpenValue } from './cipher.ts'
import { type DataKey, importDataKey } from './data-key.ts'
import { GcmKernel, joinTexts, LONG_TEXT, MANY_VALUES, PART, PLACES } from './gcm-kernel.ts'

/** What {@link OpenBatch.add} returns for a text that is not a sealed value. */
export const NOT_SEALED = -1
/** In place of where a value stands among those of the kernel: it is opened when it is taken. */
const ALONE = -1
/** The type of a string. */
const STRING = 'str'

/** Takes the bytes of a value: those of `bytes` between two offsets. They stay as they are until the batch is wiped. */
export interface ByteSink {
  add(bytes: Uint8Array, start?: number, end?: number): void
}

/** Values that the kernel opened together. */
interface Opened {
  readonly bytes: Buffer
  readonly places: Int32Array
  /** All of `bytes` as one text that values are cut out of; undefined when it is not ASCII. */
  readonly text: string | undefined
}

/** Opens many values together. */
export class OpenBatch {
  private readonly dataKey: DataKey
  /** By what {@link add} returned. Undefined for a text that turned out to be no sealed value. */
  private readonly types: (string | undefined)[] = []
  /** Beside `types`: the number among all values of the kernel, or {@link ALONE}. */
  private readonly numbers: number[] = []
  private readonly parts: Opened[] = []
  private cipher: Cipher | undefined

  // the part that is being filled: what the kernel takes, and what was returned for each of its values
  private texts: string[] = []
  private aads: string[] = []
  private shapes: number[] = []
  private values: number[] = []

  constructor(dataKey: DataKey) {
    this.dataKey = dataKey
  }

  /** Returns what the value is asked for with, or {@link NOT_SEALED}. */
  add(aad: string, text: string): number {
    if (!text.startsWith(SEALED_PARTS.data)) return NOT_SEALED
    if (text.length > LONG_TEXT || aad.length > LONG_TEXT) return this.addUnusual(aad, text)
    const data = SEALED_PARTS.data.length
    const iv = text.indexOf(SEALED_PARTS.iv, data)
    const tag = text.indexOf(SEALED_PARTS.tag, iv)
    const end = text.indexOf(SEALED_PARTS.type, tag)
    const type = iv < 0 || tag < 0 || end < 0 ? undefined : lastWord(text, end + SEALED_PARTS.type.length)
    if (type === undefined) return this.addUnusual(aad, text)
    const ivLength = tag - iv - SEALED_PARTS.iv.length
    const tagLength = end - tag - SEALED_PARTS.tag.length
    this.shapes.push(iv - data, ivLength, tagLength, text.length - end)
    return this.push(aad, text, type)
  }

  private addUnusual(aad: string, text: string): number {
    const fields = sealedFields(text)
    if (fields === undefined) return NOT_SEALED
    const { data, iv, tag, type } = fields
    if (text.length > LONG_TEXT || aad.length > LONG_TEXT) {
      this.numbers.push(ALONE)
      return this.types.push(type) - 1
    }
    // the type says nothing here
    const rest = SEALED_PARTS.type.length + STRING.length + SEALED_PARTS.end.length
    this.shapes.push(data.length, iv.length, tag.length, rest)
    return this.push(aad, formatSealed(data, iv, tag, STRING), type)
  }

  private push(aad: string, text: string, type: string): number {
    const value = this.types.push(type) - 1
    this.texts.push(text)
    this.aads.push(aad)
    this.values.push(value)
    this.numbers.push(this.parts.length * PART + this.texts.length - 1)
    if (this.texts.length === PART) this.openPart()
    return value
  }

  /** Open what was added; nothing can be added afterwards. */
  open(): void {
    if (this.texts.length > 0) this.openPart()
  }

  private openPart(): void {
    const { texts, values } = this
    const part = this.parts.length > 0 || texts.length >= MANY_VALUES ? this.openTogether() : undefined
    // also where nothing was opened: the next part has the next number
    this.parts.push(part ?? { bytes: Buffer.alloc(0), places: new Int32Array(), text: '' })
    if (part === undefined) {
      values.forEach((value, index) => {
        this.numbers[value] = ALONE
        if (sealedFields(texts[index] ?? '') === undefined) this.types[value] = undefined
      })
    }
    this.texts = []
    this.aads = []
    this.shapes = []
    this.values = []
  }

  /** Undefined when they have to be opened one by one: the kernel cannot run here, or one is not as it should be. */
  private openTogether(): Opened | undefined {
    const aads = joinTexts(this.aads)
    if (aads === undefined) return undefined
    this.cipher ??= createCipheriv('aes-256-ecb', importDataKey(this.dataKey), null).setAutoPadding(false)
    const values = { texts: this.texts.join(''), aads, shapes: this.shapes }
    const opened = GcmKernel.shared()?.openValues(this.cipher, values)
    if (opened === undefined) return undefined
    return { ...opened, text: isAscii(opened.bytes) ? opened.bytes.toString('latin1') : undefined }
  }

  /** `type:` of a value, not authenticated; undefined for what is no sealed value, which only {@link open} may find out. */
  type(value: number): string | undefined {
    return this.types[value]
  }

  /**
   * The text that a value held, its bytes given to `sink`; undefined when it does not verify. To be asked between
   * {@link open} and {@link wipe}.
   *
   * @param aad - what it was added with, as `text`
   */
  take(value: number, aad: string, text: string, sink?: ByteSink): string | undefined {
    const part = this.partOf(value)
    if (part === undefined) return this.takeAlone(aad, text, sink)
    const at = this.placeOf(value)
    if (part.places[at] !== 1) return undefined
    const start = part.places[at + 1] as number
    const end = part.places[at + 2] as number
    sink?.add(part.bytes, start, end)
    return part.text?.slice(start, end) ?? decodeText(part.bytes.subarray(start, end))
  }

  /** Give the bytes of a value to `sink`, without making a text of them. Returns whether it verifies. */
  give(value: number, aad: string, text: string, sink: ByteSink): boolean {
    const part = this.partOf(value)
    if (part === undefined) return this.takeAlone(aad, text, sink) !== undefined
    const at = this.placeOf(value)
    const isRight = part.places[at] === 1
    if (isRight) sink.add(part.bytes, part.places[at + 1], part.places[at + 2])
    return isRight
  }

  /** Undefined for a value that is opened alone. */
  private partOf(value: number): Opened | undefined {
    return this.parts[Math.floor((this.numbers[value] ?? ALONE) / PART)]
  }

  /** Where its numbers stand in the places of its part. */
  private placeOf(value: number): number {
    return ((this.numbers[value] ?? 0) % PART) * PLACES
  }

  private takeAlone(aad: string, text: string, sink: ByteSink | undefined): string | undefined {
    const sealed = parseSealed(text)
    if (sealed === undefined) return undefined
    const plaintext = tryOpenValue({ dataKey: this.dataKey, sealed, aad: encodeText(aad) })
    if (plaintext === undefined) return undefined
    sink?.add(plaintext)
    return decodeText(plaintext)
  }

  wipe(): void {
    for (const { bytes } of this.parts) bytes.fill(0)
    if (this.cipher !== undefined) GcmKernel.shared()?.wipe()
  }
}

/** The lower-case letters from `start` on, which a bracket ends; undefined when something else stands there. */
function lastWord(text: string, start: number): string | undefined {
  const last = text.length - 1
  if (start >= last || text.charCodeAt(last) !== 0x5d) return undefined
  // no new text for what nearly all values are
  if (last - start === STRING.length && text.startsWith(STRING, start)) return STRING
  for (let at = start; at < last; at += 1) {
    const code = text.charCodeAt(at)
    if (code < 0x61 || code > 0x7a) return undefined
  }
  return text.slice(start, last)
}
