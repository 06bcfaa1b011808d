import type { Page } from '../page.ts'

/** A word of a command, without quotes around it; those in it are part of it. */
export interface Word {
  readonly start: number
  readonly end: number
  readonly value: string
}

/** So much of a command is read. */
const LONGEST = 600
/** A text that holds a command begins so far before it. */
const LINE_START = 200
const [LINE_FEED, DOUBLE, COMMENT, SINGLE, BACKSLASH, BACKTICK] = [10, 34, 35, 39, 92, 96]

/** From one item of a list to the next: `"mysql", "-p…"`. */
const NEXT_ITEM = /["'],\s{0,80}["']/y
const BETWEEN_WORDS = /[ \t]{1,80}|\\\r?\n[ \t]{0,80}/y
/** What words are made of, by the quote of the text that they stand in. Signs of a shell are in none. */
const PARTS: Readonly<Record<string, RegExp>> = {
  '': /'[^'\n]{0,300}'|"[^"\n]{0,300}"|\\[^\r\n]|[^\s"'`\\|;&<>()]{1,300}/y,
  '"': /'[^'"\n]{0,300}'|\\"[^"\\\n]{0,300}\\"|\\[^\r\nnrt"]|[^\s"'`\\|;&<>()]{1,300}/y,
  "'": /"[^'"\n]{0,300}"|\\[^\r\nnrt']|[^\s"'`\\|;&<>()]{1,300}/y,
  '`': /'[^'`\n]{0,300}'|"[^"`\n]{0,300}"|\\[^\r\n`]|[^\s"'`\\|;&<>()]{1,300}/y,
}

/**
 * The words behind the name of a program, up to the end of its command: of a line of a shell, of one inside a text
 * (`"mysql -p…"`), or the items of a list. Read as far as they are asked for.
 */
export class CommandWords {
  /** Of what was read. */
  end: number
  private readonly page: Page
  private readonly last: number
  /** Undefined for a list. */
  private readonly part: RegExp | undefined

  /** @param start - of the name of the program, which ends at `end` */
  constructor(page: Page, start: number, end: number) {
    this.page = page
    this.end = end
    this.last = end + LONGEST
    const sign = page.text.charCodeAt(end)
    this.part = sign === DOUBLE || sign === SINGLE ? undefined : PARTS[quoteAround(page, start)]
  }

  next(): Word | undefined {
    if (this.end >= this.last) return undefined
    const { text } = this.page
    const found = this.part === undefined ? itemAfter(text, this.end) : wordAfter(text, this.end, this.part)
    if (found === undefined) return undefined
    this.page.steps += found.end - this.end
    this.end = found.end
    return withoutQuotes(text, found.start, found.end)
  }
}

interface Span {
  readonly start: number
  readonly end: number
}

function itemAfter(text: string, at: number): Span | undefined {
  const start = after(NEXT_ITEM, text, at)
  const length = start === undefined ? -1 : text.slice(start, start + LONGEST).search(/["'\r\n]/)
  return start === undefined || length === -1 ? undefined : { start, end: start + length }
}

function wordAfter(text: string, at: number, part: RegExp): Span | undefined {
  const start = afterAll(BETWEEN_WORDS, text, at)
  const end = afterAll(part, text, start)
  return start === at || end === start || text.charCodeAt(start) === COMMENT ? undefined : { start, end }
}

/** Which quote was open where a page was looked at last. */
const seen = new WeakMap<Page, { at: number; quote: string }>()

/** The quote of the text that a command stands in, if it does. What lies between two commands is looked at once. */
function quoteAround(page: Page, start: number): string {
  const { text } = page
  const known = seen.get(page)
  const isNear = known !== undefined && known.at <= start && start - known.at < LINE_START
  const from = isNear ? known.at : Math.max(0, start - LINE_START)
  let quote = isNear ? known.quote : ''
  for (let at = from; at < start; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit === LINE_FEED) quote = ''
    else if (unit !== DOUBLE && unit !== SINGLE && unit !== BACKTICK) continue
    else if (quote === '') quote = text.charAt(at)
    else if (quote.charCodeAt(0) === unit) quote = ''
  }
  page.steps += start - from
  if (known === undefined) seen.set(page, { at: start, quote })
  else Object.assign(known, { at: start, quote })
  return quote
}

/** A part of a text without the quotes around it. */
export function withoutQuotes(text: string, start: number, end: number): Word {
  const first = text.charCodeAt(start)
  const isQuoted = first === DOUBLE || first === SINGLE || first === BACKSLASH
  const value = text.slice(start, end)
  const open = isQuoted ? /^\\{0,3}["']/.exec(value)?.[0] : undefined
  if (open === undefined) return { start, end, value }
  const close = value.indexOf(open, open.length)
  const inner = value.slice(open.length, close === -1 ? undefined : close)
  return { start: start + open.length, end: start + open.length + inner.length, value: inner }
}

function afterAll(expression: RegExp, text: string, from: number): number {
  let at = from
  for (let next: number | undefined = from; next !== undefined; next = after(expression, text, at)) at = next
  return at
}

function after(expression: RegExp, text: string, at: number): number | undefined {
  expression.lastIndex = at
  return expression.test(text) ? expression.lastIndex : undefined
}
