import { join } from 'node:path'
import { encodeText } from '../../../format/text.ts'
import { guardLine } from '../hook-text.ts'
import { CLIENT_HOOKS } from '../native-hooks.ts'
import type { FileStep, Plan } from '../step.ts'
import { notInstalled } from './installed.ts'
import type { HooksPlace } from './manager.ts'

/** Lines before these are no commands. */
const HEAD = /^(?:#.*|\s*|.*husky\.sh.*)\n/

/** Lines in husky's files: before everything else, so that nothing there ends the hook before them. */
export async function huskyHooks(place: HooksPlace): Promise<Plan> {
  const { root, folder, world } = place
  const steps: FileStep[] = []
  for (const name of CLIENT_HOOKS) {
    const path = join(root, '.husky', name)
    const before = (await world.files.kind(path)) === 'file' ? await world.files.open(path) : undefined
    const text = before === undefined ? '' : Buffer.from(before.bytes).toString('utf8')
    if (text.includes(`bulla hook run ${name}`)) continue
    const head = text === '' ? '#!/bin/sh\n' : headOf(text)
    const after = encodeText(head + linesFor(name, text !== '') + text.slice(head.length))
    steps.push({ kind: 'file', path, about: `runs "bulla hook run ${name}"`, before, after, mode: 0o755 })
  }
  // its folder is not committed: a linked worktree has none before husky made it there
  const isOn = /(?:^|\/)\.husky(?:\/_)?\/?$/.test(folder.setting ?? '')
  const off = 'husky is not switched on in this clone: run "npx husky", or what "prepare" in package.json does'
  const problems = isOn ? await notMade(place) : [off]
  return { steps, problems, notes: [] }
}

/** Before version 9 git ran the files themselves. */
async function notMade(place: HooksPlace): Promise<string[]> {
  if (!/_\/?$/.test(place.folder.setting ?? '')) return []
  return notInstalled(CLIENT_HOOKS, () => '', 'npx husky', place)
}

function headOf(text: string): string {
  let head = ''
  for (let match = HEAD.exec(text); match !== null; match = HEAD.exec(text.slice(head.length))) head += match[0]
  return head
}

/** What git says to a hook can be read once: behind us the others find it again. */
function linesFor(name: string, hasOthers: boolean): string {
  const guard = guardLine('HUSKY=0 git ...')
  if (name !== 'pre-push' || !hasOthers) return `${guard}\nbulla hook run ${name} "$@" || exit\n`
  return [
    guard,
    'bulla_lines=$(cat)',
    `printf '%s\\n' "$bulla_lines" | bulla hook run ${name} "$@" || exit`,
    'exec <<BULLA_LINES',
    '$bulla_lines',
    'BULLA_LINES',
    '',
  ].join('\n')
}
