import { bytesOfPath } from '../paths.ts'
import { sure } from './unsure.ts'

/** A file of the index. */
export interface IndexEntry {
  /** `100644`. */
  readonly mode: string
  /** Lower-case hex. */
  readonly id: string
}

/** What git noted of a folder when it last wrote its tree. */
export interface NotedTree {
  /** How many files there are below it; negative when it has changed since. */
  readonly count: number
  readonly id: string
  /** By name. Names are bytes, as latin1. */
  readonly folders: ReadonlyMap<string, NotedTree>
}

const SIGNATURE = 'DIRC'
const HEADER_BYTES = 12
/** Where fields of an entry stand, from its beginning; flags and the name are behind the id. */
const [MODE, ID] = [24, 40]
/** Below, the first byte of the flags has nothing but a part of the length. */
const USUAL_HIGH_BYTE = 0x0f
const [EXTENDED, STAGES, LENGTH_MASK] = [0x4000, 0x3000, 0x0fff]
/** Of the flags that only extended entries have: that a file is not checked out says nothing about what is staged. */
const SKIP_WORKTREE = 0x4000
const GITLINK = 0o160000
const [SPACE, LINE_FEED] = [32, 10]

/**
 * Git's index, as far as it says what is staged, see gitformat-index(5). Taken are versions 2 and 3 without conflicts, split or
 * sparse indexes, and files that are only intended to be added.
 */
export class IndexFile {
  readonly noted: NotedTree | undefined
  private readonly bytes: Buffer
  private readonly hashBytes: number
  /** Where entries begin; they are sorted by the bytes of their paths. */
  private readonly starts: Int32Array
  readonly count: number

  /** @throws Unsure */
  constructor(bytes: Buffer, hashBytes: number) {
    sure(bytes.length >= HEADER_BYTES + hashBytes && bytes.toString('latin1', 0, 4) === SIGNATURE)
    const version = bytes.readUInt32BE(4)
    sure(version === 2 || version === 3)
    this.bytes = bytes
    this.hashBytes = hashBytes
    this.count = bytes.readUInt32BE(8)
    const end = bytes.length - hashBytes
    sure(this.count * (ID + hashBytes) <= end)
    this.starts = new Int32Array(this.count + 1)
    this.noted = this.readExtensions(this.findStarts(end), end)
  }

  /** Position of the first entry whose path does not come before `path`. @param path - bytes, as latin1 */
  find(path: string, from = 0, to = this.count): number {
    let low = from
    let high = to
    while (low < high) {
      const middle = (low + high) >>> 1
      const { start, end } = this.pathAt(middle)
      if (this.bytes.toString('latin1', start, end) < path) low = middle + 1
      else high = middle
    }
    return low
  }

  /** The file with that path; undefined when there is none. */
  file(path: string): IndexEntry | undefined {
    const wanted = bytesOfPath(path).toString('latin1')
    const at = this.find(wanted)
    if (at === this.count) return undefined
    const { start, end } = this.pathAt(at)
    if (this.bytes.toString('latin1', start, end) !== wanted) return undefined
    return this.modeAt(at) === GITLINK ? undefined : this.entry(at)
  }

  entry(at: number): IndexEntry {
    const id = this.idStart(at)
    return {
      mode: this.modeAt(at).toString(8).padStart(6, '0'),
      id: this.bytes.toString('hex', id, id + this.hashBytes),
    }
  }

  /** From the root, as bytes of the index. */
  path(at: number): Buffer {
    const { start, end } = this.pathAt(at)
    return this.bytes.subarray(start, end)
  }

  /** Whether a path begins so. @param folder - bytes, as latin1 */
  isBelow(folder: string, at: number): boolean {
    const { start, end } = this.pathAt(at)
    const stop = start + folder.length
    return stop <= end && this.bytes.toString('latin1', start, stop) === folder
  }

  private modeAt(at: number): number {
    return this.bytes.readUInt32BE((this.starts[at] ?? 0) + MODE)
  }

  private idStart(at: number): number {
    return (this.starts[at] ?? 0) + ID
  }

  private pathAt(at: number): { start: number; end: number } {
    const { bytes } = this
    const flags = this.idStart(at) + this.hashBytes
    const word = bytes.readUInt16BE(flags)
    const start = flags + ((word & EXTENDED) === 0 ? 2 : 4)
    const length = word & LENGTH_MASK
    return { start, end: length < LENGTH_MASK ? start + length : bytes.indexOf(0, start + length) }
  }

  /** Most of them are like most others: a large index is passed over once for each commit. @returns where the last entry ends */
  private findStarts(end: number): number {
    const { bytes, starts, count } = this
    const behindId = ID + this.hashBytes
    let at = HEADER_BYTES
    let behindNames = 0
    for (let index = 0; index < count; index += 1) {
      starts[index] = at
      const high = bytes[at + behindId] ?? 0
      // no flags, and no long name
      const length =
        high < USUAL_HIGH_BYTE
          ? behindId + 2 + (high << 8) + (bytes[at + behindId + 1] ?? 0)
          : this.oddLength(at, behindId, end)
      // one to eight zeros
      behindNames |= bytes[at + length] ?? 1
      at += (length + 8) & ~7
    }
    starts[count] = at
    sure(behindNames === 0 && at <= end)
    return at
  }

  /** How long an entry with flags is, or with a long name, up to the end of its path. */
  private oddLength(at: number, behindId: number, end: number): number {
    const { bytes } = this
    sure(at + behindId + 4 < end)
    const flags = bytes.readUInt16BE(at + behindId)
    sure((flags & STAGES) === 0)
    let length = behindId + 2 + (flags & LENGTH_MASK)
    if ((flags & EXTENDED) !== 0) {
      sure((bytes.readUInt16BE(at + behindId + 2) & ~SKIP_WORKTREE) === 0)
      length += 2
    }
    if ((flags & LENGTH_MASK) === LENGTH_MASK) length = bytes.indexOf(0, at + length) - at
    sure(length > 0)
    return length
  }

  private readExtensions(from: number, end: number): NotedTree | undefined {
    const { bytes } = this
    let noted: NotedTree | undefined
    for (let at = from; at < end; ) {
      sure(at + 8 <= end)
      const name = bytes.toString('latin1', at, at + 4)
      const length = bytes.readUInt32BE(at + 4)
      // those that begin with another letter change what the entries mean
      sure(/^[A-Z]/.test(name) && at + 8 + length <= end)
      if (name === 'TREE') noted = new NotedTrees(bytes.subarray(at + 8, at + 8 + length), this.hashBytes).read()
      at += 8 + length
    }
    return noted
  }
}

/** The extension with trees: each folder is followed by those in it. */
class NotedTrees {
  private readonly bytes: Buffer
  private readonly hashBytes: number
  private at = 0

  constructor(bytes: Buffer, hashBytes: number) {
    this.bytes = bytes
    this.hashBytes = hashBytes
  }

  read(): NotedTree | undefined {
    if (this.bytes.length === 0) return undefined
    this.word(0)
    return this.folder()
  }

  private folder(): NotedTree {
    const count = this.number(SPACE)
    const below = this.number(LINE_FEED)
    const id = count < 0 ? '' : this.bytes.toString('hex', this.at, this.at + this.hashBytes)
    if (count >= 0) this.at += this.hashBytes
    const folders = new Map<string, NotedTree>()
    for (let index = 0; index < below; index += 1) {
      const name = this.word(0)
      folders.set(name, this.folder())
    }
    return { count, id, folders }
  }

  private number(end: number): number {
    const word = this.word(end)
    const number = Number(word)
    sure(Number.isSafeInteger(number) && String(number) === word)
    return number
  }

  private word(end: number): string {
    const stop = this.bytes.indexOf(end, this.at)
    sure(stop >= 0)
    const word = this.bytes.toString('latin1', this.at, stop)
    this.at = stop + 1
    return word
  }
}
