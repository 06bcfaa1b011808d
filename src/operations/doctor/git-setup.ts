import { type Check, fine, note, problem } from './check.ts'
import type { SetupFacts } from './machine.ts'

const TODO = 'run "bulla init"'

/** Whether git knows the drivers, and runs the hooks in every worktree. Nothing where the repository seals nothing. */
export function setupChecks(facts: SetupFacts | undefined): Check[] {
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
  const count = worktrees.length === 1 ? 'this worktree' : `all ${worktrees.length} worktrees`
  const hooks =
    silent.length === 0
      ? [fine('hooks', `git runs them in ${count}`)]
      : silent.map(({ folder, silentHooks }) =>
          wrong('hooks', `${folder}: git runs no hook of bulla for ${silentHooks.join(', ')}`, `${TODO} there`),
        )
  return [drivers, ...hooks]
}
