import type { Leaf } from '../../tree.ts'
import { codeAt, HASH, isBreak, SPACE, TAB } from './chars.ts'
import { resolvePlain, UINT64 } from './resolve.ts'
import { SimplePair } from './simple-pair.ts'

/**
 * A sealed value; a plain value of printable ASCII in which neither a comment (` #`) nor a mapping (`: `) can begin; or a
 * quoted one without escapes. Each character matches in one way only, so that what does not fit costs one pass.
 */
const VALUE =
  /ENC\[[A-Za-z0-9+/=_,:]+\](?=\s|$)|[A-Za-z0-9_./](?:[!"$-9;-~]|:(?=[!-~])|(?<! )#| (?=[ !"$-~]))*|"[ !#-[\]-~]*"|'[ -&(-~]*'/
const WHOLE_VALUE = new RegExp(`^(?:${VALUE.source})$`)

/** A short key of letters and digits, and its value up to the end of the line. Without groups, which cost as much as the rest. */
const PAIR = new RegExp(`[A-Za-z_][A-Za-z0-9_.-]{0,255}: +(?:${VALUE.source})(?=\\n)`, 'y')

/** The expression remembers each character of a plain value; at some ten million the engine gives up. */
const MAX_LINE = 100_000

/**
 * Recognise the lines that most of a large file consists of, at the price of one expression each. Everything else is left
 * to the scanner: whatever is recognised here, it would read the same.
 *
 * @param start - offset of the first key
 * @param column - column of the first key: the others stand in it too
 * @returns pairs on consecutive lines; empty when the first line is not simple
 */
export function readSimplePairs(text: string, start: number, column: number): SimplePair[] {
  const pairs: SimplePair[] = []
  for (let keyStart = start; ; ) {
    const pair = readSimplePair(text, keyStart)
    if (pair === undefined) return pairs
    const lineStart = pair.valueEnd + 1
    let next = lineStart
    while (codeAt(text, next) === SPACE) next += 1
    if (pair.style === 'plain' && mayGoOn(codeAt(text, next), next - lineStart, column)) return pairs
    pairs.push(pair)
    if (next - lineStart !== column) return pairs
    keyStart = next
  }
}

/** The pair on the line of a key, whatever the next line says about it. @param keyStart - offset */
export function readSimplePair(text: string, keyStart: number): SimplePair | undefined {
  if (text.indexOf('\n', keyStart) - keyStart > MAX_LINE) return undefined
  PAIR.lastIndex = keyStart
  if (!PAIR.test(text)) return undefined
  const keyEnd = text.indexOf(':', keyStart)
  const end = PAIR.lastIndex
  let start = keyEnd + 2
  while (codeAt(text, start) === SPACE) start += 1
  const style = styleOf(codeAt(text, start))
  const value = style === 'plain' ? text.slice(start, end) : text.slice(start + 1, end - 1)
  return new SimplePair(text.slice(keyStart, keyEnd), keyStart, value, style, start, end)
}

/** Of a value that matches {@link VALUE}, by its first character. */
function styleOf(code: number): 'plain' | 'double' | 'single' {
  return code === 0x22 ? 'double' : code === 0x27 ? 'single' : 'plain'
}

/** Whether the next line, which starts with `code` in `indent`, could be more of a plain value, or is empty. */
function mayGoOn(code: number, indent: number, column: number): boolean {
  return code === TAB || isBreak(code) || (indent > column && code !== 0 && code !== HASH)
}

/** Whether `text` could stand as the value of a {@link SimplePair}, and would be read as `leaf`. */
export function readsAs(text: string, leaf: Leaf): boolean {
  if (leaf.kind === 'comment' || text.length > MAX_LINE || !WHOLE_VALUE.test(text)) return false
  if (styleOf(codeAt(text, 0)) !== 'plain') return leaf.type === 'str' && leaf.value === text.slice(1, -1)
  const value = resolvePlain(text)
  return value !== UINT64 && value.kind === 'scalar' && value.type === leaf.type && value.value === leaf.value
}
