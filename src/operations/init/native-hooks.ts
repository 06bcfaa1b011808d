import { join } from 'node:path'
import { encodeText } from '../../format/text.ts'
import type { HookName } from '../hooks/hook-names.ts'
import type { FileVersion, World } from '../ports.ts'
import { HOOK_MARK, hookText, KEPT_SUFFIX, shellOf } from './hook-text.ts'
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
    const found = await nativeHook(name, join(folder, name), files)
    if (typeof found === 'string') problems.push(found)
    else if (found !== undefined) steps.push(found)
  }
  return { steps, problems, notes: [] }
}

/** What writes a hook; undefined when it is there, a text for the user when only a person can do it. */
async function nativeHook(name: HookName, path: string, files: World['files']): Promise<FileStep | string | undefined> {
  const kind = await files.kind(path)
  if (kind === 'folder') return `${path} is a folder, and git runs no hook there: remove it, then run this again`
  const before = kind === 'file' ? await files.open(path) : undefined
  const existing = before === undefined ? undefined : textOf(before)
  const keepAt = `${path}${KEPT_SUFFIX}`
  const isKept = (await files.kind(keepAt)) === 'file'
  const isForeign = existing !== undefined && !isOurs(existing)
  if (isForeign && isKept)
    return `${path} took the place of bulla's hook, which kept ${keepAt}: join the two, then run this again`
  const kept = isForeign ? existing : isKept ? textOf(await files.open(keepAt)) : undefined
  const keptIn = kept !== undefined && asksForItsName(kept) ? shellToReadIn(kept) : undefined
  if (isForeign && keptIn === undefined && asksForItsName(existing))
    return `${path} asks by which name it was started, so it cannot be kept under another: make it run "bulla hook run ${name}" first, and stop where that fails`
  const text = hookText(name, keptIn)
  if (existing === text) return undefined
  const base = { kind: 'file', path, about: `runs "bulla hook run ${name}"`, mode: 0o755 } as const
  return { ...base, before, after: encodeText(text), ...(isForeign ? { keepAt } : {}) }
}

/**
 * Whether a hook does by its name what it does: one script is often linked to as many hooks, and so are the scripts that
 * managers write. Where only its folder is asked for, nothing is wrong.
 */
function asksForItsName(text: string): boolean {
  if (shellOf(text) === undefined)
    return /argv\s*\[\s*0|\$0\b|PROGRAM_NAME|basename\W{1,40}(?:__|process\.argv)/i.test(text)
  const others = text.replaceAll(/dirname[\s"'-]{0,8}\$\{?0\}?|\$\{0%\/\*\}|BASH_SOURCE\W.{1,20}\$\{?0\}?/g, '')
  const isNamed = /\$\{?0(?!\d)|basename.{1,20}BASH_SOURCE|BASH_SOURCE(?:\[0\])?##/.test(others)
  // what it reads in may ask
  return isNamed || /\.\s+["']?(?:\$\(dirname|\$\{0%)/.test(text)
}

/**
 * What reads a script under another name, with the options of its first line. Not zsh, and not where a script is asked for
 * as a file: there the name that is given does not count.
 */
function shellToReadIn(text: string): string | undefined {
  const shell = shellOf(text)
  if (shell === undefined || shell === 'zsh' || text.includes('BASH_SOURCE')) return undefined
  const [, options = ''] = /^#!.*?sh((?:[ \t]+[^\r\n]*)?)\r?$/m.exec(text.split('\n', 1)[0] ?? '') ?? []
  if (options.trim() === '') return shell
  return /^[ \t]+-[A-Za-z]+[ \t]*$/.test(options) ? `${shell} ${options.trim()}` : undefined
}

function textOf({ bytes }: FileVersion): string {
  return Buffer.from(bytes).toString('utf8')
}

/** Of this version or another. */
function isOurs(text: string): boolean {
  return text.includes(HOOK_MARK)
}
