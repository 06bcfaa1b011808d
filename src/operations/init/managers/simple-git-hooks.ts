import { join } from 'node:path'
import { decodeText, encodeText } from '../../../format/text.ts'
import type { HookName } from '../../hooks/hook-names.ts'
import { guardLine, headLines } from '../hook-text.ts'
import { CLIENT_HOOKS } from '../native-hooks.ts'
import type { Plan } from '../step.ts'
import { notInstalled } from './installed.ts'
import type { HooksPlace } from './manager.ts'
import { nodeIn, setInText } from './set-in-text.ts'

const FIELD = 'simple-git-hooks'
const GUARD = guardLine('SKIP_SIMPLE_GIT_HOOKS=1 git ...')

/** Commands in package.json, before those that are there. */
export async function simpleGitHooks(place: HooksPlace): Promise<Plan> {
  const { root, world } = place
  const path = join(root, 'package.json')
  const mark = (name: string) => `bulla hook run ${name}`
  const problems = await notInstalled(CLIENT_HOOKS, mark, 'npx simple-git-hooks', place)
  if ((await world.files.kind(path)) !== 'file') {
    return { steps: [], problems: ['simple-git-hooks needs a package.json: run "npm init" first'], notes: [] }
  }
  const before = await world.files.open(path)
  const settings = []
  for (const name of CLIENT_HOOKS) {
    const node = await nodeIn(before.bytes, [FIELD, name], path)
    const existing = node?.kind === 'scalar' ? `${node.value}` : undefined
    if (existing?.includes(mark(name)) !== true)
      settings.push({ steps: [FIELD, name], value: commandFor(name, existing) })
  }
  if (settings.length === 0) return { steps: [], problems, notes: [] }
  const after = readable(before.bytes, await setInText(before.bytes, settings, { path, name: 'json', world }))
  const about = 'runs "bulla hook run" in hooks of simple-git-hooks'
  return { steps: [{ kind: 'file', path, about, before, after }], problems, notes: [] }
}

/** Sops writes signs of the shell as escapes; nobody does so in a package.json. */
function readable(before: Uint8Array, after: Uint8Array): Uint8Array {
  const escapes = /\\u00(?:26|3c|3e)/g
  if (escapes.test(decodeText(before))) return after
  return encodeText(decodeText(after).replace(escapes, (found) => JSON.parse(`"${found}"`)))
}

/** Lines of their own: what is there may be of several commands, and end with a comment. */
function commandFor(name: HookName, existing: string | undefined): string {
  if (existing === undefined) return `${GUARD}; bulla hook run ${name} "$@"`
  return [...headLines(name, GUARD), existing].join('\n')
}
