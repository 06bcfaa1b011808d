/**
 * White space as Go's `unicode.IsSpace` has it, which is what go-ini trims: unlike JavaScript's it has NEL and no BOM.
 */
function isSpace(unit: number): boolean {
  if (unit < 0x80) return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d)
  if (unit === 0x85 || unit === 0xa0) return true
  if (unit < 0x1680) return false
  return (
    unit === 0x1680 ||
    (unit >= 0x2000 && unit <= 0x200a) ||
    unit === 0x2028 ||
    unit === 0x2029 ||
    unit === 0x202f ||
    unit === 0x205f ||
    unit === 0x3000
  )
}

/** The first offset from `start` on, at most `end`, that is no white space. */
export function skipSpace(text: string, start: number, end: number): number {
  let position = start
  while (position < end && isSpace(text.charCodeAt(position))) position += 1
  return position
}

/** The offset behind the last character before `end`, at least `start`, that is no white space. */
export function trimEnd(text: string, start: number, end: number): number {
  let position = end
  while (position > start && isSpace(text.charCodeAt(position - 1))) position -= 1
  return position
}

export function trim(text: string): string {
  const end = trimEnd(text, 0, text.length)
  return text.slice(skipSpace(text, 0, end), end)
}

/** Where the line at `start` ends: the offset of its line break, or of the end of the text. Only LF ends a line. */
export function lineEndAt(text: string, start: number): number {
  const end = text.indexOf('\n', start)
  return end < 0 ? text.length : end
}

/** Where the line after the one that ends at `lineEnd` starts. */
export function nextLine(text: string, lineEnd: number): number {
  return Math.min(lineEnd + 1, text.length)
}

/** Offset of the first `#` or `;` in a range; -1 when there is none. */
export function commentSign(text: string, start: number, end: number): number {
  for (let position = start; position < end; position += 1) {
    const unit = text.charCodeAt(position)
    if (unit === 0x23 || unit === 0x3b) return position
  }
  return -1
}

/** Length in UTF-8, the measure in which go-ini aligns keys; a byte that is not UTF-8 is one lone surrogate. */
export function byteLength(text: string): number {
  let length = 0
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    const surrogate = code >= 0xd800 && code <= 0xdfff
    length += code < 0x80 || surrogate ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return length
}
