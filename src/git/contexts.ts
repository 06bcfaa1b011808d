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

export interface GraphCommit {
  readonly id: string
  readonly parents: readonly string[]
}

/**
 * The commits of a stash that has one for untracked files: of each, the one whose files were beside its own. Those of the
 * work tree and of the index have the untracked ones, and these have the work tree. The commit of the work tree has three
 * parents: what it began with, the index, and the untracked files, which have none themselves.
 */
export function keptTogether(graph: readonly GraphCommit[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  const roots = new Set(graph.flatMap(({ id, parents }) => (parents.length === 0 ? [id] : [])))
  for (const { id, parents } of graph) {
    const [, index, untracked] = parents
    if (parents.length !== 3 || index === undefined || untracked === undefined || !roots.has(untracked)) continue
    found.set(untracked, id).set(id, untracked).set(index, untracked)
  }
  return found
}
