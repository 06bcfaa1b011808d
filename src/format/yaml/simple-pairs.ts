import type { Leaf } from '../tree.ts'
import { HASH, isBreak, SPACE, TAB } from './chars.ts'
import { resolvePlain, UINT64 } from './resolve.ts'
import { SimplePair } from './simple-pair.ts'
import { MAX_SIMPLE_KEY } from './tokens.ts'

/**
 * A sealed value; a plain value of printable ASCII in which neither a comment (` #`) nor a mapping (`: `) can begin; or a
 * quoted one without escapes. Each character matches in one way only, so that what does not fit costs one pass.
 */
const VALUE =
  /(ENC\[[A-Za-z0-9+/=_,:]+\](?=\s|$)|[A-Za-z0-9_./](?:[!"$-9;-~]|:(?=[!-~])|(?<! )#| (?=[ !"$-~]))*)|"([ !#-[\]-~]*)"|'([ -&(-~]*)'/
const WHOLE_VALUE = new RegExp(`^(?:${VALUE.source})$`)

/** A short key of letters and digits, and its value up to the end of the line. */
const PAIR = new RegExp(`([A-Za-z_][A-Za-z0-9_.-]{0,255}):( +)(?:${VALUE.source})(?=\\n)`, 'y')

/** The expression remembers each character of a plain value; at some ten million the engine gives up. */
const MAX_LINE = 100_000

/**
 * Recognise the lines that most of a large file consists of, at the price of one expression each. Everything else is left
 * to the scanner: whatever is recognised here, it would read the same.
 *
 * @param text - ended by NUL
 * @param start - offset of the first key
 * @param column - column of the first key: the others stand in it too
 * @returns pairs on consecutive lines; empty when the first line is not simple
 */
export function readSimplePairs(text: string, start: number, column: number): SimplePair[] {
  const pairs: SimplePair[] = []
  for (let keyStart = start; ; ) {
    const pair = readPair(text, keyStart)
    if (pair === undefined) return pairs
    const lineStart = pair.valueEnd + 1
    let next = lineStart
    while (text.charCodeAt(next) === SPACE) next += 1
    if (pair.style === 'plain' && mayGoOn(text.charCodeAt(next), next - lineStart, column)) return pairs
    pairs.push(pair)
    if (next - lineStart !== column) return pairs
    keyStart = next
  }
}

function readPair(text: string, keyStart: number): SimplePair | undefined {
  if (text.indexOf('\n', keyStart) - keyStart > MAX_LINE) return undefined
  PAIR.lastIndex = keyStart
  const match = PAIR.exec(text)
  if (match === null) return undefined
  const [, key = '', blanks = '', plain, double, single = ''] = match
  if (key.length > MAX_SIMPLE_KEY) return undefined
  const value = plain ?? double ?? single
  const style = plain !== undefined ? 'plain' : double !== undefined ? 'double' : 'single'
  const valueStart = keyStart + key.length + 1 + blanks.length
  return new SimplePair(key, keyStart, value, style, valueStart, PAIR.lastIndex)
}

/** Whether the next line, which starts with `code` in `indent`, could be more of a plain value, or is empty. */
function mayGoOn(code: number, indent: number, column: number): boolean {
  return code === TAB || isBreak(code) || (indent > column && code !== 0 && code !== HASH)
}

/** Whether `text` could stand as the value of a {@link SimplePair}, and would be read as `leaf`. */
export function readsAs(text: string, leaf: Leaf): boolean {
  const match = WHOLE_VALUE.exec(text)
  if (match === null || leaf.kind === 'comment' || text.length > MAX_LINE) return false
  const [, plain, double, single = ''] = match
  if (plain === undefined) return leaf.type === 'str' && leaf.value === (double ?? single)
  const value = resolvePlain(plain)
  return value !== UINT64 && value.kind === 'scalar' && value.type === leaf.type && value.value === leaf.value
}
