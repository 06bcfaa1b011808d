import { join } from 'node:path'
import { encodeText } from '../../../format/text.ts'
import { guardLine } from '../hook-text.ts'
import { CLIENT_HOOKS } from '../native-hooks.ts'
import type { FileStep, Plan } from '../step.ts'
import { notInstalled } from './installed.ts'
import { type HooksPlace, LEFTHOOK_FILES, LEFTHOOK_OTHERS } from './manager.ts'
import { nodeIn, settingsChange } from './set-in-text.ts'

const GUARD = guardLine('LEFTHOOK=0 git ...')

/** A command in each of lefthook's hooks. */
export async function lefthookHooks(place: HooksPlace): Promise<Plan> {
  const path = await settingsFile(place)
  if (path === undefined) {
    const todo = `add the command "bulla hook run NAME {0}" to lefthook's hooks ${CLIENT_HOOKS.join(', ')}; pre-push with use_stdin`
    return { steps: [], problems: [todo], notes: [] }
  }
  const step = await settingsStep(path, place)
  const install = await notInstalled(CLIENT_HOOKS, () => 'lefthook', 'lefthook install', place)
  return { steps: step === undefined ? [] : [step], problems: install, notes: [] }
}

async function settingsStep(path: string, { world }: HooksPlace): Promise<FileStep | undefined> {
  const about = 'runs "bulla hook run" in hooks of lefthook'
  if ((await world.files.kind(path)) !== 'file') {
    return { kind: 'file', path, about, before: undefined, after: encodeText(CLIENT_HOOKS.map(newHook).join('\n')) }
  }
  const before = await world.files.open(path)
  const settings = []
  for (const name of CLIENT_HOOKS) {
    const steps = [name, 'commands', 'bulla']
    if ((await nodeIn(before.bytes, steps, 'yaml')) === undefined) settings.push({ steps, value: commandOf(name) })
  }
  if (settings.length === 0) return undefined
  return settingsChange({ path, about, before }, settings, world)
}

function commandOf(name: string): object {
  return { run: `${GUARD}; bulla hook run ${name} {0}`, ...(name === 'pre-push' ? { use_stdin: true } : {}) }
}

function newHook(name: string): string {
  const input = name === 'pre-push' ? '      use_stdin: true\n' : ''
  return `${name}:\n  commands:\n    bulla:\n      run: |\n        ${GUARD}\n        bulla hook run ${name} {0}\n${input}`
}

/** Undefined where the settings are in a format that is not edited here. */
async function settingsFile({ root, world }: HooksPlace): Promise<string | undefined> {
  for (const name of LEFTHOOK_FILES) if ((await world.files.kind(join(root, name))) === 'file') return join(root, name)
  for (const name of LEFTHOOK_OTHERS) if ((await world.files.kind(join(root, name))) !== undefined) return undefined
  return join(root, 'lefthook.yml')
}
