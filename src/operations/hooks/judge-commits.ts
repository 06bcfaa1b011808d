import type { ChangedFile, Repository } from '../git-port.ts'
import type { Finding } from '../judge/finding.ts'
import { type JudgeOptions, judgeFiles } from '../judge/judge-files.ts'

/** A finding, and the commit that brings it; undefined for what is staged. */
export interface CommitFinding extends Finding {
  readonly commit?: string
}

/**
 * Judge every file of every commit, by the policy of that commit: what a later one removes again was still published.
 *
 * @param target - the branch they are for: exceptions count that it has already. Undefined: those of each commit
 */
export async function judgeCommits(
  changes: readonly { readonly commit: string; readonly change: ChangedFile }[],
  target: string | undefined,
  repository: Repository,
  options: JudgeOptions,
): Promise<CommitFinding[]> {
  const byCommit = new Map<string, ChangedFile[]>()
  for (const { commit, change } of changes) byCommit.set(commit, [...(byCommit.get(commit) ?? []), change])
  const withTarget: JudgeOptions =
    target === undefined ? options : { ...options, approved: (path) => repository.blob(`${target}:${path}`) }
  const findings: CommitFinding[] = []
  for (const [commit, files] of byCommit) {
    const found = await judgeFiles(files, repository.tree(commit), withTarget)
    findings.push(...found.map((finding) => ({ ...finding, commit })))
  }
  return findings
}
