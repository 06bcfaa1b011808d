import { encodeText } from '../format/text.ts'

const FIRST_BYTES = 4096

/** Bytes of many values, one behind the other: thousands of small buffers cost more than what is done with them. */
export class ByteArena {
  /** What was added stands before `length`. Replaced when it grows. */
  bytes = Buffer.alloc(FIRST_BYTES)
  length = 0

  addBytes(added: Uint8Array): void {
    this.reserve(added.length)
    this.bytes.set(added, this.length)
    this.length += added.length
  }

  /** Add `text` as {@link encodeText} encodes it. */
  addText(text: string): void {
    if (!text.isWellFormed()) {
      this.addBytes(encodeText(text))
      return
    }
    this.reserve(text.length * 3)
    this.length += this.bytes.write(text, this.length)
  }

  /** Add what `text`, which is base64, stands for. */
  addBase64(text: string): void {
    this.reserve(text.length)
    this.length += this.bytes.write(text, this.length, 'base64')
  }

  addZeros(count: number): void {
    this.reserve(count)
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
