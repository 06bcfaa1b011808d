import type { StashedFile } from '../check/stashes.ts'
import { type Check, fine, note, problem } from './check.ts'
import type { SetupFacts, Worktree } from './machine.ts'

const TODO = 'run "bulla init"'

/**
 * Whether git knows the drivers, and runs the hooks in every worktree. Nothing where the repository seals nothing. Of a
 * repository without a worktree: whether what is pushed is judged.
 */
export function setupChecks(facts: SetupFacts | undefined): Check[] {
  if (facts?.isServer === true) return facts.worktrees.map(serverCheck)
  if (facts === undefined || !(facts.isMeant || facts.hasPolicy)) return []
  const { isMeant, missingDrivers, worktrees } = facts
  // whose attributes name the drivers wants them, and the hooks that came with them
  const wrong = isMeant ? problem : note
  const drivers =
    missingDrivers.length === 0
      ? isMeant
        ? fine('drivers', 'sealed files are compared and merged by their values')
        : note('drivers', 'git knows them, but .gitattributes names no file for them', TODO)
      : wrong('drivers', `${missingDrivers.join(', ')} not set in this clone: git compares and merges ciphertext`, TODO)
  const silent = worktrees.filter(({ silentHooks }) => silentHooks.length > 0)
  const hooks =
    silent.length === 0
      ? [fine('hooks', runningText(worktrees))]
      : silent.map(({ folder, silentHooks }) =>
          wrong(
            'hooks',
            `${folder}: no bulla that stops anything runs for ${silentHooks.join(', ')}`,
            `${TODO} there; hooks look for bulla on PATH`,
          ),
        )
  return [drivers, ...(facts.keepsOpened ? [keepsOpened()] : []), ...hooks]
}

/** No hook stops `git stash`. The oldest comes first: when a stash is gone, git numbers those anew that are older than it. */
export function stashChecks(stashed: readonly StashedFile[]): Check[] {
  const names = [...new Set(stashed.map(({ stash }) => stash))].reverse()
  return names.map((name) => {
    const paths = stashed.filter(({ stash }) => stash === name).map(({ path }) => path)
    const found = `${name} holds files in clear that should be sealed, and git keeps them: ${paths.join(', ')}`
    const todo = `take it out ("git stash pop '${name}'") and seal the files, or drop it if nothing in it is needed; then "git gc --prune=now"`
    return problem('stash', found, todo)
  })
}

function serverCheck({ folder, silentHooks, onlyRead }: Worktree): Check {
  if (silentHooks.length > 0) return note('hooks', `${folder}: no bulla judges what is pushed`, `${TODO} here`)
  const how = onlyRead.length > 0 ? 'leads to bulla; it was read and not started' : 'was started and reached bulla'
  return fine('hooks', `pre-receive ${how}`)
}

function keepsOpened(): Check {
  return problem(
    'drivers',
    'diff.bulla.cachetextconv is set: git keeps what is opened, in clear, below refs/notes/textconv/bulla',
    'run "git config --unset-all diff.bulla.cachetextconv", then "git update-ref -d refs/notes/textconv/bulla" and "git gc --prune=now"',
  )
}

function runningText(worktrees: readonly Worktree[]): string {
  const where = worktrees.length === 1 ? 'this worktree' : `all ${worktrees.length} worktrees`
  const onlyRead = [...new Set(worktrees.flatMap((worktree) => worktree.onlyRead))]
  if (onlyRead.length === 0) return `each was started and reached bulla in ${where}`
  return `they lead to bulla in ${where}; read and not started, as they run other programs too: ${onlyRead.join(', ')}`
}
