import { errorAt } from '../error-at.ts'
import { byteLength, skipSpace, trim } from './chars.ts'

/** A key and where its value starts. */
export interface IniKeyName {
  readonly name: string
  /** Offset behind the delimiter. */
  readonly valueStart: number
}

/**
 * Read the key of the line from `start` to `lineEnd`, which starts with something that is no white space.
 *
 * @throws FormatError `ERR_SYNTAX`
 * @see gopkg.in/ini.v1 `parser.go`, readKeyName
 */
export function readKeyName(text: string, start: number, lineEnd: number): IniKeyName {
  const line = text.slice(start, lineEnd)
  const quote = keyQuote(line, lineEnd < text.length)
  const { name, sign } = quote === '' ? plainName(line) : quotedName(text, start, line, quote)
  if (sign < 0) {
    const hint = 'every line is "key = value", [section], a comment, or empty'
    throw errorAt('ERR_SYNTAX', text, start, 'a line has neither "=" nor ":"', hint)
  }
  if (name === '') throw errorAt('ERR_SYNTAX', text, start, 'a line has a value but no key', 'write a key before it')
  return { name, valueStart: start + sign + 1 }
}

/** `"""` counts as one quote only when more than three bytes follow, the line break among them. */
function keyQuote(line: string, broken: boolean): '' | '"' | '"""' | '`' {
  if (line.startsWith('`')) return '`'
  if (!line.startsWith('"')) return ''
  const bytes = byteLength(line.slice(0, 7)) + (broken ? 1 : 0)
  return line.startsWith('"""') && bytes > 6 ? '"""' : '"'
}

function plainName(line: string): { name: string; sign: number } {
  const sign = line.search(/[=:]/)
  return { name: trim(line.slice(0, Math.max(sign, 0))), sign }
}

function quotedName(text: string, start: number, line: string, quote: string): { name: string; sign: number } {
  const close = line.indexOf(quote, quote.length)
  if (close < 0) throw errorAt('ERR_SYNTAX', text, start, 'a quoted key is not closed', 'close the quote')
  const behind = close + quote.length
  const sign = behind + line.slice(behind).search(/[=:]/)
  if (sign < behind) return { name: '', sign: -1 }
  if (skipSpace(line, behind, sign) < sign) {
    const hint = 'SOPS would drop it; put it inside the quotes'
    throw errorAt('ERR_SYNTAX', text, start + behind, 'there is text behind a quoted key', hint)
  }
  return { name: trim(line.slice(quote.length, close)), sign }
}
