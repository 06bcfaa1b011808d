import { configHooks, knowsConfigHooks, usesConfigHooks } from './managers/config-hooks.ts'
import { huskyHooks } from './managers/husky.ts'
import { lefthookHooks } from './managers/lefthook.ts'
import { detectManager, type HooksPlace, isWrittenByHusky, type ManagerName } from './managers/manager.ts'
import { preCommitHooks } from './managers/pre-commit.ts'
import { simpleGitHooks } from './managers/simple-git-hooks.ts'
import { CLIENT_HOOKS, nativeHooks } from './native-hooks.ts'
import type { Plan } from './step.ts'

/** Where hooks are looked for by those who want none. */
const NO_FOLDER = '/dev/null'

/** Hooks through what the repository uses, or what was asked for. */
export async function hooksPlan(chosen: ManagerName | undefined, place: HooksPlace): Promise<Plan> {
  switch (chosen ?? (await detected(place))) {
    case 'husky':
      return huskyHooks(place)
    case 'lefthook':
      return ownFolder(place) ?? lefthookHooks(place)
    case 'pre-commit':
      return ownFolder(place) ?? preCommitHooks(place)
    case 'simple-git-hooks':
      return ownFolder(place) ?? simpleGitHooks(place)
    case 'config':
      return configHooks(place)
    case 'native':
      if (isWrittenByHusky(place.folder)) return ofHusky(place)
      // who asks for it knows where the hooks are
      return (
        (chosen === undefined || place.folder.path === NO_FOLDER ? ownFolder(place) : undefined) ??
        nativeHooks(CLIENT_HOOKS, place.folder.path, place.world)
      )
  }
}

/** The configuration of git has hooks of this repository alone, where folders are for others too. */
async function detected(place: HooksPlace): Promise<ManagerName> {
  if (await usesConfigHooks(place.git)) return 'config'
  const name = await detectManager(place)
  return name === 'native' && place.folder.isShared && (await knowsConfigHooks(place.git)) ? 'config' : name
}

/** What stands there asks by which name it was started, and is replaced whenever husky is run. */
function ofHusky({ folder: { path } }: HooksPlace): Plan {
  const todo = 'run "bulla init --hooks husky", or "git config --unset core.hooksPath" to go without husky'
  return { steps: [], problems: [`core.hooksPath leads to ${path}, which husky writes anew: ${todo}`], notes: [] }
}

/** What to do when the hooks of git are not those of this repository alone. */
function ownFolder({ folder: { path, isShared } }: HooksPlace): Plan | undefined {
  if (!isShared) return undefined
  const own = 'git config core.hooksPath "$(git rev-parse --path-format=absolute --git-common-dir)/hooks"'
  const native = 'run "bulla init --hooks native" to write them there, or'
  const problem =
    path === NO_FOLDER
      ? `core.hooksPath is ${path}, so git runs no hooks: run ${own}, then this again`
      : `core.hooksPath leads to ${path}, which may be for other repositories too: ${native} ${own} to go without those here`
  return { steps: [], problems: [problem], notes: [] }
}
