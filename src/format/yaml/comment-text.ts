import { FormatError, type Where } from '../../errors.ts'
import { FORBIDDEN } from './read/chars.ts'

/**
 * A comment as lines, each with its sign. Comments of other formats may hold line breaks.
 *
 * @throws FormatError `ERR_EMIT` when the comment holds what no YAML text can
 */
export function commentLines(text: string, where?: Where): string[] {
  if (FORBIDDEN.test(text) || text.includes('\ufeff') || !text.isWellFormed()) {
    throw new FormatError('ERR_EMIT', 'a comment holds characters that YAML cannot carry', {
      ...(where === undefined ? {} : { where }),
      hint: 'remove control characters, and bytes that are not UTF-8, from the comments of the file',
    })
  }
  const [first = '', ...others] = text.replace(/[\n\r\x85\u2028\u2029]+$/, '').split(/\r\n|[\n\r\x85\u2028\u2029]/)
  // the lines of an INI comment bring their sign along, all but the first
  return [`#${first}`, ...others.map((line) => (line.startsWith('#') ? line : `# ${line}`.trimEnd()))]
}
