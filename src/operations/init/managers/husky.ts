import { join } from 'node:path'
import { encodeText } from '../../../format/text.ts'
import { CLIENT_HOOKS } from '../native-hooks.ts'
import type { FileStep, Plan } from '../step.ts'
import type { HooksPlace } from './manager.ts'

/** Lines before these are no commands. */
const HEAD = /^(?:#.*|\s*|.*husky\.sh.*)\n/

/** Lines in husky's files: before everything else, so that nothing there ends the hook before them. */
export async function huskyHooks({ root, folder, world }: HooksPlace): Promise<Plan> {
  const steps: FileStep[] = []
  for (const name of CLIENT_HOOKS) {
    const path = join(root, '.husky', name)
    const before = (await world.files.kind(path)) === 'file' ? await world.files.open(path) : undefined
    const text = before === undefined ? '' : Buffer.from(before.bytes).toString('utf8')
    if (text.includes(`bulla hook run ${name}`)) continue
    const head = headOf(text)
    const after = encodeText(head + linesFor(name, text !== '') + text.slice(head.length))
    steps.push({ kind: 'file', path, about: `runs "bulla hook run ${name}"`, before, after, mode: 0o755 })
  }
  const isOn = /(?:^|\/)\.husky(?:\/_)?\/?$/.test(folder.setting ?? '')
  const problems = isOn
    ? []
    : ['husky is not switched on in this clone: run "npx husky", or what "prepare" in package.json does']
  return { steps, problems, notes: [] }
}

function headOf(text: string): string {
  let head = ''
  for (let match = HEAD.exec(text); match !== null; match = HEAD.exec(text.slice(head.length))) head += match[0]
  return head
}

/** What git says to a hook can be read once: behind us the others find it again. */
function linesFor(name: string, hasOthers: boolean): string {
  if (name !== 'pre-push' || !hasOthers) return `bulla hook run ${name} "$@" || exit\n`
  return [
    'bulla_lines=$(cat)',
    `printf '%s\\n' "$bulla_lines" | bulla hook run ${name} "$@" || exit`,
    'exec <<BULLA_LINES',
    '$bulla_lines',
    'BULLA_LINES',
    '',
  ].join('\n')
}
