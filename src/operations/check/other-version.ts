import type { Repository } from '../git-port.ts'
import type { Finding } from '../judge/findings/finding.ts'
import { isDamage } from '../judge/findings/judge-rules.ts'
import { withWholeVersion } from '../judge/sealed/whole-version.ts'
import type { JudgedFile } from '../judge/tree-port.ts'
import { fileWord } from '../shell-word.ts'

/**
 * Findings with a command that leads to a version of a damaged file that is whole: the newest one of the branch; else one that
 * was never in a commit leaves the index, and of others all branches are to be looked through.
 */
export async function withOtherVersion<Found extends Finding>(
  findings: readonly Found[],
  repository: Repository,
): Promise<Found[]> {
  if (!findings.some(isDamage)) return [...findings]
  const found = await withWholeVersion(findings, repository)
  const isAdded = new Map((await repository.staged()).map(({ path, before }) => [path, before === undefined]))
  return found.map((finding) => {
    if (!isDamage(finding) || finding.repair !== undefined) return finding
    const command = isAdded.get(finding.file) === true ? 'git rm --cached' : 'git log --all -p --'
    return { ...finding, repair: `${command} ${fileWord(finding.file)}` }
  })
}

/** Findings in commits: whether a damaged file is whole elsewhere, its history says. */
export function withHistory<Found extends Finding>(findings: readonly Found[]): Found[] {
  return findings.map((finding) =>
    isDamage(finding) && finding.repair === undefined
      ? { ...finding, repair: `git log -p -- ${fileWord(finding.file)}` }
      : finding,
  )
}

/** Without commands for files that are gone: what was sealed in one may still be copied elsewhere. */
export function withoutGoneFiles(findings: readonly Finding[], files: readonly JudgedFile[]): Finding[] {
  const isEdit = ({ rule, repair }: Finding) => rule === 'known-value' && repair?.startsWith('bulla edit ') === true
  if (!findings.some(isEdit)) return [...findings]
  const commands = new Set(files.map(({ path }) => `bulla edit ${fileWord(path)}`))
  return findings.map((finding) => {
    if (!isEdit(finding) || commands.has(finding.repair ?? '')) return finding
    const { repair: _, ...rest } = finding
    return rest
  })
}
