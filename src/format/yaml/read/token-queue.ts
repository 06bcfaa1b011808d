import type { Token } from './tokens.ts'

/** How many tokens that were taken may pile up. */
const MANY = 4096

/** The tokens between scanner and reader, those that were just taken included: comments are about what stands before them. */
export class TokenQueue {
  private tokens: Token[] = []
  private head = 0
  /** How many were taken: numbers tokens through the whole text. */
  taken = 0

  /** How many have not been taken. */
  get waiting(): number {
    return this.tokens.length - this.head
  }

  /** The number of the next one to be pushed. */
  get nextNumber(): number {
    return this.taken + this.waiting
  }

  /** The one to be taken next. */
  get first(): Token | undefined {
    return this.tokens[this.head]
  }

  /** The one that was pushed last, even if it was taken. */
  get last(): Token | undefined {
    return this.tokens[this.tokens.length - 1]
  }

  get beforeLast(): Token | undefined {
    return this.tokens[this.tokens.length - 2]
  }

  push(token: Token): void {
    this.tokens.push(token)
  }

  /** @param position - how many of those that wait stand before it */
  insert(token: Token, position: number): void {
    this.tokens.splice(this.head + position, 0, token)
  }

  take(): void {
    this.head += 1
    this.taken += 1
    if (this.head <= MANY) return
    // the last two are still looked at
    this.tokens = this.tokens.slice(this.head - 2)
    this.head = 2
  }
}
