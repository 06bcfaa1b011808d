import { join } from 'node:path'
import { decodeText, encodeText } from '../../../format/text.ts'
import type { HookName } from '../../hooks/hook-names.ts'
import { guardLine, headLines, runsHook, shellOf } from '../hook-text.ts'
import { CLIENT_HOOKS } from '../native-hooks.ts'
import type { FileStep, Plan } from '../step.ts'
import { notInstalled } from './installed.ts'
import { type HooksPlace, huskyFolder, isWrittenByHusky } from './manager.ts'

/** Lines before these are no commands. */
const HEAD = /^(?:#.*|\s*|.*husky\.sh.*)\n/
const GUARD = guardLine('HUSKY=0 git ...')

/** Lines in husky's files: before everything else, so that nothing there ends the hook before them. */
export async function huskyHooks(place: HooksPlace): Promise<Plan> {
  const { root, folder, world } = place
  const own = huskyFolder(folder)
  const steps: FileStep[] = []
  const problems: string[] = []
  for (const name of CLIENT_HOOKS) {
    const path = join(own ?? join(root, '.husky'), name)
    const before = (await world.files.kind(path)) === 'file' ? await world.files.open(path) : undefined
    const text = before === undefined ? '' : decodeText(before.bytes)
    if (runsHook(text, name)) continue
    if (shellOf(text) === undefined) {
      problems.push(`${path} is no shell script: make it run "bulla hook run ${name}" first, and stop where that fails`)
      continue
    }
    const after = encodeText(withOurs(name, text))
    steps.push({ kind: 'file', path, about: `runs "bulla hook run ${name}"`, before, after, mode: 0o755 })
  }
  const off = 'husky is not switched on in this clone: run "npx husky", or what "prepare" in package.json does'
  return { steps, problems: [...problems, ...(own === undefined ? [off] : await notMade(place))], notes: [] }
}

/** Its folder is not committed: a linked worktree has none before husky made it there. Before version 9 git ran the files themselves. */
async function notMade(place: HooksPlace): Promise<string[]> {
  return isWrittenByHusky(place.folder) ? notInstalled(CLIENT_HOOKS, () => '', 'npx husky', place) : []
}

function withOurs(name: HookName, text: string): string {
  if (text === '') return `#!/bin/sh\n${GUARD}\nbulla hook run ${name} "$@"\n`
  const head = headOf(text)
  return `${head}${headLines(name, GUARD).join('\n')}\n${text.slice(head.length)}`
}

function headOf(text: string): string {
  let head = ''
  for (let match = HEAD.exec(text); match !== null; match = HEAD.exec(text.slice(head.length))) head += match[0]
  return head
}
