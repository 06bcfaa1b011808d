import { join, sep } from 'node:path'
import type { Step } from '../../operations/init/step.ts'
import type { Undoing } from '../../operations/init/undo.ts'
import { printable, shortPath } from './messages.ts'

/** A line for each thing that is done. */
export function planText(steps: readonly Step[], cwd: string): string {
  return steps.map((step) => `  ${printable(lineOf(step, cwd))}\n`).join('')
}

function lineOf(step: Step, cwd: string): string {
  if (step.kind === 'identity') return `new identity  ${step.path}, for ${step.recipient}`
  if (step.kind === 'setting') return `git config    ${step.name} = ${shortened(step.after)}`
  const path = shortPath(step.path, cwd)
  const kept =
    step.keepAt === undefined ? '' : `; the hook that is there is kept as ${shortPath(step.keepAt, cwd)} and runs first`
  return `${step.before === undefined ? 'new file      ' : 'change        '}${path}: ${step.about}${kept}`
}

const MAX_SHOWN = 60

/** Commands are long; `--json` has all of them. */
function shortened(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text
}

/** Files that others need too, to show. @param gitFolder - what is in it is for this clone alone */
export function toCommit(steps: readonly Step[], gitFolder: string, cwd: string): string[] {
  return steps.flatMap((step) => {
    if (step.kind !== 'file' || step.path.startsWith(join(gitFolder, sep))) return []
    // a hook that runs another one is nothing without it
    const paths = step.keepAt === undefined ? [step.path] : [step.path, step.keepAt]
    return paths.map((path) => printable(shortPath(path, cwd)))
  })
}

/** A line for each thing that is taken back. */
export function undoText(undoings: readonly Undoing[], cwd: string): string {
  return undoings.map((undoing) => `  ${printable(undoLine(undoing, cwd))}\n`).join('')
}

const DOES = { restore: 'as before     ', remove: 'remove        ', cut: 'without ours  ' } as const

function undoLine({ kind, what, does }: Undoing, cwd: string): string {
  const shown = kind === 'setting' ? `git config ${what}` : shortPath(what, cwd)
  return `${DOES[does]}${shown}${kind === 'folder' ? '/, if nothing else is in it' : ''}`
}

/** The same for programs. */
export function planJson(steps: readonly Step[]): object[] {
  return steps.map((step) => {
    if (step.kind === 'identity') return { kind: step.kind, path: step.path, recipient: step.recipient }
    if (step.kind === 'setting') return { kind: step.kind, name: step.name, value: step.after }
    const { kind, path, about, before, keepAt } = step
    return { kind, path, about, isNew: before === undefined, ...(keepAt === undefined ? {} : { keptAt: keepAt }) }
  })
}
