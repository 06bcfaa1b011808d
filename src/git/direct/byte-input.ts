import { sure } from './unsure.ts'

/** Bytes, read one after the other. All of it throws Unsure at the end. */
export class ByteInput {
  private readonly bytes: Buffer
  at = 0

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.at === this.bytes.length
  }

  byte(): number {
    const byte = this.bytes[this.at]
    sure(byte !== undefined)
    this.at += 1
    return byte
  }

  take(count: number): Uint8Array {
    sure(count > 0 && this.at + count <= this.bytes.length)
    this.at += count
    return this.bytes.subarray(this.at - count, this.at)
  }

  /** The lower digits, of seven bits each, come first. */
  size(): number {
    let size = 0
    for (let unit = 1; ; unit *= 128) {
      const byte = this.byte()
      size += (byte & 127) * unit
      if (byte < 128) return size
      sure(unit < 2 ** 49)
    }
  }
}
