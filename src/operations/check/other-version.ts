import type { ChangedFile } from '../git-port.ts'
import { withUnstaging } from '../hooks/unstaging-repair.ts'
import type { Finding } from '../judge/finding.ts'
import type { JudgedFile } from '../judge/judged-tree.ts'
import { isDamage } from '../judge/rules.ts'
import { shellWord } from '../shell-word.ts'

/**
 * Findings with a command that leads to a version of a damaged file that is whole: at HEAD, in the history, or nowhere.
 *
 * @param staged - what the index adds to HEAD; nothing when commits were judged
 */
export function withOtherVersion<Found extends Finding>(
  findings: readonly Found[],
  staged: readonly ChangedFile[],
): Found[] {
  return findings.map((finding) => {
    if (!isDamage(finding) || finding.repair !== undefined) return finding
    const [unstaged = finding] = withUnstaging([finding], staged)
    return unstaged.repair === undefined ? { ...finding, repair: `git log -p -- ${shellWord(finding.file)}` } : unstaged
  })
}

/** Without commands for files that are gone: what was sealed in one may still be copied elsewhere. */
export function withoutGoneFiles(findings: readonly Finding[], files: readonly JudgedFile[]): Finding[] {
  const isEdit = ({ rule, repair }: Finding) => rule === 'known-value' && repair?.startsWith('bulla edit ') === true
  if (!findings.some(isEdit)) return [...findings]
  const commands = new Set(files.map(({ path }) => `bulla edit ${shellWord(path)}`))
  return findings.map((finding) => {
    if (!isEdit(finding) || commands.has(finding.repair ?? '')) return finding
    const { repair: _, ...rest } = finding
    return rest
  })
}
