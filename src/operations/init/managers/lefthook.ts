import { join } from 'node:path'
import { decodeText, encodeText } from '../../../format/text.ts'
import type { HookName } from '../../hooks/hook-names.ts'
import { guardLine, runsHook } from '../hook-text.ts'
import { CLIENT_HOOKS } from '../native-hooks.ts'
import type { FileStep, Plan } from '../step.ts'
import { notInstalled } from './installed.ts'
import { type HooksPlace, LEFTHOOK_FILES, LEFTHOOK_OTHERS } from './manager.ts'
import { nodeIn, type Setting, settingsChange } from './set-in-text.ts'

const GUARD = guardLine('LEFTHOOK=0 git ...')
const PUSH = 'pre-push'
const SCRIPT = 'bulla.sh'

/**
 * A command in each of lefthook's hooks; a script before pushes. Commands are left out there when HEAD as a whole differs in
 * no file from what was pushed: one commit that brings a secret and one that takes it away would pass, and other branches.
 */
export async function lefthookHooks(place: HooksPlace): Promise<Plan> {
  const path = await settingsFile(place)
  if (path === undefined) {
    const todo = `add the command "bulla hook run NAME {0}" to lefthook's hooks ${CLIENT_HOOKS.join(', ')}; in ${PUSH} as a script with use_stdin, which runs "bulla hook run ${PUSH} "$@""`
    return { steps: [], problems: [todo], notes: [] }
  }
  const steps = [await settingsStep(path, place), await scriptStep(path, place)]
  const install = await notInstalled(CLIENT_HOOKS, () => 'lefthook', 'lefthook install', place)
  return { steps: steps.filter((step) => step !== undefined), problems: install, notes: [] }
}

async function settingsStep(path: string, { world }: HooksPlace): Promise<FileStep | undefined> {
  const about = 'runs "bulla hook run" in hooks of lefthook'
  if ((await world.files.kind(path)) !== 'file')
    return { kind: 'file', path, about, before: undefined, after: encodeText(newHooks()) }
  const before = await world.files.open(path)
  const settings: Setting[] = []
  for (const name of CLIENT_HOOKS) {
    const steps = stepsOf(name)
    if ((await nodeIn(before.bytes, steps, path)) === undefined) settings.push({ steps, value: entryOf(name) })
  }
  return settingsChange({ path, about, before }, { settings, whole: newHooks() }, world)
}

function stepsOf(name: HookName): string[] {
  return name === PUSH ? [name, 'scripts', SCRIPT] : [name, 'commands', 'bulla']
}

function entryOf(name: HookName): object {
  return name === PUSH ? { runner: 'sh', use_stdin: true } : { run: `${GUARD}; bulla hook run ${name} {0}` }
}

function newHooks(): string {
  const hooks = CLIENT_HOOKS.map((name) =>
    name === PUSH
      ? `${name}:\n  scripts:\n    ${SCRIPT}:\n      runner: sh\n      use_stdin: true\n`
      : `${name}:\n  commands:\n    bulla:\n      run: |\n        ${GUARD}\n        bulla hook run ${name} {0}\n`,
  )
  return hooks.join('\n')
}

/** What the settings name as a script. @param settings - path of the settings */
async function scriptStep(settings: string, { root, world }: HooksPlace): Promise<FileStep | undefined> {
  const given = (await world.files.kind(settings)) === 'file' ? await sourceFolder(settings, world) : undefined
  const path = join(root, given ?? '.lefthook', PUSH, SCRIPT)
  const before = (await world.files.kind(path)) === 'file' ? await world.files.open(path) : undefined
  if (before !== undefined && runsHook(decodeText(before.bytes), PUSH)) return undefined
  const after = encodeText(`#!/bin/sh\n${GUARD}\nexec bulla hook run ${PUSH} "$@"\n`)
  return { kind: 'file', path, about: `runs "bulla hook run ${PUSH}"`, before, after, mode: 0o755 }
}

async function sourceFolder(path: string, { files }: HooksPlace['world']): Promise<string | undefined> {
  const node = await nodeIn((await files.open(path)).bytes, ['source_dir'], path)
  return node?.kind === 'scalar' ? `${node.value}` : undefined
}

/** Undefined where the settings are in a format that is not edited here. */
async function settingsFile({ root, world }: HooksPlace): Promise<string | undefined> {
  for (const name of LEFTHOOK_FILES) if ((await world.files.kind(join(root, name))) === 'file') return join(root, name)
  for (const name of LEFTHOOK_OTHERS) if ((await world.files.kind(join(root, name))) !== undefined) return undefined
  return join(root, 'lefthook.yml')
}
