import type { ChangedFile } from '../git-port.ts'
import type { Finding } from '../judge/findings/finding.ts'
import { shellWord } from '../shell-word.ts'

/** What blocks a commit and has no other repair is taken out of what is staged; in the working copy it stays. */
export function withUnstaging<Found extends Finding>(
  findings: readonly Found[],
  staged: readonly ChangedFile[],
): Found[] {
  const isNew = new Map(staged.map(({ path, before }) => [path, before === undefined]))
  return findings.map((finding) => {
    const { file, level, repair } = finding
    const isAdded = isNew.get(file)
    if (level !== 'block' || repair !== undefined || isAdded === undefined) return finding
    const command = isAdded ? 'git rm --cached' : 'git restore --staged'
    return { ...finding, repair: `${command} ${shellWord(file)}` }
  })
}
