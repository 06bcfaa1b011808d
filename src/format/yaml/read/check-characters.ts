import { FormatError } from '../../../errors.ts'
import { positionOf } from '../../text.ts'
import { FORBIDDEN } from './chars.ts'
import { syntaxError } from './cursor.ts'

/** Refuse what cannot stand in a YAML file. @throws FormatError `ERR_UTF8`, `ERR_SYNTAX` */
export function checkCharacters(text: string): void {
  if (!text.isWellFormed()) {
    throw new FormatError('ERR_UTF8', 'the file is not UTF-8', {
      where: positionOf(text, text.search(/\p{Surrogate}/u)),
      hint: 'save it as UTF-8, or seal it with the binary store',
    })
  }
  const mark = text.indexOf('\ufeff', 1)
  if (mark >= 0) {
    // go-yaml looks for it at the wrong place and then loses the first character of lines
    throw syntaxError(
      text,
      mark,
      'a byte order mark stands inside the file',
      'remove it, or write it as "\\uFEFF" in double quotes',
    )
  }
  const found = text.search(FORBIDDEN)
  if (found >= 0)
    throw syntaxError(text, found, 'control characters are not allowed; write them as escapes in double quotes')
}
