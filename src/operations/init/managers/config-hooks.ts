import { UsageError } from '../../../errors.ts'
import { guardLine } from '../hook-text.ts'
import { CLIENT_HOOKS } from '../native-hooks.ts'
import type { GitSetup } from '../setup-port.ts'
import type { Plan, SettingStep } from '../step.ts'
import type { HooksPlace } from './manager.ts'

const SINCE = [2, 54] as const

export async function knowsConfigHooks(git: GitSetup): Promise<boolean> {
  const [major = 0, minor = 0] = (await git.version()).split('.').map(Number)
  return major > SINCE[0] || (major === SINCE[0] && minor >= SINCE[1])
}

/** Whether hooks were set up so. */
export async function usesConfigHooks(git: GitSetup): Promise<boolean> {
  return (await git.localSetting('hook.bulla-pre-commit.command')) !== undefined && knowsConfigHooks(git)
}

/** Hooks in git's configuration, which run before those in folders. @throws UsageError `ERR_USAGE` before git 2.54 */
export async function configHooks({ git }: HooksPlace): Promise<Plan> {
  if (!(await knowsConfigHooks(git))) {
    throw new UsageError('ERR_USAGE', 'this git knows no hooks in its configuration', {
      hint: 'they came with git 2.54; leave out --hooks config',
    })
  }
  const steps: SettingStep[] = []
  for (const hook of CLIENT_HOOKS) {
    const settings = [
      [`hook.bulla-${hook}.command`, `${guardLine(`git -c hook.${hook}.enabled=false ...`)}; bulla hook run ${hook}`],
      [`hook.bulla-${hook}.event`, hook],
    ] as const
    for (const [name, after] of settings) {
      const before = await git.localSetting(name)
      if (before !== after) steps.push({ kind: 'setting', name, before, after })
    }
  }
  return { steps, problems: [], notes: [] }
}
