import type { ChangedFile } from '../git-port.ts'
import type { Finding } from '../judge/finding.ts'
import { shellWord } from '../shell-word.ts'

/** What blocks a commit and has no other repair is taken out of what is staged; in the working copy it stays. */
export function withUnstaging(findings: readonly Finding[], staged: readonly ChangedFile[]): Finding[] {
  const isNew = new Map(staged.map(({ path, before }) => [path, before === undefined]))
  return findings.map((finding) => {
    const { file, level, repair } = finding
    const isAdded = isNew.get(file)
    if (level !== 'block' || repair !== undefined || isAdded === undefined) return finding
    return { ...finding, repair: `git ${isAdded ? 'rm --cached' : 'restore --staged'} ${shellWord(file)}` }
  })
}
