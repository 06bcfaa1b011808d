import { AgeFileError } from './age-file-error.ts'
import { decodeStrictBase64 } from './base64.ts'

const BEGIN = '-----BEGIN AGE ENCRYPTED FILE-----'
const END = '-----END AGE ENCRYPTED FILE-----'
const COLUMNS = 64
/** White space before and after the armor, in characters. */
const MAX_MARGIN = 1024

/** The armored text of an age file; ends with a line feed. */
export function encodeArmor(file: Uint8Array): string {
  const base64 = Buffer.from(file.buffer, file.byteOffset, file.byteLength).toString('base64')
  const lines = base64.match(/.{1,64}/g) ?? []
  return [BEGIN, ...lines, END, ''].join('\n')
}

/**
 * The bytes of an armored age file. Lines end with LF or CRLF; all but the last have 64 columns of strict base64.
 *
 * @throws AgeFileError `armor`
 * @see age specification, "ASCII armor"
 */
export function decodeArmor(text: string): Uint8Array {
  const lines = trimMargins(text).split('\n')
  const last = lines.length - 1
  if (lines[0] === undefined || withoutReturn(lines[0]) !== BEGIN) throw broken('it does not start with the armor line')
  if (last === 0 || lines[last] !== END) throw broken('it does not end with the armor line')
  const body = lines.slice(1, last).map(withoutReturn)
  body.forEach((line, index) => {
    if (line === '' || line.length > COLUMNS) throw broken('a line of it is empty or too long')
    if (line.length < COLUMNS && index !== body.length - 1) throw broken('a line of it is too short')
  })
  // full lines are whole groups of base64, so padding within them is wrong in all of it too; at once takes half the time
  const bytes = decodeStrictBase64(body.join(''), { padded: true })
  if (bytes === undefined) throw broken('a line of it is not base64')
  return bytes
}

/** The armor without blank lines around it. Blanks on the armor lines themselves are not tolerated. */
function trimMargins(text: string): string {
  let start = 0
  while (isBlank(text, start)) start += 1
  let end = text.length
  while (end > start && isBlank(text, end - 1)) end -= 1
  if (start > MAX_MARGIN || text.length - end > MAX_MARGIN) throw broken('there is too much white space around it')
  const indented = start > 0 && text[start - 1] !== '\n'
  if (indented || !/^\r?(\n|$)/.test(text.slice(end))) throw broken('there are blanks beside its first or last line')
  return text.slice(start, end)
}

function isBlank(text: string, index: number): boolean {
  const code = text.charCodeAt(index)
  return code === 0x20 || (code >= 0x09 && code <= 0x0d)
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}

function broken(message: string): AgeFileError {
  return new AgeFileError('armor', message)
}
