import { encodeText } from '../format/text.ts'

/** Shorter parts are copied byte by byte: a call of the runtime costs more. */
const SHORT = 64

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const DIGITS = Uint8Array.from(BASE64, (digit) => digit.charCodeAt(0))
const PADDING = 0x3d
/** What a character that is no digit of base64 stands for. */
const NO_DIGIT = 0x80
const VALUES = new Uint8Array(0x80).fill(NO_DIGIT)
for (const [value, digit] of DIGITS.entries()) VALUES[digit] = value

/** Bytes of many values, one behind the other: thousands of small buffers cost more than what is done with them. */
export class ByteArena {
  /** What was added stands before `length`. Replaced when it grows. */
  bytes: Buffer
  length = 0

  /** @param firstBytes - about what will be needed */
  constructor(firstBytes: number) {
    this.bytes = Buffer.alloc(firstBytes)
  }

  /** Add `added`, or the part of it between two offsets. */
  addBytes(added: Uint8Array, start = 0, end = added.length): void {
    this.reserve(end - start)
    if (end - start < SHORT) {
      for (let at = start; at < end; at += 1) this.bytes[this.length + at - start] = added[at] as number
    } else this.bytes.set(added.subarray(start, end), this.length)
    this.length += end - start
  }

  /** Add `text` as {@link encodeText} encodes it. */
  addText(text: string): void {
    if (this.addAscii(text)) return
    if (!text.isWellFormed()) {
      this.addBytes(encodeText(text))
      return
    }
    this.reserve(text.length * 3)
    this.length += this.bytes.write(text, this.length)
  }

  /** Returns false, with nothing added, for texts that are long or not ASCII. */
  private addAscii(text: string): boolean {
    const { length } = text
    if (length >= SHORT) return false
    this.reserve(length)
    const { bytes } = this
    let all = 0
    for (let index = 0; index < length; index += 1) {
      const code = text.charCodeAt(index)
      all |= code
      bytes[this.length + index] = code
    }
    if (all > 0x7f) return false
    this.length += length
    return true
  }

  /**
   * Add what the part of `text` between two offsets, which is base64, stands for.
   *
   * @returns false, with nothing added, when it is empty or no base64 with its padding
   */
  addBase64(text: string, start = 0, end = text.length): boolean {
    if (end <= start || (end - start) % 4 !== 0) return false
    const padding = text.charCodeAt(end - 1) !== PADDING ? 0 : text.charCodeAt(end - 2) !== PADDING ? 1 : 2
    this.reserve(((end - start) / 4) * 3)
    const { bytes } = this
    let to = this.length
    let wrong = 0
    for (let at = start; at < end; at += 4) {
      const padded = at + 4 === end ? padding : 0
      const a = digitValue(text.charCodeAt(at))
      const b = digitValue(text.charCodeAt(at + 1))
      const c = padded > 1 ? 0 : digitValue(text.charCodeAt(at + 2))
      const d = padded > 0 ? 0 : digitValue(text.charCodeAt(at + 3))
      wrong |= a | b | c | d
      bytes[to] = (a << 2) | (b >> 4)
      bytes[to + 1] = (b << 4) | (c >> 2)
      bytes[to + 2] = (c << 6) | d
      to += 3
    }
    if ((wrong & NO_DIGIT) !== 0) return false
    this.length = to - padding
    return true
  }

  /** Add the base64 of the part of `source` between two offsets. */
  addAsBase64(source: Uint8Array, start: number, end: number): void {
    this.reserve(Math.ceil((end - start) / 3) * 4)
    const { bytes } = this
    let to = this.length
    for (let at = start; at < end; at += 3) {
      const left = end - at
      const a = source[at] as number
      const b = left > 1 ? (source[at + 1] as number) : 0
      const c = left > 2 ? (source[at + 2] as number) : 0
      bytes[to] = DIGITS[a >> 2] as number
      bytes[to + 1] = DIGITS[((a & 3) << 4) | (b >> 4)] as number
      bytes[to + 2] = left > 1 ? (DIGITS[((b & 15) << 2) | (c >> 6)] as number) : PADDING
      bytes[to + 3] = left > 2 ? (DIGITS[c & 63] as number) : PADDING
      to += 4
    }
    this.length = to
  }

  addZeros(count: number): void {
    this.reserve(count)
    this.bytes.fill(0, this.length, this.length + count)
    this.length += count
  }

  wipe(): void {
    this.bytes.fill(0)
    this.length = 0
  }

  private reserve(count: number): void {
    const needed = this.length + count
    if (needed <= this.bytes.length) return
    const larger = Buffer.alloc(Math.max(needed, this.bytes.length * 2))
    this.bytes.copy(larger, 0, 0, this.length)
    this.bytes.fill(0)
    this.bytes = larger
  }
}

function digitValue(code: number): number {
  return code < 0x80 ? (VALUES[code] as number) : NO_DIGIT
}
