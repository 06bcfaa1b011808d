import { randomBytes } from 'node:crypto'
import { basename, dirname, join } from 'node:path'

/** What {@link temporaryBeside} makes: name, process, random. */
const TEMPORARY = /\.[0-9]+-[0-9a-f]{12}\.tmp$/

/** A name in the folder of `path` that nobody else has; hidden, and short enough when that of `path` is not. */
export function temporaryBeside(path: string): string {
  const name = `.${basename(path).replace(/^\./, '').slice(0, 40)}`
  return join(dirname(path), `${name}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`)
}

/** Whether a write that was killed may have left this behind. */
export function isTemporary(path: string): boolean {
  return TEMPORARY.test(path)
}
