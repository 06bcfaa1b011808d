import { HASH, isBlank, isBreakOrEnd, TAB } from './read/chars.ts'

/** Offset of the line break, or the end of the text, behind `offset`. */
export function lineEndAfter(text: string, offset: number): number {
  let end = offset
  while (end < text.length && !isBreakOrEnd(text.charCodeAt(end))) end += 1
  return end
}

/**
 * Whether lines of a block scalar can be put at `lineEnd`, where there were none: the lines that follow there must not
 * become part of it.
 *
 * @param column - of the lines to be put there
 * @param value - what the block scalar holds
 */
export function hasRoomForBlock(text: string, lineEnd: number, column: number, value: string): boolean {
  // without a line break behind it, the last one of the value would be lost; the text may also lose its metadata block
  if (value.endsWith('\n') && (lineEnd === text.length || !/[\n\r]$/.test(text))) return false
  const keepsBreaks = value === '\n' || value.endsWith('\n\n')
  for (let start = nextLine(text, lineEnd); start < text.length; ) {
    let first = start
    while (isBlank(text.charCodeAt(first))) first += 1
    const isEmpty = first === text.length || isBreakOrEnd(text.charCodeAt(first))
    if (!isEmpty) return text.charCodeAt(first) !== HASH || first - start < column
    if (keepsBreaks || first - start > column || text.slice(start, first).includes(String.fromCharCode(TAB)))
      return false
    if (first === text.length) return true
    start = nextLine(text, first)
  }
  return true
}

function nextLine(text: string, lineEnd: number): number {
  return lineEnd + (text.startsWith('\r\n', lineEnd) ? 2 : 1)
}
