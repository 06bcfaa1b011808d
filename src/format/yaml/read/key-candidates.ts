import type { Cursor, Mark } from './cursor.ts'
import { MAX_SIMPLE_KEY } from './tokens.ts'

/** A mapping key without `?` may start at `mark`; whether it does shows only when its `:` is found. */
interface Candidate {
  possible: boolean
  readonly required: boolean
  readonly tokenNumber: number
  readonly mark: Mark
}

/** What may turn out to be a key without `?`: one candidate at most for the block, and one for each `[` or `{` around. */
export class KeyCandidates {
  private readonly cursor: Cursor
  private readonly candidates: Candidate[] = []
  /** Positions in `candidates` by the number of the token that would become a key. */
  private readonly byToken = new Map<number, number>()

  constructor(cursor: Cursor) {
    this.cursor = cursor
  }

  /** How many `[` and `{` are open. */
  get flowLevel(): number {
    return this.candidates.length - 1
  }

  /** Begin the stream, or go into a `[` or `{`. */
  enter(): void {
    this.candidates.push({ possible: false, required: false, tokenNumber: -1, mark: this.cursor.mark() })
  }

  /** Leave the innermost `[` or `{`. */
  leave(): void {
    if (this.flowLevel > 0) this.candidates.pop()
  }

  /** The next token may be a key. @param required - it must be one */
  save(tokenNumber: number, required: boolean): void {
    this.drop()
    const { cursor, candidates, byToken } = this
    candidates[candidates.length - 1] = { possible: true, required, tokenNumber, mark: cursor.mark() }
    byToken.set(tokenNumber, candidates.length - 1)
  }

  /** The candidate of the innermost level is no key. */
  drop(): void {
    const candidate = this.candidates.at(-1)
    if (candidate === undefined || !candidate.possible) return
    if (candidate.required) throw this.withoutColon(candidate)
    this.forget(candidate)
  }

  /** The candidate of the innermost level, which turned out to be a key; undefined when there is none. */
  claim(): Pick<Candidate, 'tokenNumber' | 'mark'> | undefined {
    const candidate = this.candidates.at(-1)
    if (candidate === undefined || !this.stillPossible(candidate)) return undefined
    this.forget(candidate)
    return candidate
  }

  /** Whether the token of this number may still become a key. */
  has(tokenNumber: number): boolean {
    const position = this.byToken.get(tokenNumber)
    const candidate = position === undefined ? undefined : this.candidates[position]
    return candidate !== undefined && this.stillPossible(candidate)
  }

  private forget(candidate: Candidate): void {
    candidate.possible = false
    this.byToken.delete(candidate.tokenNumber)
  }

  private stillPossible(candidate: Candidate): boolean {
    if (!candidate.possible) return false
    const { cursor } = this
    const { offset, line } = candidate.mark
    const tooLong =
      offset + MAX_SIMPLE_KEY < cursor.offset && [...cursor.text.slice(offset, cursor.offset)].length > MAX_SIMPLE_KEY
    if (line >= cursor.line && !tooLong) return true
    if (candidate.required) throw this.withoutColon(candidate)
    candidate.possible = false
    return false
  }

  private withoutColon({ mark }: Candidate): Error {
    return this.cursor.error('this line needs a ":" behind its key', mark)
  }
}
