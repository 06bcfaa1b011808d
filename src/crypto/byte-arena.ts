import { encodeText } from '../format/text.ts'

/** Shorter parts are copied byte by byte: a call of the runtime costs more. */
const SHORT = 64

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
