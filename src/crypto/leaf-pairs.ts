import type { Leaf } from '../format/tree.ts'

/** Sealed leaves and what they opened to. A map of a large file costs as much as to open it, and most callers need none. */
export class LeafPairs {
  private readonly sealed: Leaf[] = []
  private readonly opened: Leaf[] = []

  add(sealed: Leaf, opened: Leaf): void {
    this.sealed.push(sealed)
    this.opened.push(opened)
  }

  forEach(visit: (sealed: Leaf, opened: Leaf) => void): void {
    const { sealed, opened } = this
    for (let index = 0; index < sealed.length; index += 1) visit(sealed[index] as Leaf, opened[index] as Leaf) // both have them
  }

  toMap(): Map<Leaf, Leaf> {
    const map = new Map<Leaf, Leaf>()
    this.forEach((sealed, opened) => {
      map.set(sealed, opened)
    })
    return map
  }
}
