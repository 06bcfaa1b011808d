import { UsageError } from '../../../errors.ts'
import { guardLine } from '../hook-text.ts'
import { CLIENT_HOOKS } from '../native-hooks.ts'
import type { Plan, SettingStep } from '../step.ts'
import type { HooksPlace } from './manager.ts'

/** Hooks in git's configuration, which run before those in folders. @throws UsageError `ERR_USAGE` before git 2.54 */
export async function configHooks({ git }: HooksPlace): Promise<Plan> {
  const [major = 0, minor = 0] = (await git.version()).split('.').map(Number)
  if (major < 2 || (major === 2 && minor < 54)) {
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
