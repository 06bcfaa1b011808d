import { relative } from 'node:path'
import { isBullaError, type Where } from '../../errors.ts'
import type { MessageIo } from '../io.ts'
import { VERSION } from '../version.ts'

/** Show an error: what, where, what to do next. An error that is not ours is a bug, and may hold a secret. */
export function renderError(error: unknown, io: MessageIo): void {
  if (!isBullaError(error)) {
    const kind = error instanceof Error ? error.name : typeof error
    show('error', `internal error (${kind}) in bulla ${VERSION}`, io)
    show('hint', 'this is a bug; please report it with the command and, if it can be shared, the file', io)
    if (io.env['BULLA_DEBUG'] === 'stack' && error instanceof Error) io.writeErr(`${stackOf(error)}\n`)
    return
  }
  show('error', `${placeOf(error.where, io)}${error.message}`, io)
  if (error.hint !== undefined) show('hint', error.hint, io)
}

/** Show an error of which the explanation and the hint were just shown for another place: one line. */
export function renderAgain(error: unknown, io: MessageIo): void {
  if (!isBullaError(error)) {
    renderError(error, io)
    return
  }
  const [what = ''] = error.message.split('\n')
  const isWhole = what === error.message && error.hint === undefined
  show('error', `${placeOf(error.where, io)}${what}${isWhole ? '' : ' (as above)'}`, io)
}

/** @param others - how many more files it is about */
export function renderNote(path: string | undefined, note: string, io: MessageIo, others = 0): void {
  const more = others === 0 ? '' : ` and ${others} more ${others === 1 ? 'file' : 'files'}`
  const place = path === undefined ? '' : `${shortPath(path, io.cwd).replaceAll('\n', '?')}${more}: `
  show('note', `${place}${note}`, io)
}

/**
 * Names of files, keys and fields may come from a stranger's repository: nothing in them may steer the terminal, and no
 * line of them may look like one of ours.
 */
function show(kind: 'error' | 'hint' | 'note', text: string, io: MessageIo): void {
  const [first = '', ...others] = text.split('\n').map(printable)
  const lines = [`${io.program}: ${kind}: ${first}`, ...others.map((line) => line.replace(/^(?! {2})/, '  '))]
  io.writeErr(`${lines.join('\n')}\n`)
}

/** `config/app.yaml:3:7 (db.password): `. */
function placeOf(where: Where | undefined, io: MessageIo): string {
  if (where === undefined) return ''
  const file = where.file === undefined ? '' : shortPath(where.file, io.cwd)
  const line = where.line === undefined ? '' : `:${where.line}${where.column === undefined ? '' : `:${where.column}`}`
  const path =
    where.path === undefined || where.path.length === 0 ? '' : `${file === '' ? '' : ' '}(${where.path.join('.')})`
  const place = `${file}${line}${path}`
  return place === '' ? '' : `${place.replaceAll('\n', '?')}: `
}

/** Relative to where the user stands, when that is shorter. */
export function shortPath(path: string, cwd: string): string {
  const short = relative(cwd, path)
  return short === '' || short.length >= path.length ? path : short
}

/** Without what steers a terminal: control characters, and those that turn the direction of writing. */
export function printable(text: string): string {
  return text.replace(/[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '?')
}

/** The frames of a stack: the message in its first line may hold anything. */
function stackOf(error: Error): string {
  return (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n')
}
