import type { ChangedFile, Repository } from '../git-port.ts'
import type { Finding } from '../judge/finding.ts'
import { type JudgeOptions, judgeFiles } from '../judge/judge-files.ts'

/** A finding, and the commit that brings it; undefined for what is staged. */
export interface CommitFinding extends Finding {
  readonly commit?: string
}

/** Judge every file of every commit, by the policy of that commit: what a later one removes again was still published. */
export async function judgeCommits(
  changes: readonly { readonly commit: string; readonly change: ChangedFile }[],
  repository: Repository,
  options: JudgeOptions,
): Promise<CommitFinding[]> {
  const byCommit = new Map<string, ChangedFile[]>()
  for (const { commit, change } of changes) byCommit.set(commit, [...(byCommit.get(commit) ?? []), change])
  const findings: CommitFinding[] = []
  for (const [commit, files] of byCommit) {
    const found = await judgeFiles(files, repository.tree(commit), options)
    findings.push(...found.map((finding) => ({ ...finding, commit })))
  }
  return findings
}
