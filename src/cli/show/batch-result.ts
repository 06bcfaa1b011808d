import { isBullaError } from '../../errors.ts'
import type { BatchResult, FileReport } from '../../operations/batch.ts'
import { exitCodeFor } from '../exit-codes.ts'
import type { Io } from '../io.ts'
import { renderErrors } from './grouped-errors.ts'
import { printable, renderNote, shortPath } from './messages.ts'

interface Settings {
  readonly command: string
  /** What each outcome is called in the summary. */
  readonly verbs: Readonly<Record<string, string>>
  /** What is said when there were no files. */
  readonly none: string
  readonly quiet: boolean
  /** Name every file, however many failed for one reason. */
  readonly verbose: boolean
  readonly dryRun: boolean
  readonly io: Io
}

/** Deliver the result of a command over files: payload, notes, failures, one summary. Returns the exit code. */
export function finish(result: BatchResult<FileReport>, settings: Settings): number {
  const { io, command, quiet } = settings
  const { reports, failures } = result
  renderErrors(failures, io, settings)
  // helm-secrets and others take both streams as one: a note would be a line of the file
  const isPrinted = failures.length === 0 && result.bytes !== undefined && !settings.dryRun
  if (!quiet && !(isPrinted && io.isOneStream())) showNotes(reports, io)
  if (failures.length > 0) {
    if (result.fileCount > 1) io.writeErr(`${io.program}: ${failureSummary(result)}\n`)
    return Math.max(...failures.map((failure) => codeOf(failure, command)))
  }
  if (isPrinted) io.writeOut(result.bytes)
  else if (settings.dryRun && reports.length > 0) showPlan(reports, settings)
  else if (isWorthASummary(reports) && !quiet) io.writeErr(`${io.program}: ${summary(reports, settings)}\n`)
  return 0
}

/** The exit code of an error; 70 for a bug. */
export function codeOf(error: unknown, command: string): number {
  return exitCodeFor(isBullaError(error) ? error : { code: 'ERR_INTERNAL', where: undefined }, command)
}

/** The same note for many files is one line. */
function showNotes(reports: readonly FileReport[], io: Io): void {
  const byNote = new Map<string, FileReport[]>()
  for (const report of reports) for (const note of report.notes) byNote.set(note, [...(byNote.get(note) ?? []), report])
  for (const [note, [first, ...others]] of byNote) renderNote(first?.path, note, io, others.length)
}

function showPlan(reports: readonly FileReport[], { io, verbs }: Settings): void {
  for (const { path, outcome } of reports) {
    const name = path === undefined ? 'standard input' : shortPath(path, io.cwd)
    io.writeOut(`${verbs[outcome] ?? outcome}\t${printable(name)}\n`)
  }
}

function failureSummary({ fileCount, failures, writtenCount }: BatchResult<FileReport>): string {
  const written = `${writtenCount} ${writtenCount === 1 ? 'was' : 'were'} written, the others are as they were`
  const done = writtenCount === 0 ? 'nothing was written' : written
  return `${failures.length} of ${fileCount} files failed; ${done}`
}

/** Nothing is said about one file, but that nothing happened to it. */
function isWorthASummary(reports: readonly FileReport[]): boolean {
  return reports.length !== 1 || reports[0]?.outcome === 'skipped'
}

/** `12 files: 9 sealed, 3 unchanged`. */
function summary(reports: readonly FileReport[], { verbs, none }: Settings): string {
  const counts = Object.entries(verbs).flatMap(([outcome, verb]) => {
    const count = reports.filter((report) => report.outcome === outcome).length
    return count === 0 ? [] : [`${count} ${verb}`]
  })
  return reports.length === 0
    ? none
    : `${reports.length} ${reports.length === 1 ? 'file' : 'files'}: ${counts.join(', ')}`
}
