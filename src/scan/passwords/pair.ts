import type { Page } from '../page.ts'
import { isWordUnit } from '../text/boundary.ts'
import { fallbackStart, separatorEnd } from './separator.ts'
import { propertyValueStart, typedValueStart, xmlValueStart } from './value-start.ts'

/** A name and the value that it is given, wherever they stand. */
export interface Pair {
  readonly key: string
  readonly keyStart: number
  readonly value: string
  readonly start: number
  readonly end: number
  readonly isQuoted: boolean
}

const LONGEST_NAME = 80
const LONGEST_VALUE = 4096
/** Without quotes; longer credentials have a form of their own. */
const LONGEST_PLAIN = 512

const LINE_END = /[\r\n]|[ \t]#/
const ASSIGNED_END = /[\s"'`]/
const INI_END = /[\r\n]|[ \t][#;]/
/** Stands for `PART_END` where a closing quote may be named. */
const WORDS_END = ';'
/** What holds a name and what counts without it: `${DB_PASSWORD:-x}`. */
const DEFAULT_END = '}'
const PART_END = /[\x00-\x20"&'),;<\]`}\\]/
const WORD_END = /[\x00-\x20"&'),;<\]`}]/

/** `name: PASSWORD` and below it `value: …`, as containers get their variables; `key="password" value="…"` in XML. */
const NAMED_VALUE =
  /\\{0,3}["']?[ \t]{0,8},?(?:\r?\n)?[ \t]{0,200}\\{0,3}["']?(?:default[Vv]alue|value|Value)\\{0,3}["']?[ \t]{0,8}[:=][ \t]{0,8}/y
const NAME_BEFORE = /(?:^|[\s{,"'-])(?:name|Name|key|Key)\\{0,3}["']?[ \t]{0,8}[:=][ \t]{0,8}\\{0,3}["']?$/
/** One of them is in each of those: the expression is seldom needed, and V8 takes long to compile it. */
const NAME_ENDS = ['ame', 'ey']
const FLAG = /^-(?!pp)[\w.-]+$/
const ITEM_BELOW = /["']?[ \t]{0,8}\r?\n[ \t]{0,80}-[ \t]{1,8}(?=[^\s-])/y
const LINE_BREAK = /\r?\n[ \t]{0,80}(?=["'`])/y
const BLOCK_SCALAR = /[|>][-+\d]{0,2}[ \t]{0,20}\r?\n[ \t]{1,200}/y
const QUOTES = ['"', "'", '`']
/** `ENV NAME value`, as Dockerfiles of old have it. */
const ENV_BEFORE = /(?:^|\n)[ \t]{0,8}ENV[ \t]{1,8}$/
/** Letters before a text: of bytes, raw, to be filled in. */
const TEXT_PREFIX = 'rbfuRBFU@'
/** What YAML has before a value: a tag, an anchor. */
const PROPERTY = /(?:!!?[\w/]{1,30} (?=\S)|&[\w-]{1,40} (?=\S))/y

/** The pair whose name holds the keyword at `start`. @returns undefined when there is none, or it was read already */
export function readPair(page: Page, start: number, end: number): Pair | undefined {
  const { text } = page
  const keyStart = nameStart(text, start)
  const keyEnd = nameEnd(text, end)
  if (page.isDone('pair', keyStart, keyEnd)) return undefined
  page.steps += keyEnd - keyStart
  const valueStart = findValue(page, keyStart, keyEnd)
  if (valueStart === undefined) return undefined
  const value = readValue(page, valueStart, enclosing(page, keyStart, keyEnd, valueStart))
  if (value === undefined || value.end === value.start) return undefined
  // `"code": "PW", "name": …`: a value, and behind it the next name
  const isNextName = value.isQuoted && text.charAt(value.end + 1) === ':'
  if (isNextName && text.slice(keyEnd, valueStart).trimEnd().endsWith(',')) return undefined
  page.steps += value.end - value.start
  return { key: text.slice(keyStart, keyEnd), keyStart, value: text.slice(value.start, value.end), ...value }
}

/** The value that begins at `valueStart`, for a name that stands somewhere else. */
export function readPairAt(
  page: Page,
  { key, keyStart, valueStart }: { readonly key: string; readonly keyStart: number; readonly valueStart: number },
): Pair | undefined {
  const value = readValue(page, valueStart, undefined)
  if (value === undefined || value.end === value.start) return undefined
  page.steps += value.end - value.start
  return { key, keyStart, value: page.text.slice(value.start, value.end), ...value }
}

function findValue(page: Page, keyStart: number, keyEnd: number): number | undefined {
  const { text } = page
  const found = isDefaulted(text, keyStart) ? defaultStart(text, keyEnd) : separatorEnd(text, keyEnd)
  const between = found === undefined ? '' : text.slice(keyEnd, found)
  const sign = between.trim().slice(-1)
  if (found === undefined || sign === ',') {
    const named = isNamedBefore(text.slice(Math.max(0, keyStart - 24), keyStart))
      ? after(NAMED_VALUE, text, keyEnd)
      : undefined
    if (named !== undefined) return named
  }
  if (page.kind === 'xml' && text.charAt(keyStart - 1) !== ' ') {
    // what stands in it is a name
    if (text.startsWith('<key>', keyStart - 1)) return undefined
    const inXml = xmlValueStart(text, keyStart, keyEnd)
    if (inXml !== undefined) return inXml
  }
  if (found === undefined) {
    return findFallback(page, keyEnd) ?? findFlagValue(page, keyStart, keyEnd) ?? findEnvValue(page, keyStart, keyEnd)
  }
  // arguments of a call: the name must be a text
  if (sign === ',') return QUOTES.includes(between.charAt(0)) ? found : undefined
  if (between.trim() === '>' && text.charAt(keyStart - 1) !== '<') return undefined
  return (page.kind === 'code' && sign === ':' ? quotedAt(text, typedValueStart(text, found)) : undefined) ?? found
}

function isNamedBefore(before: string): boolean {
  return NAME_ENDS.some((end) => before.includes(end)) && NAME_BEFORE.test(before)
}

/** In sources: elsewhere the signs mean something else. */
function findFallback({ text, kind }: Page, keyEnd: number): number | undefined {
  if (kind !== 'code' && kind !== 'json') return undefined
  return quotedAt(text, fallbackStart(text, keyEnd) ?? propertyValueStart(text, keyEnd))
}

/** Where a text begins, perhaps on the next line. */
function quotedAt(text: string, start: number | undefined): number | undefined {
  const isText = start !== undefined && (isLineBreak(text.charCodeAt(start)) || /["'`\\]/.test(text.charAt(start)))
  return isText ? start : undefined
}

function isDefaulted(text: string, keyStart: number): boolean {
  return text.startsWith('${', keyStart - 2)
}

/** Behind `:`, `:-` or `:=`; `:?` and `:+` are followed by something else. */
function defaultStart(text: string, keyEnd: number): number | undefined {
  if (text.charAt(keyEnd) !== ':') return undefined
  const sign = text.charAt(keyEnd + 1)
  if (sign === '?' || sign === '+') return undefined
  return sign === '-' || sign === '=' ? keyEnd + 2 : keyEnd + 1
}

function findEnvValue({ text, kind, baseName }: Page, keyStart: number, keyEnd: number): number | undefined {
  // `storePassword 'x'`: a call
  if (baseName.endsWith('.gradle')) return text.charAt(keyEnd) === ' ' ? quotedAt(text, keyEnd + 1) : undefined
  const isOne = kind === 'shell' && text.charAt(keyEnd) === ' ' && /[^\s=]/.test(text.charAt(keyEnd + 1))
  return isOne && ENV_BEFORE.test(text.slice(Math.max(0, keyStart - 20), keyStart)) ? keyEnd + 1 : undefined
}

function isLineBreak(unit: number): boolean {
  return unit === 10 || unit === 13
}

/** `--password value`, and in YAML the item below. */
function findFlagValue({ text, kind }: Page, keyStart: number, keyEnd: number): number | undefined {
  // a variable is a value, and so is what mysql takes behind `-p`
  if (!text.startsWith('-', keyStart) || !FLAG.test(text.slice(keyStart, keyEnd))) return undefined
  if (kind === 'yaml' && text.startsWith('--', keyStart)) {
    const item = after(ITEM_BELOW, text, keyEnd)
    if (item !== undefined) return item
  }
  return text.charAt(keyEnd) === ' ' && /[^\s-]/.test(text.charAt(keyEnd + 1)) ? keyEnd + 1 : undefined
}

/**
 * What ends a value whose name stands with it in one text: the quote of `"PASSWORD=x"` and `"X-Api-Key: x"`, the next part of
 * `Server=db;Password=x`, `?user=a&password=x` and `redis:6379,password=x`, the brace of `${PASSWORD:-x}`.
 */
function enclosing({ text, kind }: Page, keyStart: number, keyEnd: number, valueStart: number): string | undefined {
  if (isDefaulted(text, keyStart)) return DEFAULT_END
  const between = text.slice(keyEnd, valueStart)
  const before = text.charAt(keyStart - 1)
  const isAssigned = between === '='
  if (!isAssigned && between.trim() !== ':') return undefined
  if (QUOTES.includes(before)) return isEscapedQuote(text, valueStart) ? undefined : before
  const isPart = ';?&'.includes(before) || (before === ',' && (kind === 'json' || kind === 'xml'))
  return isAssigned && before !== '' && isPart ? WORDS_END : undefined
}

/** `"password=\"x\""`: a text of its own. */
function isEscapedQuote(text: string, at: number): boolean {
  const escapes = countBackslashes(text, at)
  return escapes > 0 && QUOTES.includes(text.charAt(at + escapes))
}

interface ValueSpan {
  readonly start: number
  readonly end: number
  readonly isQuoted: boolean
}

function readValue(page: Page, from: number, closing: string | undefined): ValueSpan | undefined {
  const { text, kind } = page
  if (closing !== undefined) return readEnclosed(page, from, closing)
  let start = (isLineBreak(text.charCodeAt(from)) ? after(LINE_BREAK, text, from) : undefined) ?? from
  if (kind === 'yaml') start = after(BLOCK_SCALAR, text, start) ?? start
  start = prefixEnd(text, start)
  const escapes = countBackslashes(text, start)
  const quote = text.charAt(start + escapes)
  if (QUOTES.includes(quote)) {
    const isTriple = escapes === 0 && text.startsWith(quote.repeat(3), start)
    return readQuoted(text, start + escapes + (isTriple ? 3 : 1), quote, escapes)
  }
  if (kind === 'code' || kind === 'json') return undefined
  return readPlain(page, start)
}

/** Behind what stands before a value and is no part of it. */
function prefixEnd(text: string, start: number): number {
  const first = text.charAt(start)
  if (first === '!' || first === '&') return after(PROPERTY, text, start) ?? start
  for (let end = start; end - start < 3; end += 1) {
    const character = text.charAt(end)
    if (character === '"' || character === "'") return end
    if (character === '' || !TEXT_PREFIX.includes(character)) break
  }
  return start
}

function readEnclosed(page: Page, start: number, closing: string): ValueSpan | undefined {
  const limit = Math.min(page.lineEnd(start), start + LONGEST_PLAIN + 1)
  const slice = page.text.slice(start, limit)
  const stop = closing === WORDS_END ? slice.search(PART_END) : slice.indexOf(closing)
  const end = start + (stop === -1 ? slice.length : stop)
  page.isDone('pair', end, end)
  if (end - start > LONGEST_PLAIN || (stop === -1 && closing !== WORDS_END)) return undefined
  // `\"PASSWORD=x\"` in a text inside a text
  const escapes = /\\{0,8}$/.exec(page.text.slice(Math.max(start, end - 8), end))?.[0].length ?? 0
  return { start, end: end - escapes, isQuoted: true }
}

/** As many backslashes stand before the quote that ends a text as before the one that began it. */
function readQuoted(text: string, start: number, quote: string, escapes: number): ValueSpan | undefined {
  const last = Math.min(text.length, start + LONGEST_VALUE)
  for (let at = start; at < last; at += 1) {
    const character = text.charAt(at)
    if (character === '\n') return undefined
    if (character === '\\') {
      const more = countBackslashes(text, at)
      if (escapes > 0 && more === escapes && text.charAt(at + more) === quote) return { start, end: at, isQuoted: true }
      at += escapes > 0 ? more - 1 : 1
    } else if (character === quote) return { start, end: at, isQuoted: true }
  }
  return undefined
}

function readPlain(page: Page, start: number): ValueSpan | undefined {
  const { text, kind } = page
  if (start < text.length && '{[('.includes(text.charAt(start))) return undefined
  const isLine = kind === 'yaml' || kind === 'dotenv' || kind === 'ini'
  const limit = Math.min(isLine ? page.lineEnd(start) : text.length, start + LONGEST_PLAIN + 1)
  const slice = text.slice(start, limit)
  // `name=value` inside a value of YAML is one of several words
  const isWord = kind === 'yaml' && text.charAt(start - 1) === '='
  const lineEnd = isWord ? ASSIGNED_END : kind === 'ini' ? INI_END : LINE_END
  const stop = slice.search(isLine ? lineEnd : WORD_END)
  const end = start + (stop === -1 ? slice.length : stop)
  // names inside a value are part of it: so every character is read once
  page.isDone('pair', end, end)
  if (end - start > LONGEST_PLAIN) return undefined
  const value = text.slice(start, kind === 'yaml' || kind === 'ini' ? flowEnd(text, start, end) : end).trimEnd()
  return { start, end: start + value.length, isQuoted: false }
}

/** In `{ password: x, user: y }` a value ends at a comma. */
function flowEnd(text: string, start: number, end: number): number {
  const value = text.slice(start, end)
  const close = value.search(/[,}]/)
  if (close === -1 || value.startsWith('{')) return end
  const before = text.slice(Math.max(0, start - 300), start)
  return before.slice(before.lastIndexOf('\n') + 1).includes('{') ? start + close : end
}

function nameStart(text: string, start: number): number {
  let first = start
  while (first > 0 && start - first < LONGEST_NAME && isNameUnit(text.charCodeAt(first - 1))) first -= 1
  return first
}

function nameEnd(text: string, end: number): number {
  let last = end
  while (last < text.length && last - end < LONGEST_NAME && isNameUnit(text.charCodeAt(last))) last += 1
  return last
}

/** Of words, and `-`, `.`, `$`. */
function isNameUnit(unit: number): boolean {
  return isWordUnit(unit) || unit === 45 || unit === 46 || unit === 36
}

function countBackslashes(text: string, at: number): number {
  let count = 0
  while (count < 8 && text.charCodeAt(at + count) === 92) count += 1
  return count
}

function after(expression: RegExp, text: string, at: number): number | undefined {
  expression.lastIndex = at
  return expression.test(text) ? expression.lastIndex : undefined
}
