import type { Repository } from '../git-port.ts'
import { cannotJudge } from '../judge/findings/finding.ts'
import type { CommitFinding } from './judge-commits.ts'

/**
 * What blocks a push stands in commits, and only goes when these are made anew, from the oldest on: another commit on top
 * changes nothing.
 *
 * @param findings - of one branch, oldest first
 */
export async function withRewriting(
  findings: readonly CommitFinding[],
  repository: Repository,
): Promise<CommitFinding[]> {
  const isInCommit = (finding: CommitFinding) => finding.level === 'block' && !cannotJudge(finding)
  const oldest = findings.find(isInCommit)?.commit
  if (oldest === undefined) return [...findings]
  const parent = `${oldest.slice(0, 12)}~1`
  const repair = `git rebase --interactive ${(await repository.has(parent)) ? parent : '--root'}`
  return findings.map((finding) => (isInCommit(finding) ? { ...finding, repair } : finding))
}
