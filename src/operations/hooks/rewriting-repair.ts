import type { Repository } from '../git-port.ts'
import { cannotJudge } from '../judge/findings/finding.ts'
import { shellWord } from '../shell-word.ts'
import type { CommitFinding } from './judge-commits.ts'

const BRANCH = 'refs/heads/'

/** A name under which commits are pushed. */
export interface Pushed {
  /** What who pushes calls it: a full name, or any revision. */
  readonly from: string
  /** Whether they do so from this repository; else it is the one that receives. */
  readonly isHere: boolean
}

/**
 * What blocks a push stands in commits, and only goes when these are made anew, from the oldest on: another commit on top
 * changes nothing, and neither does what repairs the file. Notes, stashes, and what else is no branch, are not made anew so.
 *
 * @param findings - of what is pushed under one name, oldest first
 */
export async function withRewriting(
  findings: readonly CommitFinding[],
  pushed: Pushed,
  repository: Repository,
): Promise<CommitFinding[]> {
  const isInCommit = (finding: CommitFinding) => finding.level === 'block' && !cannotJudge(finding)
  const oldest = findings.find(isInCommit)?.commit
  if (oldest === undefined) return [...findings]
  const branch = await branchToRewrite(oldest, pushed, repository)
  const parent = `${oldest.slice(0, 12)}~1`
  const start = (await repository.has(parent)) ? parent : '--root'
  return findings.map((finding) => {
    if (!isInCommit(finding)) return finding
    const { repair: _, ...rest } = finding
    return branch === undefined ? rest : { ...rest, repair: ['git rebase --interactive', start, ...branch].join(' ') }
  })
}

/** As `rebase` takes it: nothing for the branch that is checked out; undefined where no branch would be made anew. */
async function branchToRewrite(
  commit: string,
  { from, isHere }: Pushed,
  repository: Repository,
): Promise<readonly string[] | undefined> {
  if (from.startsWith(BRANCH)) {
    return isHere && from === (await repository.branch()) ? [] : [shellWord(from.slice(BRANCH.length))]
  }
  return isHere && (await repository.mergeBase(commit, 'HEAD')) === commit ? [] : undefined
}
