import { newScanKernel } from '../scan-kernel.ts'

/** Called for each place where a keyword stands; `end` is exclusive. In the order of their ends; longer keywords first, then in their own order. */
export type OnKeyword = (keyword: number, end: number) => void

/** Finds all of many keywords in one pass over a text. */
export interface KeywordFinder {
  scan(text: string, onKeyword: OnKeyword): void
}

/** See scan-kernel.wat for what stands at these addresses. */
const [OUT_END, NODES] = [69_632, 69_636]
const [NODE_BYTES, UNIT_BYTES, HIT_BYTES] = [12, 2, 8]
/** A number of two bytes stands for each. */
const MOST_NODES = 65_535
const PAGE_BYTES = 65_536
/** Stands in front of each keyword, and behind it. */
const END = '\n'
/** So many units of a text are looked at in one call. */
const PIECE = 16_384
/** No keyword has this unit. It stands in front of a text. */
const NO_UNIT = 0xffff
/** Nodes by length: a keyword takes one, but where it has less than three units one for each that may stand before it. */
const NODES_OF_SHORT = [0, 1024, 32]

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number }
  learn(text: number, end: number): void
  scan(text: number, end: number, out: number, most: number): number
}

/**
 * Finds keywords in WebAssembly: V8 compiles it before the first call, and JavaScript that V8 has seen for the first time
 * takes ten times as long for a commit of usual size.
 */
export class KeywordKernel implements KeywordFinder {
  private readonly exports: Exports
  private readonly bytes: Buffer
  private readonly text: number
  private readonly out: number
  /** So many units in front of a piece may belong to a keyword that ends in it. */
  private readonly overlap: number

  private constructor(keywords: readonly string[], joined: string, nodeCount: number) {
    this.exports = newScanKernel() as Exports // it is our own module
    this.overlap = keywords.reduce((most, { length }) => Math.max(most, length), 1) - 1
    const names = NODES + NODE_BYTES * (nodeCount + 1)
    this.text = (names + joined.length + 7) & -4
    this.out = (this.text + UNIT_BYTES * (PIECE + this.overlap) + 7) & -4
    // all that end with one unit are told of before it is asked whether there is room
    const most = this.out + HIT_BYTES * (PIECE + keywords.length)
    const missing = most - this.exports.memory.buffer.byteLength
    if (missing > 0) this.exports.memory.grow(Math.ceil(missing / PAGE_BYTES))
    this.bytes = Buffer.from(this.exports.memory.buffer)
    this.bytes.write(joined, names, 'latin1')
    this.exports.learn(names + END.length, names + joined.length)
    this.bytes.writeUInt16LE(NO_UNIT, this.text - UNIT_BYTES)
  }

  /** Undefined where there is no WebAssembly, or for keywords that it cannot take. */
  static build(keywords: readonly string[]): KeywordKernel | undefined {
    const joined = `${END}${keywords.join(END)}${END}`
    const nodeCount = keywords.reduce((sum, { length }) => sum + (NODES_OF_SHORT[length] ?? 1), 0)
    if (nodeCount > MOST_NODES || keywords.some((keyword) => keyword.includes(END))) return undefined
    try {
      return new KeywordKernel(keywords, joined, nodeCount)
    } catch {
      return undefined
    }
  }

  scan(text: string, onKeyword: OnKeyword): void {
    for (let from = 0; from < text.length; from += PIECE) {
      const begin = Math.max(from - this.overlap, 0)
      const piece = text.length <= PIECE ? text : text.slice(begin, from + PIECE)
      this.bytes.write(piece, this.text, 'utf16le')
      const hits = this.hits(this.text + UNIT_BYTES * (from - begin), this.text + UNIT_BYTES * piece.length)
      // what is called may scan another text
      for (const some of hits) {
        for (let index = 0; index < some.length; index += 2) {
          onKeyword(some[index + 1] ?? 0, begin + ((some[index] ?? 0) - this.text) / UNIT_BYTES)
        }
      }
    }
  }

  /** For each hit the address behind it, and the keyword. */
  private hits(start: number, end: number): Int32Array[] {
    const all: Int32Array[] = []
    for (let at = start; at < end; ) {
      at = this.exports.scan(at, end, this.out, this.out + HIT_BYTES * PIECE)
      const outEnd = this.bytes.readInt32LE(OUT_END)
      if (outEnd > this.out) all.push(new Int32Array(this.exports.memory.buffer.slice(this.out, outEnd)))
    }
    return all
  }
}
