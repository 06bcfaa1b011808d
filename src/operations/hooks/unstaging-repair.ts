import type { ChangedFile } from '../git-port.ts'
import type { Finding } from '../judge/findings/finding.ts'
import { fileWord } from '../shell-word.ts'

/**
 * What blocks a commit and has no other repair is taken out of what is staged; in the working copy it stays.
 *
 * @param staysStaged - whether git stages files for this commit alone, so that a next one takes what was there before again
 */
export function withUnstaging<Found extends Finding>(
  findings: readonly Found[],
  staged: readonly ChangedFile[],
  staysStaged: boolean,
): Found[] {
  const byPath = new Map(staged.map((file) => [file.path, file]))
  return findings.map((finding) => {
    const file = byPath.get(finding.file)
    if (finding.level !== 'block' || finding.repair !== undefined || file === undefined) return finding
    if (staysStaged && file.before !== undefined) return finding
    return { ...finding, repair: unstaging(file) }
  })
}

/** What a file that is staged leaves the index by. */
export function unstaging({ path, before }: ChangedFile): string {
  return `${before === undefined ? 'git rm --cached' : 'git restore --staged'} ${fileWord(path)}`
}
