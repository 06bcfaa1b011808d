import { isWordUnit } from '../text/boundary.ts'
import { encodedRuns } from './encoded-runs.ts'
import { type Fingerprint, type Fingerprinter, LONGEST, placeOfSketch, SHORTEST } from './fingerprint.ts'
import { KnownKernel } from './known-kernel.ts'

/** A copy of a known value in a text. */
export interface KnownCopy<Value extends Fingerprint> {
  readonly value: Value
  /** Where it stands; where the run stands that it is encoded in. */
  readonly start: number
  readonly end: number
}

/** An array, a set, or the values of a map. */
export interface Values<Value> {
  forEach(use: (value: Value) => void): void
}

/** More copies of one value in one text say nothing new; they must not hide those of others. */
const MOST_OF_ONE = 5
/** Of all values together. */
const MOST_COPIES = 2000
const SKETCH_BITS = 20
/** So much is looked at in one go: it takes five times the memory. */
const PIECE = 1 << 20

/**
 * Values that are known by their fingerprints only. Looks for whole tokens: a copy begins and ends where a word does.
 * The time is linear in the length of the text.
 */
export class KnownSet<Value extends Fingerprint> {
  private readonly fingerprinter: Fingerprinter
  private readonly byId = new Map<string, Value>()
  /** Where a sketch falls on: one bit for each place. Most pieces of a text are told by it to be none of ours. */
  private readonly places = new Uint8Array(2 ** SKETCH_BITS / 8)
  private readonly sketches = new Set<number>()
  /** Ascending. */
  private readonly lengths: readonly number[]
  private readonly hasLonger: boolean
  /** `base ** length`. */
  private readonly powers: Int32Array
  private readonly kernel: KnownKernel | undefined

  /** @param useKernel - whether WebAssembly is used where there is some */
  constructor(values: Values<Value>, fingerprinter: Fingerprinter, useKernel = true) {
    this.fingerprinter = fingerprinter
    const lengths = new Set<number>()
    // no iterator, which would make an object for each of them
    values.forEach((value) => {
      if (value.length < SHORTEST) return
      this.byId.set(value.id, value)
      lengths.add(value.length)
      const place = placeOfSketch(value.sketch, SKETCH_BITS)
      this.places[place >> 3] = (this.places[place >> 3] ?? 0) | (1 << (place & 7))
      this.sketches.add(value.sketch)
    })
    this.hasLonger = lengths.delete(LONGEST + 1)
    this.lengths = [...lengths].sort((a, b) => a - b)
    this.powers = new Int32Array(LONGEST + 1).fill(1)
    for (let index = 1; index <= LONGEST; index += 1) {
      this.powers[index] = Math.imul(this.powers[index - 1] ?? 0, fingerprinter.base)
    }
    this.kernel = useKernel && this.byId.size > 0 ? this.loadKernel() : undefined
  }

  private loadKernel(): KnownKernel | undefined {
    const { powers, places } = this
    const lengths = [...(this.hasLonger ? [LONGEST + 1] : []), ...this.lengths.toReversed()]
    return KnownKernel.load({ base: this.fingerprinter.base, powers, places, lengths }, isWordUnit, isJoint)
  }

  get size(): number {
    return this.byId.size
  }

  /** Copies in the order of the text, as they stand and encoded; of one value only the first. */
  find(text: string): KnownCopy<Value>[] {
    if (this.byId.size === 0 || text.length < SHORTEST) return []
    const copies: KnownCopy<Value>[] = []
    const counts = new Counts<Value>()
    for (let from = 0; from < text.length && copies.length < MOST_COPIES; ) {
      const newline = text.indexOf('\n', from + PIECE)
      const to = newline === -1 || newline > from + 2 * PIECE ? Math.min(from + 2 * PIECE, text.length) : newline
      const found = this.findInPiece(from === 0 && to === text.length ? text : text.slice(from, to), counts)
      copies.push(...found.map(({ value, start, end }) => ({ value, start: from + start, end: from + end })))
      from = to
    }
    return copies.slice(0, MOST_COPIES)
  }

  private findInPiece(text: string, counts: Counts<Value>): KnownCopy<Value>[] {
    const copies = this.findPlain(text, counts)
    for (const run of encodedRuns(text)) {
      if (copies.length >= MOST_COPIES) break
      const isNew = ({ value }: KnownCopy<Value>) =>
        !copies.some((copy) => copy.value === value && copy.start >= run.start && copy.end <= run.end)
      // a user and a password, both sealed
      for (const copy of this.findPlain(run.text, counts))
        if (isNew(copy)) copies.push({ value: copy.value, start: run.start, end: run.end })
    }
    return copies.toSorted((a, b) => a.start - b.start)
  }

  private findPlain(text: string, counts: Counts<Value>): KnownCopy<Value>[] {
    if (this.kernel !== undefined) return this.findBy(this.kernel, text, counts)
    const hashes = this.hashesOf(text)
    const edges = edgesOf(text)
    const copies: KnownCopy<Value>[] = []
    for (let start = 0; start + SHORTEST <= text.length && copies.length < MOST_COPIES; start += 1) {
      if (((edges[start] ?? 0) & BEGINS) === 0) continue
      const copy = this.findAt(text, start, hashes, edges)
      if (copy === undefined) continue
      if (counts.take(copy.value)) copies.push(copy)
      start = copy.end - 1
    }
    return copies
  }

  private findBy(kernel: KnownKernel, text: string, counts: Counts<Value>): KnownCopy<Value>[] {
    const copies: KnownCopy<Value>[] = []
    let from = 0
    for (const { start, length, sketch } of kernel.candidates(text)) {
      if (start < from || !this.sketches.has(sketch)) continue
      const end = start + Math.min(length, LONGEST)
      if (!counts.isFull(sketch)) {
        const value = this.byId.get(this.fingerprinter.id(text.slice(start, end)))
        if (value?.length !== length) continue
        if (counts.take(value)) copies.push({ value, start, end })
        if (copies.length === MOST_COPIES) break
      }
      from = end
    }
    return copies
  }

  /** The longest one that begins here. */
  private findAt(text: string, start: number, hashes: Int32Array, edges: Uint8Array): KnownCopy<Value> | undefined {
    if (this.hasLonger && this.isKnownSketch(hashes, start, LONGEST)) {
      const value = this.byId.get(this.fingerprinter.id(text.slice(start, start + LONGEST)))
      if (value !== undefined && value.length > LONGEST) return { value, start, end: start + LONGEST }
    }
    for (let index = this.lengths.length - 1; index >= 0; index -= 1) {
      const length = this.lengths[index] ?? 0
      const end = start + length
      if (((edges[end] ?? 0) & ENDS) === 0 || !this.isKnownSketch(hashes, start, length)) continue
      const value = this.byId.get(this.fingerprinter.id(text.slice(start, end)))
      if (value?.length === length) return { value, start, end }
    }
    return undefined
  }

  private isKnownSketch(hashes: Int32Array, start: number, length: number): boolean {
    const end = start + length
    if (end >= hashes.length) return false
    const sketch = (hashes[end] ?? 0) - Math.imul(hashes[start] ?? 0, this.powers[length] ?? 0)
    const place = placeOfSketch(sketch, SKETCH_BITS)
    return ((this.places[place >> 3] ?? 0) & (1 << (place & 7))) !== 0 && this.sketches.has(sketch >>> 0)
  }

  /** Sketches of all beginnings of a text: that of any piece follows from two of them. */
  private hashesOf(text: string): Int32Array {
    const { base } = this.fingerprinter
    const hashes = new Int32Array(text.length + 1)
    let hash = 0
    for (let index = 0; index < text.length; index += 1) {
      hash = (Math.imul(hash, base) + text.charCodeAt(index)) | 0
      hashes[index + 1] = hash
    }
    return hashes
  }
}

/** How many copies of each value were found in one text. */
class Counts<Value extends Fingerprint> {
  private readonly counts = new Map<Value, number>()
  private readonly full = new Set<number>()

  /** Whether one more is told. */
  take(value: Value): boolean {
    const count = (this.counts.get(value) ?? 0) + 1
    this.counts.set(value, count)
    if (count >= MOST_OF_ONE) this.full.add(value.sketch)
    return count <= MOST_OF_ONE
  }

  /** Whether no more is told of the value with this sketch: a text of nothing but copies costs no more than another. */
  isFull(sketch: number): boolean {
    return this.full.has(sketch)
  }
}

const DASH = 45
const DOT = 46

/** A token may begin here, a token may end here. */
const BEGINS = 1
const ENDS = 2

/** Where tokens begin and end: between units that are not both of one word. Values begin and end with no blank. */
function edgesOf(text: string): Uint8Array {
  const { length } = text
  const edges = new Uint8Array(length + 1)
  let [farBefore, before, after] = [false, false, false]
  let unit = 32
  let next = text.charCodeAt(0)
  let isNextWord = isWordUnit(next)
  for (let at = 0; at <= length; at += 1) {
    const last = unit
    unit = next
    next = at + 1 < length ? text.charCodeAt(at + 1) : 32
    farBefore = before
    before = after
    after = isNextWord
    isNextWord = isWordUnit(next)
    if (before && (after || (isNextWord && isJoint(unit)))) continue
    if (after && farBefore && isJoint(last)) continue
    edges[at] = (unit > 32 ? BEGINS : 0) | (last > 32 ? ENDS : 0)
  }
  return edges
}

/** Within a name or a host these go on with the word. */
function isJoint(unit: number): boolean {
  return unit === DASH || unit === DOT
}
