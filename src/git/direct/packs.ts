import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { ByteInput } from './byte-input.ts'
import { applyDelta } from './delta.ts'
import type { DirectObject } from './direct-object.ts'
import { namesIn } from './files.ts'
import { inflate } from './inflate.ts'
import { sure } from './unsure.ts'

/** With more packs, git is as fast. */
const MOST_PACKS = 20
const MOST_BASE_BYTES = 16 * 1024 * 1024
/** No chain of differences that git makes is longer. */
const MOST_DELTAS = 4096
const KINDS = [undefined, 'commit', 'tree', 'blob', 'tag'] as const
const [OFFSET_DELTA, ID_DELTA] = [6, 7]
/** Of an index: signature, version, and how many ids begin with no higher byte than each. */
const FANOUT = 8
const NAMES = FANOUT + 256 * 4
const SIGNATURE = 0xff744f63
/** What stands in front of the compressed bytes is shorter. */
const ENTRY_BYTES = 64

/** The packs of one repository, see gitformat-pack(5). */
export class PackFolder {
  private readonly folder: string
  private readonly hashBytes: number
  private readonly most: number
  private opened: Pack[] | undefined

  constructor(folder: string, hashBytes: number, most: number) {
    this.folder = folder
    this.hashBytes = hashBytes
    this.most = most
  }

  /** Undefined when it is in none. @throws Unsure */
  read(id: string): DirectObject | undefined {
    this.opened ??= this.open()
    for (const pack of this.opened) {
      const offset = pack.offsetOf(id)
      if (offset !== undefined) return pack.read(offset, (other) => this.read(other))
    }
    return undefined
  }

  close(): void {
    for (const pack of this.opened ?? []) pack.close()
    this.opened = undefined
  }

  private open(): Pack[] {
    const names = namesIn(this.folder).filter((name) => name.startsWith('pack-') && name.endsWith('.idx'))
    sure(names.length <= MOST_PACKS)
    return names.map((name) => new Pack(`${this.folder}/${name.slice(0, -4)}`, this.hashBytes, this.most))
  }
}

class Pack {
  private readonly path: string
  private readonly hashBytes: number
  private readonly most: number
  private readonly index: PartOfFile
  private readonly fanout: Buffer
  private contents: PartOfFile | undefined
  /** By where they begin, the oldest first. */
  private readonly bases = new Map<number, DirectObject>()
  private baseBytes = 0

  /** @param path - of its files, without the end of their names */
  constructor(path: string, hashBytes: number, most: number) {
    this.path = path
    this.hashBytes = hashBytes
    this.most = most
    this.index = new PartOfFile(`${path}.idx`)
    const head = this.index.read(0, NAMES)
    sure(head.length === NAMES && head.readUInt32BE(0) === SIGNATURE && head.readUInt32BE(4) === 2)
    this.fanout = head.subarray(FANOUT)
  }

  /** Where an object begins; undefined when it is in another pack. @param id - lower-case hex */
  offsetOf(id: string): number | undefined {
    const { hashBytes, fanout, index } = this
    const wanted = Buffer.from(id, 'hex')
    sure(wanted.length === hashBytes)
    const first = wanted[0] ?? 0
    const [from, to] = [first === 0 ? 0 : fanout.readUInt32BE(4 * first - 4), fanout.readUInt32BE(4 * first)]
    sure(from <= to)
    const names = index.read(NAMES + from * hashBytes, (to - from) * hashBytes)
    sure(names.length === (to - from) * hashBytes)
    let [low, high] = [0, to - from]
    while (low < high) {
      const middle = (low + high) >>> 1
      const order = names.compare(wanted, 0, hashBytes, middle * hashBytes, (middle + 1) * hashBytes)
      if (order === 0) return this.offsetAt(from + middle)
      if (order < 0) low = middle + 1
      else high = middle
    }
    return undefined
  }

  /** @param other - finds bases that are named by their id @throws Unsure */
  read(offset: number, other: (id: string) => DirectObject | undefined, depth = 0): DirectObject {
    sure(depth < MOST_DELTAS)
    const known = this.bases.get(offset)
    if (known !== undefined) return known
    this.contents ??= new PartOfFile(`${this.path}.pack`)
    const input = new ByteInput(this.contents.read(offset, ENTRY_BYTES))
    const { type, size } = typeAndSize(input)
    sure(size <= this.most)
    const kind = KINDS[type]
    if (kind !== undefined) return { kind, bytes: this.inflate(offset + input.at, size) }
    const base = this.baseOf(type, offset, input, other, depth)
    const delta = this.inflate(offset + input.at, size)
    return { kind: base.kind, bytes: applyDelta(base.bytes, delta, this.most) }
  }

  /** Many objects are made of the same ones: what one was made of is kept for the next. */
  private base(offset: number, other: (id: string) => DirectObject | undefined, depth: number): DirectObject {
    const made = this.read(offset, other, depth)
    if (this.bases.has(offset)) return made
    this.bases.set(offset, made)
    this.baseBytes += made.bytes.length
    for (const [oldest, { bytes }] of this.bases) {
      if (this.baseBytes <= MOST_BASE_BYTES) break
      this.bases.delete(oldest)
      this.baseBytes -= bytes.length
    }
    return made
  }

  private baseOf(
    type: number,
    offset: number,
    input: ByteInput,
    other: (id: string) => DirectObject | undefined,
    depth: number,
  ): DirectObject {
    if (type === OFFSET_DELTA) {
      const back = distance(input)
      sure(back > 0 && back < offset)
      return this.base(offset - back, other, depth + 1)
    }
    sure(type === ID_DELTA)
    const base = other(Buffer.from(input.take(this.hashBytes)).toString('hex'))
    sure(base !== undefined)
    return base
  }

  close(): void {
    this.index.close()
    this.contents?.close()
  }

  private offsetAt(position: number): number {
    const count = this.fanout.readUInt32BE(4 * 255)
    // behind the ids and their checksums
    const offsets = NAMES + count * (this.hashBytes + 4)
    const short = this.index.read(offsets + 4 * position, 4).readUInt32BE()
    if (short < 2 ** 31) return short
    const long = this.index.read(offsets + 4 * count + 8 * (short - 2 ** 31), 8).readBigUInt64BE()
    sure(long <= BigInt(Number.MAX_SAFE_INTEGER))
    return Number(long)
  }

  private inflate(offset: number, size: number): Buffer {
    // zlib adds no more than this to what cannot be compressed, see its deflateBound
    const most = size + (size >> 12) + (size >> 14) + (size >> 25) + 64
    const packed = this.contents?.read(offset, most) ?? Buffer.alloc(0)
    const bytes = inflate(packed, size)
    sure(bytes.length === size)
    return bytes
  }
}

/** What an entry begins with: the lower digits of the size come first. */
function typeAndSize(input: ByteInput): { readonly type: number; readonly size: number } {
  let byte = input.byte()
  const type = (byte >> 4) & 7
  let size = byte & 15
  for (let unit = 16; byte >= 128; unit *= 128) {
    byte = input.byte()
    size += (byte & 127) * unit
  }
  return { type, size }
}

/** How far back a base is: the higher digits come first, and no number can be written in two ways. */
function distance(input: ByteInput): number {
  let byte = input.byte()
  let back = byte & 127
  while (byte >= 128) {
    byte = input.byte()
    back = (back + 1) * 128 + (byte & 127)
  }
  return back
}

/** Reads from one open file. */
class PartOfFile {
  private readonly descriptor: number
  private readonly size: number

  constructor(path: string) {
    this.descriptor = openSync(path, 'r')
    this.size = fstatSync(this.descriptor).size
  }

  /** Less at the end of the file. */
  read(from: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, this.size - from)))
    let done = 0
    while (done < bytes.length) {
      const count = readSync(this.descriptor, bytes, done, bytes.length - done, from + done)
      sure(count > 0)
      done += count
    }
    return bytes
  }

  close(): void {
    closeSync(this.descriptor)
  }
}
