import type { Cursor } from './cursor.ts'

/** Escapes of one character in double-quoted scalars. YAML 1.1, section 5.6, plus `\'` and an escaped tab as libyaml has. */
const SIMPLE: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  "'": "'",
  '\\': '\\',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
}

const HEX_LENGTH: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 }

/** Read the escape at the head, which is not an escaped line break. */
export function readEscape(cursor: Cursor): string {
  const letter = cursor.text[cursor.offset + 1] ?? ''
  const length = HEX_LENGTH[letter]
  if (length === undefined) {
    const simple = SIMPLE[letter]
    if (simple === undefined || !Object.hasOwn(SIMPLE, letter))
      throw cursor.error('unknown escape in a double-quoted value')
    cursor.skipTo(cursor.offset + 2)
    return simple
  }
  const from = cursor.offset + 2
  const digits = cursor.text.slice(from, from + length)
  if (digits.length < length || !/^[0-9a-fA-F]+$/.test(digits)) {
    throw cursor.error(`the escape \\${letter} needs ${length} hexadecimal digits`)
  }
  const code = Number.parseInt(digits, 16)
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) throw cursor.error('an escape names no Unicode character')
  cursor.skipTo(from + length)
  return String.fromCodePoint(code)
}

const ESCAPES = new Map(
  Object.entries(SIMPLE)
    .filter(([letter]) => letter !== '\t' && letter !== "'" && letter !== ' ')
    .map(([letter, character]) => [character, letter]),
)

/** The shortest escape of `character`, in libyaml's spelling. */
export function escapeCharacter(character: string): string {
  const letter = ESCAPES.get(character)
  if (letter !== undefined) return `\\${letter}`
  const code = character.codePointAt(0) ?? 0
  const hex = code.toString(16).toUpperCase()
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}
