/** What a terminal would not show as it is; halves of surrogate pairs stand for bytes that are no UTF-8. */
const UNSEEN = /[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/u
const [FIRST_ODD, LAST_ODD, ODD] = [0xdc80, 0xdcff, 0xdc00]

/** A name as one word of a shell command: a stranger's may hold what a shell would run. */
export function shellWord(text: string): string {
  if (/^[\w./-]+$/.test(text)) return text
  if (UNSEEN.test(text)) return `$'${Array.from(text, escaped).join('')}'`
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** The same for a file: its name is no option. @param path - relative or absolute */
export function fileWord(path: string): string {
  return shellWord(path.startsWith('-') ? `./${path}` : path)
}

/** As bash, zsh and newer shells read it between `$'` and `'`. */
function escaped(character: string): string {
  if (/['\\]/.test(character)) return `\\${character}`
  if (!UNSEEN.test(character)) return character
  const code = character.codePointAt(0) ?? 0
  const bytes = code >= FIRST_ODD && code <= LAST_ODD ? [code - ODD] : Buffer.from(character, 'utf8')
  return Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')
}
