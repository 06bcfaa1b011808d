import { newScanKernel } from '../scan-kernel.ts'
import { LONGEST } from './fingerprint.ts'

/** See scan-kernel.wat for what stands at these addresses. */
const [KINDS, POWERS, LENGTHS, FOUND_COUNT, FOUND] = [131_072, 131_200, 131_472, 499_996, 500_000]
const TEXT = 400_000
/** Begins are looked for in so many units at once; `LONGEST` behind them and the blanks around fit too. */
const PIECE = 48_000
/** So many numbers are found in one call, and as many more as one start gives. */
const MOST_NUMBERS = 20_000
/** For each copy: start, length, sketch. */
const NUMBERS = 3
/** What edges depend on. */
const CONTEXT = 4
const UNIT_BYTES = 2
const BLANKS = ' '.repeat(CONTEXT)
const [WORD, JOINT] = [1, 2]

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer }
  prepare(length: number, base: number): void
  find(start: number, end: number, length: number, most: number): number
}

/** What the kernel is told of the values. */
export interface KernelValues {
  readonly base: number
  /** `base ** length`. */
  readonly powers: Int32Array
  /** One bit for each place that a sketch falls on. */
  readonly places: Uint8Array
  /** Longest first; one more than {@link LONGEST} for all that are longer. */
  readonly lengths: readonly number[]
}

/** Where a copy could stand: its sketch falls on the place of a known one. */
export interface Candidate {
  readonly start: number
  readonly length: number
  readonly sketch: number
}

/** Looks for beginnings of copies in WebAssembly: JavaScript that V8 has seen for the first time takes ten times as long. */
export class KnownKernel {
  private readonly exports: Exports
  private readonly bytes: Buffer
  private readonly base: number

  private constructor({ base, powers, places, lengths }: KernelValues, kindOf: (unit: number) => number) {
    this.exports = newScanKernel() as Exports // it is our own module
    const { buffer } = this.exports.memory
    this.bytes = Buffer.from(buffer)
    this.base = base
    this.bytes.set(places)
    for (let unit = 0; unit < 128; unit += 1) this.bytes[KINDS + unit] = kindOf(unit)
    new Int32Array(buffer, POWERS, powers.length).set(powers)
    new Int32Array(buffer, LENGTHS, lengths.length + 1).set(lengths)
  }

  /** Undefined where there is no WebAssembly. */
  static load(
    values: KernelValues,
    isWord: (unit: number) => boolean,
    isJoint: (unit: number) => boolean,
  ): KnownKernel | undefined {
    try {
      return new KnownKernel(values, (unit) => (isWord(unit) ? WORD : isJoint(unit) ? JOINT : 0))
    } catch {
      return undefined
    }
  }

  /** In the order of the text; of those that begin in the same place the longest first. */
  *candidates(text: string): Generator<Candidate> {
    for (let from = 0; from < text.length; from += PIECE) {
      const to = Math.min(from + PIECE, text.length)
      const before = Math.min(from, CONTEXT)
      const piece = text.slice(from - before, to + LONGEST + CONTEXT)
      this.bytes.write(piece, TEXT, 'utf16le')
      this.bytes.write(BLANKS, TEXT + UNIT_BYTES * piece.length, 'utf16le')
      this.exports.prepare(piece.length, this.base)
      for (let start = before; start < to - from + before; ) {
        start = this.exports.find(start, to - from + before, piece.length, MOST_NUMBERS)
        for (const { start: at, length, sketch } of this.found()) yield { start: from - before + at, length, sketch }
      }
    }
  }

  private found(): Candidate[] {
    const count = this.bytes.readInt32LE(FOUND_COUNT)
    const numbers = new Int32Array(this.exports.memory.buffer, FOUND, count)
    return Array.from({ length: count / NUMBERS }, (_, index) => ({
      start: numbers[index * NUMBERS] ?? 0,
      length: numbers[index * NUMBERS + 1] ?? 0,
      sketch: (numbers[index * NUMBERS + 2] ?? 0) >>> 0,
    }))
  }
}
