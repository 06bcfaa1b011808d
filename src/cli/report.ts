import { isBullaError } from '../errors.ts'
import { exitCodeFor } from './exit-codes.ts'
import type { Io } from './io.ts'
import { renderError, renderNote, shortPath } from './render.ts'

interface Result {
  readonly bytes: Uint8Array | undefined
  readonly reports: readonly {
    readonly path: string | undefined
    readonly outcome: string
    readonly notes: readonly string[]
  }[]
  readonly failures: readonly unknown[]
}

interface Settings {
  readonly command: string
  /** What each outcome is called in the summary. */
  readonly verbs: Readonly<Record<string, string>>
  readonly quiet: boolean
  readonly dryRun: boolean
  readonly io: Io
}

/** Deliver the result of a command over files: payload, notes, failures, one summary. Returns the exit code. */
export function finish(result: Result, settings: Settings): number {
  const { io, command } = settings
  for (const failure of result.failures) renderError(failure, io)
  if (!settings.quiet) showNotes(result, settings)
  if (result.failures.length > 0) {
    const total = result.reports.length + result.failures.length
    if (total > 1)
      io.writeErr(`${io.program}: ${result.failures.length} of ${total} files failed; nothing was written\n`)
    return Math.max(...result.failures.map((failure) => codeOf(failure, command)))
  }
  if (settings.dryRun) showPlan(result, settings)
  else if (result.bytes !== undefined) io.writeOut(result.bytes)
  else if (result.reports.length !== 1 && !settings.quiet)
    io.writeErr(`${io.program}: ${summary(result, settings.verbs)}\n`)
  return 0
}

/** The exit code of an error; 70 for a bug. */
export function codeOf(error: unknown, command: string): number {
  return isBullaError(error) ? exitCodeFor(error.code, command) : exitCodeFor('ERR_INTERNAL', command)
}

function showNotes({ reports }: Result, { io }: Settings): void {
  for (const { path, notes } of reports) for (const note of notes) renderNote(path, note, io)
}

function showPlan({ reports }: Result, { io, verbs }: Settings): void {
  for (const { path, outcome } of reports) {
    const name = path === undefined ? 'standard input' : shortPath(path, io.cwd)
    io.writeOut(`${verbs[outcome] ?? outcome}\t${name}\n`)
  }
}

/** `12 files: 9 sealed, 3 unchanged`. */
function summary({ reports }: Result, verbs: Readonly<Record<string, string>>): string {
  const counts = Object.entries(verbs).flatMap(([outcome, verb]) => {
    const count = reports.filter((report) => report.outcome === outcome).length
    return count === 0 ? [] : [`${count} ${verb}`]
  })
  return reports.length === 0 ? 'no files' : `${reports.length} files: ${counts.join(', ')}`
}
