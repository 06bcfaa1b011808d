import { randomBytes } from 'node:crypto'
import { basename, dirname, join } from 'node:path'

/** What {@link temporaryBeside} makes: name, process, random. */
const TEMPORARY = /\.([1-9][0-9]*)-[0-9a-f]{12}\.tmp$/

/** A name in the folder of `path` that nobody else has; hidden, and short enough when that of `path` is not. */
export function temporaryBeside(path: string): string {
  const name = `${temporaryStart(basename(path))}${process.pid}-${randomBytes(6).toString('hex')}.tmp`
  return join(dirname(path), name)
}

/** Whether {@link temporaryBeside} may have made a name for `path`; names that are long and begin alike cannot be told apart. */
export function isTemporaryOf(temporary: string, path: string): boolean {
  const made = TEMPORARY.exec(temporary)
  return made !== null && basename(temporary.slice(0, made.index + 1)) === temporaryStart(basename(path))
}

function temporaryStart(name: string): string {
  return `.${name.replace(/^\./, '').slice(0, 40)}.`
}

/** Number of the process that made a name with {@link temporaryBeside}; undefined when it was not made by it. */
export function temporaryWriter(path: string): number | undefined {
  const [, writer] = basename(path).startsWith('.') ? (TEMPORARY.exec(path) ?? []) : []
  return writer === undefined ? undefined : Number(writer)
}

/** Whether a write that was killed may have left this behind. */
export function isTemporary(path: string): boolean {
  return temporaryWriter(path) !== undefined
}
