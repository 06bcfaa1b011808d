import { bytes as MODULE } from './keyword-kernel.wat'

/** See keyword-kernel.wat for what stands at these addresses. */
const SETTINGS = 128
const STATE = 148
const OWN_BYTES = 160
const PAGE_BYTES = 65_536
/** The highest bit of a state is taken. */
const MOST_STATES = 2 ** 15
/** Stands behind each keyword. */
const END = '\n'
/** So many units of a text are looked at in one call. */
const PIECE = 16_384
/** What a unit takes, and what is told about one. */
const [UNIT_BYTES, HIT_BYTES] = [2, 8]

/** Called for each place where a keyword stands; `end` is exclusive. Longer keywords come first. */
export type OnKeyword = (keyword: number, end: number) => void

/** Finds all of many keywords in one pass over a text (Aho and Corasick, 1975), whatever their number. */
export interface KeywordAutomaton {
  scan(text: string, onKeyword: OnKeyword): void
}

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number }
  insert(text: number, end: number, states: number): void
  close(): void
  scan(text: number, end: number, out: number): number
}

let compiled: object | undefined

/**
 * The automaton in WebAssembly: V8 compiles it before the first call, and JavaScript that V8 has seen for the first time
 * takes ten times as long for a commit of usual size.
 */
export class KeywordKernel implements KeywordAutomaton {
  private readonly exports: Exports
  private readonly bytes: Buffer
  private readonly fallbacks: Uint16Array
  /** By state: 1 and the keyword that ends there, without those that end in a suffix of it; or 0. */
  private readonly endings: Uint16Array
  private readonly text: number
  private readonly out: number

  private constructor(keywords: readonly string[], classes: Uint8Array, classCount: number) {
    compiled ??= new WebAssembly.Module(MODULE)
    this.exports = new WebAssembly.Instance(compiled).exports as Exports // it is our own module
    const text = textOf(keywords)
    const most = text.length
    // eight classes are looked at together
    const rowBits = Math.max(Math.ceil(Math.log2(classCount)), 3) + 1
    const fallbacks = OWN_BYTES + (most << rowBits)
    const queue = fallbacks + UNIT_BYTES * most
    const endings = queue + UNIT_BYTES * most
    this.text = (endings + most + 7) & -8
    this.out = this.text + UNIT_BYTES * PIECE
    this.exports.memory.grow(Math.ceil((this.out + HIT_BYTES * PIECE) / PAGE_BYTES) - 1)
    const { buffer } = this.exports.memory
    this.bytes = Buffer.from(buffer)
    this.bytes.set(classes)
    this.fallbacks = new Uint16Array(buffer, fallbacks, most)
    new Int32Array(buffer, SETTINGS).set([OWN_BYTES, rowBits, fallbacks, endings, queue])
    this.endings = new Uint16Array(most)
    this.learn(text, keywords.length)
    this.exports.close()
  }

  /** Undefined where there is no WebAssembly, or for keywords that it cannot take. */
  static build(keywords: readonly string[], classes: Uint8Array, classCount: number): KeywordKernel | undefined {
    if (textOf(keywords).length > MOST_STATES || keywords.some((keyword) => keyword.includes(END))) return undefined
    try {
      return new KeywordKernel(keywords, classes, classCount)
    } catch {
      return undefined
    }
  }

  scan(text: string, onKeyword: OnKeyword): void {
    let state = 0
    for (let from = 0; from < text.length; from += PIECE) {
      const piece = text.length <= PIECE ? text : text.slice(from, from + PIECE)
      this.bytes.write(piece, this.text, 'utf16le')
      this.bytes.writeInt32LE(state, STATE)
      const end = this.exports.scan(this.text, this.text + UNIT_BYTES * piece.length, this.out)
      state = this.bytes.readInt32LE(STATE)
      if (end === this.out) continue
      // a copy: what is called may scan another text
      const hits = new Int32Array(this.exports.memory.buffer.slice(this.out, end))
      for (let index = 0; index < hits.length; index += 2) {
        this.tell(hits[index + 1] ?? 0, from + ((hits[index] ?? 0) - this.text) / UNIT_BYTES, onKeyword)
      }
    }
  }

  /** Longer keywords come first. */
  private tell(state: number, end: number, onKeyword: OnKeyword): void {
    for (let suffix = state; suffix !== 0; suffix = this.fallbacks[suffix] ?? 0) {
      const ending = this.endings[suffix] ?? 0
      if (ending !== 0) onKeyword(ending - 1, end)
    }
  }

  private learn(text: string, count: number): void {
    const end = this.text + this.bytes.write(text, this.text, 'latin1')
    const states = (end + 1) & -2
    this.exports.insert(this.text, end, states)
    const ends = new Uint16Array(this.exports.memory.buffer, states, count)
    for (let keyword = 0; keyword < count; keyword += 1) this.endings[ends[keyword] ?? 0] = keyword + 1
  }
}

/** Of all keywords; longer than there are states. */
function textOf(keywords: readonly string[]): string {
  return `${keywords.join(END)}${END}`
}
