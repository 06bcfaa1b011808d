import { relative } from 'node:path'
import { isBullaError, type Where } from '../errors.ts'
import type { Io } from './io.ts'
import { VERSION } from './version.ts'

/** Show an error: what, where, what to do next. An error that is not ours is a bug, and may hold a secret. */
export function renderError(error: unknown, io: Io): void {
  if (!isBullaError(error)) {
    const kind = error instanceof Error ? error.name : typeof error
    io.writeErr(`${io.program}: error: internal error (${kind}) in bulla ${VERSION}\n`)
    io.writeErr(
      `${io.program}: hint: this is a bug; please report it with the command and, if it can be shared, the file\n`,
    )
    if (io.env['BULLA_DEBUG'] === 'stack' && error instanceof Error) io.writeErr(`${stackOf(error)}\n`)
    return
  }
  io.writeErr(`${io.program}: error: ${placeOf(error.where, io)}${error.message}\n`)
  if (error.hint !== undefined) io.writeErr(`${io.program}: hint: ${error.hint}\n`)
}

export function renderNote(path: string | undefined, note: string, io: Io): void {
  io.writeErr(`${io.program}: note: ${placeOf(path === undefined ? undefined : { file: path }, io)}${note}\n`)
}

/** `config/app.yaml:3:7 (db.password): `. */
function placeOf(where: Where | undefined, io: Io): string {
  if (where === undefined) return ''
  const file = where.file === undefined ? '' : shortPath(where.file, io.cwd)
  const line = where.line === undefined ? '' : `:${where.line}${where.column === undefined ? '' : `:${where.column}`}`
  const path =
    where.path === undefined || where.path.length === 0 ? '' : `${file === '' ? '' : ' '}(${where.path.join('.')})`
  const place = `${file}${line}${path}`
  return place === '' ? '' : `${printable(place)}: `
}

/** Relative to where the user stands, when that is shorter. */
export function shortPath(path: string, cwd: string): string {
  const short = relative(cwd, path)
  return short === '' || short.length >= path.length ? path : short
}

/** Names may come from a stranger's repository: nothing in them may steer the terminal. */
function printable(text: string): string {
  return text.replace(/[\0-\x1f\x7f-\x9f\u2028\u2029]/g, '?')
}

/** The frames of a stack: the message in its first line may hold anything. */
function stackOf(error: Error): string {
  return (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n')
}
