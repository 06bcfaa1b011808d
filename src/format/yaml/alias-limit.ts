/** Copies that aliases may make in one file, whatever its size. */
const MAX_COPIES = 1_000_000

/**
 * Refuses documents that aliases blow up ("billion laughs"). The ratio is go-yaml's: what it refuses sops cannot open,
 * so it must not be sealed either.
 */
export class AliasCounter {
  private all = 0
  private copies = 0

  /** Count one node; false when there are too many copies. */
  count(copy: boolean): boolean {
    this.all += 1
    if (!copy) return true
    this.copies += 1
    if (this.copies > MAX_COPIES) return false
    return this.copies <= 100 || this.all <= 1000 || this.copies / this.all <= allowedRatio(this.all)
  }
}

/** 99 % for small documents, falling to 10 % at four million nodes. */
function allowedRatio(nodes: number): number {
  const low = 400_000
  const high = 4_000_000
  if (nodes <= low) return 0.99
  if (nodes >= high) return 0.1
  return 0.99 - 0.89 * ((nodes - low) / (high - low))
}
