import type { Repository } from '../git-port.ts'
import { withFilesOf } from '../judge/changed-tree.ts'
import type { Finding } from '../judge/findings/finding.ts'
import { judgeFiles } from '../judge/judge-files.ts'

/** A file that a stash holds in clear, although it should be sealed. */
export interface StashedFile {
  /** `stash@{0}` */
  readonly stash: string
  /** From the root of the repository, with slashes. */
  readonly path: string
}

/** Damage and broken policies are for others to tell. */
const OF_PLAINTEXT: readonly string[] = ['decrypted-leftover', 'nothing-sealed', 'plain-value', 'unsealed-file']

/**
 * Files that were in the work tree in clear when somebody said `git stash`: no hook stops that, and git keeps them in its objects.
 * They are judged by the policy that the stash has of the work tree.
 *
 * @param today - `2026-11-22`: exceptions that ended before do not count
 */
export async function plainStashes(repository: Repository, today: () => string): Promise<StashedFile[]> {
  const found: StashedFile[] = []
  for (const [index, { commit, untracked, changes }] of (await repository.stashes()).entries()) {
    const around = untracked === undefined ? undefined : repository.tree(untracked)
    const findings = await judgeFiles(changes, withFilesOf(repository.tree(commit), around), { isStrict: false, today })
    const paths = findings
      .filter(({ rule, level }) => level === 'block' && OF_PLAINTEXT.includes(rule))
      .map(({ file }) => file)
    for (const path of new Set(paths)) found.push({ stash: `stash@{${index}}`, path })
  }
  return found
}

/**
 * The same as findings: nothing of it is committed, so it warns. No command is named that drops a stash: it may hold the only
 * copy of something, and with each that is dropped others get its number.
 */
export function stashFindings(stashed: readonly StashedFile[]): Finding[] {
  return stashed.map(({ stash, path: file }) => ({
    ...{ rule: 'plain-stash', level: 'warn', file },
    message: `${stash} holds this file in clear, and git keeps it in its objects`,
    repair: 'bulla doctor',
  }))
}
