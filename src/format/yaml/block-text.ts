import { encodeText } from '../text.ts'

/**
 * Header of a literal block scalar.
 *
 * @param increment - column of the text relative to its parent's
 * @param indent - columns per level
 */
export function literalHeader(text: string, increment: number, indent: number): string {
  // a leading blank would be taken for indentation; a tab is refused there
  if (!/^[ \t\n]/.test(text)) return `|${chompingIndicator(text)}`
  // sops always names its own indent, which is wrong below a list; of empty lines, any is right
  return `|${/^\n+$/.test(text) ? indent : increment}${chompingIndicator(text)}`
}

/** The indicator that keeps the line breaks at the end of `text`. */
export function chompingIndicator(text: string): '' | '-' | '+' {
  if (!text.endsWith('\n')) return '-'
  return text === '\n' || text.endsWith('\n\n') ? '+' : ''
}

/** The lines of a block scalar at `column`, without the line break behind the last. Empty lines stay empty. */
export function blockText(text: string, column: number): string[] {
  const body = text.endsWith('\n') ? text.slice(0, -1) : text
  const margin = ' '.repeat(column)
  return body.split('\n').map((line) => (line === '' ? '' : margin + line))
}

/** Bytes that are not UTF-8, as `!!binary` holds them: base64, in lines of 70 when it is longer than one. */
export function wrappedBase64(text: string): string[] {
  const base64 = Buffer.from(encodeText(text)).toString('base64')
  return base64.match(/.{1,70}/g) ?? ['""']
}
