import { GitError } from '../errors.ts'
import { filesOfIndex, filesOfTree } from './changes.ts'
import { askGit, type GitPlace } from './run-git.ts'

/** By these, git fetches objects when it needs them. */
const PROMISES = String.raw`^(remote\..*\.promisor|extensions\.partialclone)$`

/** Of files that were looked for in vain, tells those that are there, but for their content. */
export class PartialClone {
  private readonly place: GitPlace
  private isPartial: Promise<boolean> | undefined

  constructor(place: GitPlace) {
    this.place = place
  }

  /**
   * What says how others are judged must not be taken for absent where it was only not fetched.
   *
   * @param paths - that git has no content of
   * @param revision - empty for the index
   * @throws GitError `ERR_GIT` when one of them stands in the tree
   */
  async mustBeAbsent(paths: readonly string[], revision: string): Promise<void> {
    if (paths.length === 0) return
    this.isPartial ??= askGit(['config', '--get-regexp', PROMISES], this.place).then((found) => found !== undefined)
    if (!(await this.isPartial)) return
    const wanted = new Set(paths)
    const files = revision === '' ? await filesOfIndex(this.place) : await filesOfTree(revision, this.place)
    const found = files.find(({ path, mode }) => wanted.has(path) && mode !== '160000')
    if (found === undefined) return
    throw new GitError(
      'ERR_GIT',
      'this partial clone does not have the content of a file that it takes to judge others',
      {
        where: { file: found.path },
        hint: `fetch it with "git cat-file -t ${found.id}"`,
      },
    )
  }
}
