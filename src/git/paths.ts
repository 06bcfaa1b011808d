import { lstatSync, readFileSync, realpathSync } from 'node:fs'

/**
 * Paths are bytes to git, nearly always UTF-8. Of others each byte that is no UTF-8 becomes half of a surrogate pair by itself, which
 * no text has: so two paths never share a name, and what stands there can be asked for. Reports show a question mark in a diamond.
 */
const ODD = 0xdc00
const [FIRST_ODD, LAST_ODD] = [0xdc80, 0xdcff]
const REPLACED = '\ufffd'

/** The name of a path. */
export function pathOf(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  return text.includes(REPLACED) ? oddPathOf(bytes) : text
}

/** The path that has a name, see {@link pathOf}. */
export function bytesOfPath(path: string): Buffer {
  if (path.isWellFormed()) return Buffer.from(path, 'utf8')
  const parts = Array.from(path, (character) => {
    const code = character.codePointAt(0) ?? 0
    return code >= FIRST_ODD && code <= LAST_ODD ? Buffer.of(code - ODD) : Buffer.from(character, 'utf8')
  })
  return Buffer.concat(parts)
}

/** What git prints with `-z`: each field ends with a zero. */
export function fieldsOf(output: Buffer): string[] {
  const text = output.toString('utf8')
  if (!text.includes(REPLACED)) return text === '' ? [] : text.replace(/\0$/, '').split('\0')
  const found: string[] = []
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf(0, at)
    found.push(pathOf(output.subarray(at, end < 0 ? undefined : end)))
    at = end < 0 ? output.length : end + 1
  }
  return found
}

/**
 * A file of the work tree, whose name may be no UTF-8: Node takes that as bytes alone. Undefined for what is no regular file, or gone.
 *
 * @param root - of the work tree, absolute, links followed
 * @throws errors of the system
 */
export function workingFile(root: string, path: string): Uint8Array | undefined {
  const place = Buffer.concat([Buffer.from(`${root}/`, 'utf8'), bytesOfPath(path)])
  const stats = lstatSync(place, { throwIfNoEntry: false })
  // a link may lead anywhere, that of a folder too
  if (stats?.isFile() !== true || !realpathSync.native(place, 'buffer').equals(place)) return undefined
  return readFileSync(place)
}

function oddPathOf(bytes: Buffer): string {
  let path = ''
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at] ?? 0
    const character = bytes.subarray(at, at + lengthBy(byte))
    const text = character.toString('utf8')
    const isWhole = Buffer.from(text, 'utf8').equals(character)
    path += isWhole ? text : String.fromCharCode(ODD + byte)
    at += isWhole ? character.length : 1
  }
  return path
}

/** How many bytes a character has that begins so. */
function lengthBy(byte: number): number {
  if (byte < 0xe0) return byte < 0xc0 ? 1 : 2
  return byte < 0xf0 ? 3 : 4
}
