import type { Span } from '../edits.ts'

/** An entry of an object, or an element of a list; an element has no key. */
export interface JsonMember extends Span {
  /** Offset behind the key; `start` when there is none. */
  readonly keyEnd: number
  readonly valueStart: number
}

const SPACE = /[ \t\r\n]*/y
const TEXT = /"(?:[^"\\]|\\.)*"/sy
/** Up to the next sign that means something at this level, or below. */
const OTHER = /[^"{}[\],:]+/y

/** What stands in the object or list that opens at `open`, in a text that is known to be JSON. */
export function membersOf(
  text: string,
  open: number,
): { readonly members: readonly JsonMember[]; readonly close: number } {
  const isObject = text[open] === '{'
  const members: JsonMember[] = []
  let position = skip(SPACE, text, open + 1)
  while (text[position] !== '}' && text[position] !== ']') {
    const start = position
    const keyEnd = isObject ? skip(TEXT, text, start) : start
    const colon = skip(SPACE, text, keyEnd)
    const valueStart = isObject ? skip(SPACE, text, colon + 1) : start
    const end = valueEnd(text, valueStart)
    members.push({ start, keyEnd, valueStart, end })
    position = skip(SPACE, text, end)
    if (text[position] === ',') position = skip(SPACE, text, position + 1)
    else if (position >= text.length) break
  }
  return { members, close: position }
}

/** Where the value at `start` ends. */
function valueEnd(text: string, start: number): number {
  let depth = 0
  for (let position = start; position < text.length; ) {
    const sign = text[position]
    if (sign === '"') position = skip(TEXT, text, position)
    else if (sign === '{' || sign === '[') {
      depth += 1
      position += 1
    } else if (sign === '}' || sign === ']') {
      depth -= 1
      position += 1
    } else if (sign === ',' || sign === ':') position += 1
    else position = skip(OTHER, text, position)
    // blanks behind a number belong to what follows
    if (depth === 0) return start + text.slice(start, position).trimEnd().length
  }
  return text.length
}

function skip(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from
  return pattern.test(text) ? pattern.lastIndex : from
}
