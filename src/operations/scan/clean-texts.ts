import type { CleanScope } from '../cache/clean-blobs.ts'
import type { KnownScanner } from '../known/known-scanner.ts'
import { isProgram, textOf } from './text-of.ts'

/** Texts in which nothing was found before; what they are called says what they hold. */
export class CleanTexts {
  private readonly inAll: CleanScope
  private readonly butCopies: CleanScope
  private readonly known: KnownScanner | undefined

  /**
   * @param inAll - for the values that are known now
   * @param butCopies - for the same rules, whatever values are known
   */
  constructor(inAll: CleanScope, butCopies: CleanScope, known: KnownScanner | undefined) {
    this.inAll = inAll
    this.butCopies = butCopies
    this.known = known
  }

  has(...about: readonly string[]): boolean {
    return this.inAll.has(...about)
  }

  /** Whether nothing was found when other values were known, and no copy of those of now stands in it either. */
  hasNoNewCopy(bytes: Uint8Array, ...about: readonly string[]): boolean {
    if (!this.butCopies.has(...about)) return false
    const isClean = this.known === undefined || isProgram(bytes) || this.known.find(textOf(bytes)).length === 0
    if (isClean) this.inAll.add(...about)
    return isClean
  }

  add(...about: readonly string[]): void {
    for (const scope of [this.inAll, this.butCopies]) scope.add(...about)
  }
}
