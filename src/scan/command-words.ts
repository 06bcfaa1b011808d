import type { Page } from './page.ts'

/** A word of a command as it stands in the text, with the quotes in it. */
export interface Word {
  readonly start: number
  readonly end: number
}

/** So much of a command is read. */
const LONGEST = 600
/** A text that holds a command begins so far before it. */
const LINE_START = 200

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
 * (`"mysql -p…"`), or the items of a list.
 */
export function commandWords(page: Page, start: number, end: number): Word[] {
  const { text } = page
  const isItem = /["']/.test(text.charAt(end))
  const words = isItem ? itemsAfter(text, end) : wordsAfter(text, end, PARTS[quoteAround(text, start)])
  page.steps += (words.at(-1)?.end ?? end) - end
  return words
}

function itemsAfter(text: string, from: number): Word[] {
  const words: Word[] = []
  for (let at = from; at - from < LONGEST; ) {
    const start = after(NEXT_ITEM, text, at)
    const length = start === undefined ? -1 : text.slice(start, start + LONGEST).search(/["'\r\n]|$/)
    if (start === undefined || length === -1) break
    at = start + length
    words.push({ start, end: at })
  }
  return words
}

function wordsAfter(text: string, from: number, part: RegExp | undefined): Word[] {
  const words: Word[] = []
  for (let at = from; part !== undefined && at - from < LONGEST; ) {
    const start = afterAll(BETWEEN_WORDS, text, at)
    const end = afterAll(part, text, start)
    if (start === at || end === start || text.charAt(start) === '#') break
    words.push({ start, end })
    at = end
  }
  return words
}

/** The quote of the text that a command stands in, if it does. */
function quoteAround(text: string, start: number): string {
  const before = text.slice(Math.max(0, start - LINE_START), start)
  let around = ''
  for (const character of before.slice(before.lastIndexOf('\n') + 1)) {
    if (character === around) around = ''
    else if (around === '' && `"'\``.includes(character)) around = character
  }
  return around
}

/** A part of a word without the quotes around it. */
export function withoutQuotes(text: string, { start, end }: Word): Word {
  const open = /^\\{0,3}["']/.exec(text.slice(start, end))?.[0] ?? ''
  const length = open === '' ? -1 : text.slice(start + open.length, end).indexOf(open)
  return { start: start + open.length, end: length === -1 ? end : start + open.length + length }
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
