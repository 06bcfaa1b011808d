import { GitError } from '../../errors.ts'
import type { ChangedFile, Repository } from '../git-port.ts'
import { type Finding, NOT_HERE } from '../judge/findings/finding.ts'
import { branchesOfRemotes } from './standing.ts'

/**
 * Judge what is staged. In a partial clone a merge stages files that nobody fetched: those that stand on a branch of a remote as
 * they are come from there, and are left out. Whatever else is not here stops the commit.
 */
export async function inPartialClone(
  staged: readonly ChangedFile[],
  judge: (files: readonly ChangedFile[]) => Promise<readonly Finding[]>,
  repository: Repository,
): Promise<readonly Finding[]> {
  const all = await judge(staged).catch((error: unknown) => {
    if (error instanceof GitError) return error
    throw error
  })
  if (!(all instanceof GitError) && !all.some(({ message }) => message === NOT_HERE)) return all
  const own = await withoutStanding(staged, repository)
  if (own.length < staged.length) return judge(own)
  if (all instanceof GitError) throw all
  return all
}

async function withoutStanding(
  staged: readonly ChangedFile[],
  repository: Repository,
): Promise<readonly ChangedFile[]> {
  let left = staged
  for (const branch of await branchesOfRemotes(repository)) {
    if (left.length === 0) break
    const different = new Set((await repository.stagedAgainst(branch)).map(({ path }) => path))
    left = left.filter(({ path }) => different.has(path))
  }
  return left
}
