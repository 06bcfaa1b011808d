import type { Repository } from '../git-port.ts'
import type { Finding } from '../judge/findings/finding.ts'
import { type JudgeOptions, judgeFiles } from '../judge/judge-files.ts'
import type { JudgedFile } from '../judge/tree-port.ts'
import { approvedBy } from './judge-commits.ts'

/**
 * Judge what a tag has that is no commit: a tree by its own policy, a blob by what is in it.
 *
 * @param id - of the tag, the tree or the blob
 * @param files - as `Repository.filesWithoutCommit` names them
 * @param target - see {@link approvedBy}
 */
export async function judgeWithoutCommit(
  id: string,
  files: readonly JudgedFile[],
  target: string | undefined,
  repository: Repository,
  options: JudgeOptions,
): Promise<Finding[]> {
  const findings = await judgeFiles(files, repository.tree(id), approvedBy(target, repository, options))
  // no file can be repaired where no branch has it
  return findings.map(({ repair: _, ...finding }) => finding)
}
