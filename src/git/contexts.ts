/**
 * In which commits some files are the same, without a look at any tree: where nothing of them changes, they are those of the
 * parent. Each has for a name the first commit that was seen with it.
 */
export class Contexts {
  private readonly known = new Map<string, string>()

  /**
   * Parents come before their children; those that never come are not known.
   *
   * @param isTouched - whether one of the files is added, changed or removed; in a merge: differs from all parents
   */
  add(id: string, parents: readonly string[], isTouched: boolean): void {
    const [first, ...others] = parents.map((parent) => this.known.get(parent))
    const isSame = first !== undefined && others.every((other) => other === first) && !isTouched
    this.known.set(id, isSame ? first : id)
  }

  /** A commit that has the same files. */
  of(id: string): string {
    return this.known.get(id) ?? id
  }
}
