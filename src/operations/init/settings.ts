import type { GitSetup } from './setup-port.ts'
import type { SettingStep } from './step.ts'

/**
 * Never `cachetextconv`: git would keep what was opened. Where histories cross, git merges their common versions first, and
 * a file with conflict marks as the base could not be opened: there it takes one version as it is.
 */
const DRIVER_SETTINGS: readonly (readonly [name: string, value: string])[] = [
  ['diff.bulla.textconv', 'bulla diff --textconv'],
  ['merge.bulla.name', 'bulla: sealed values'],
  [
    'merge.bulla.driver',
    'bulla merge --driver --marker-size %L --path %P --label-base %S --label-ours %X --label-theirs %Y %O %A %B',
  ],
  ['merge.bulla.recursive', 'binary'],
]

/** Settings that git lacks for the drivers. */
export async function driverSettings(git: GitSetup): Promise<SettingStep[]> {
  const steps: SettingStep[] = []
  for (const [name, after] of DRIVER_SETTINGS) {
    const before = await git.localSetting(name)
    if (before !== after) steps.push({ kind: 'setting', name, before, after })
  }
  return steps
}
