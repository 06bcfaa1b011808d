/** A commit as `rev-list --parents` names it. */
interface TouchedCommit {
  readonly id: string
  readonly parents: readonly string[]
  /** Whether it adds, changes or removes one of the files; for a merge: whether it differs from all parents in one. */
  readonly isTouched: boolean
}

/**
 * In which commits some files are the same, without a look at any tree: where nothing of them changes, they are those of the
 * parent.
 *
 * @param commits - parents before children; parents that are not among them are not known
 * @returns for each commit one that has the same files: itself, or an earlier one
 */
export function contextsOf(commits: readonly TouchedCommit[]): ReadonlyMap<string, string> {
  const contexts = new Map<string, string>()
  for (const { id, parents, isTouched } of commits) {
    const [first, ...others] = parents.map((parent) => contexts.get(parent))
    const isSame = first !== undefined && others.every((other) => other === first) && !isTouched
    contexts.set(id, isSame ? first : id)
  }
  return contexts
}
