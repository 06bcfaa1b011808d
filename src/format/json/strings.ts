import { cannotEmit } from '../error-at.ts'

const hexLower = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
const hexUpper = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`

/** Only what must be escaped; everything else stands for itself. */
function minimal(value: string): string {
  return JSON.stringify(value)
}

/** Python's `json.dumps`, Ruby's `ascii_only`: every non-ASCII character escaped. */
function ascii(value: string): string {
  return minimal(value).replace(/[\u007f-\uffff]/g, hexLower)
}

/**
 * Go's `encoding/json`, and so sops: `<`, `>`, `&` and the two Unicode line breaks escaped.
 * @throws FormatError `ERR_EMIT` for bytes that are not UTF-8: sops would replace them by U+FFFD without a word
 */
export function goString(value: string): string {
  if (!value.isWellFormed()) {
    throw cannotEmit('a text that is not UTF-8 cannot be written as JSON', 'keep it in a binary, dotenv or INI file')
  }
  return minimal(value).replace(/[<>&\u2028\u2029]/g, hexLower)
}

/** PHP's `json_encode`: non-ASCII and slashes escaped, DEL not. */
function php(value: string): string {
  return minimal(value)
    .replace(/[\u0080-\uffff]/g, hexLower)
    .replaceAll('/', '\\/')
}

/** PHP's `json_encode` with `JSON_UNESCAPED_UNICODE`. */
function phpUnicode(value: string): string {
  return minimal(value)
    .replace(/[\u2028\u2029]/g, hexLower)
    .replaceAll('/', '\\/')
}

const SHORT: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
}

/** .NET's `System.Text.Json`: upper-case digits, also for quotes and for the characters that matter in HTML. */
function dotNet(value: string): string {
  return `"${value.replace(/[\\"&'+<>`\u0000-\u001f\u007f-\uffff]/g, (sign) => SHORT[sign] ?? hexUpper(sign))}"`
}

/**
 * Spellings of one string that programs are known to write. The index of a spelling is its slot, see `slots.ts`: the
 * order is part of the file format that bulla writes.
 */
export const STRING_SPELLINGS: readonly ((value: string) => string)[] = [
  minimal,
  ascii,
  goString,
  php,
  phpUnicode,
  dotNet,
]
