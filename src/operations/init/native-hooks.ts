import { join } from 'node:path'
import { encodeText } from '../../format/text.ts'
import type { HookName } from '../hooks/hook-names.ts'
import type { World } from '../ports.ts'
import { HOOK_MARK, hookText, KEPT_SUFFIX } from './hook-text.ts'
import type { FileStep, Plan } from './step.ts'

/** What people run; a server has `pre-receive`. */
export const CLIENT_HOOKS = [
  'pre-commit',
  'pre-merge-commit',
  'pre-applypatch',
  'prepare-commit-msg',
  'pre-push',
] as const

/** Hooks in a folder of hooks. One that is there is kept beside ours, which runs it first. @param folder - absolute */
export async function nativeHooks(
  names: readonly HookName[],
  folder: string,
  { files }: Pick<World, 'files'>,
): Promise<Plan> {
  const steps: FileStep[] = []
  const problems: string[] = []
  for (const name of names) {
    const path = join(folder, name)
    const text = hookText(name)
    const before = (await files.kind(path)) === 'file' ? await files.open(path) : undefined
    const existing = before === undefined ? undefined : Buffer.from(before.bytes).toString('utf8')
    if (existing === text) continue
    const step = {
      kind: 'file',
      path,
      about: `runs "bulla hook run ${name}"`,
      before,
      after: encodeText(text),
      mode: 0o755,
    } as const
    const keepAt = `${path}${KEPT_SUFFIX}`
    if (existing === undefined || isOurs(existing)) steps.push(step)
    else if ((await files.kind(keepAt)) === undefined) steps.push({ ...step, keepAt })
    else
      problems.push(`${path} took the place of bulla's hook, which kept ${keepAt}: join the two, then run this again`)
  }
  return { steps, problems, notes: [] }
}

/** Of this version or another. */
function isOurs(text: string): boolean {
  return text.includes(HOOK_MARK)
}
