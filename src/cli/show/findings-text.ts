import type { Repository } from '../../operations/git-port.ts'
import type { Finding } from '../../operations/judge/findings/finding.ts'
import type { Io } from '../io.ts'
import { repositoryPath } from '../repository/repository-path.ts'
import { printable } from './messages.ts'

/** More than this of one kind are counted and not listed. */
const LISTED = 100

/** Show findings to a person: place, rule, what it is, and the command that repairs it. */
export function showFindings(
  findings: readonly (Finding & { readonly commit?: string })[],
  write: (text: string) => void,
): void {
  for (const finding of findings.slice(0, LISTED)) {
    const { level, rule, message, keyPath, repair } = finding
    const value = keyPath === undefined || keyPath === '' ? '' : ` (${printable(keyPath)})`
    write(`  ${level} ${rule}: ${placeOf(finding)}: ${printable(message)}${value}\n`)
    if (repair !== undefined) write(`      ${printable(repair)}\n`)
  }
  if (findings.length > LISTED) write(`  and ${findings.length - LISTED} more\n`)
}

/** Say to who stands further down that paths and commands of findings are those of the root. */
export async function tellRoot(findings: readonly Finding[], repository: Repository, io: Io): Promise<void> {
  if (findings.length === 0) return
  // outside of a repository files have names of their own
  const below = await repositoryPath('.', repository, io).catch(() => '')
  if (below === '') return
  io.writeErr(`${io.program}: ${rootNote(below)}\n`)
}

/** @param below - where somebody stands, from the root of the repository, with slashes */
export function rootNote(below: string): string {
  const up = below.split('/').map(() => '..')
  return `files and commands are named from the root of the repository: cd ${up.join('/')}`
}

function placeOf({ file, line, column, commit }: Finding & { readonly commit?: string }): string {
  const at = [printable(file), line, column].filter((part) => part !== undefined).join(':')
  return commit === undefined ? at : `${commit.slice(0, 12)} ${at}`
}
