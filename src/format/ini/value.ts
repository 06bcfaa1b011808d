import type { Span } from '../edits.ts'
import { errorAt } from '../error-at.ts'
import { commentSign, lineEndAt, nextLine, skipSpace, trimEnd } from './chars.ts'

export type Quote = '' | "'" | '"' | '`' | '"""'

/** A value as go-ini reads it from behind the delimiter. */
export interface IniValue extends Span {
  /** `start` and `end` hold the quotes, if any; a backslash that continues into nothing stands behind `end`. */
  readonly text: string
  readonly quote: Quote
  /** Whether it goes over several lines. */
  readonly multiline: boolean
  /** Where the next line starts. */
  readonly next: number
  /** A comment behind the value that go-ini hands on. */
  readonly inline: Span | undefined
  /** A comment behind the closing quote that go-ini drops. */
  readonly lost: Span | undefined
}

/**
 * Read the value that starts at `start`, on a line that ends at `lineEnd`.
 *
 * @throws FormatError `ERR_SYNTAX` for a missing closing quote, and for text behind one, which go-ini drops
 * @see gopkg.in/ini.v1 `parser.go`, readValue
 */
export function readValue(text: string, start: number, lineEnd: number): IniValue {
  const from = skipSpace(text, start, lineEnd)
  if (from === lineEnd) return emptyValue(text, start, lineEnd)
  // go-ini takes three quotes at the very end for a text; any line behind them, and be it empty, makes them an opening
  if (text.startsWith('"""', from)) return readQuoted(text, from, lineEnd, '"""')
  if (text[from] === '`') return readQuoted(text, from, lineEnd, '`')
  const end = trimEnd(text, from, lineEnd)
  return text[end - 1] === '\\' ? readContinued(text, from, end, lineEnd) : readPlain(text, from, end, lineEnd)
}

function emptyValue(text: string, start: number, lineEnd: number): IniValue {
  const place = start < lineEnd && text[start] === ' ' ? start + 1 : start
  return { ...oneLine(text, lineEnd), text: '', start: place, end: place }
}

function oneLine(text: string, lineEnd: number): IniValue {
  const next = nextLine(text, lineEnd)
  return { text: '', start: 0, end: 0, quote: '', multiline: false, next, inline: undefined, lost: undefined }
}

function readPlain(text: string, from: number, end: number, lineEnd: number): IniValue {
  const sign = commentSign(text, from, end)
  const inline = sign < 0 ? undefined : { start: sign, end }
  const valueEnd = sign < 0 ? end : trimEnd(text, from, sign)
  const raw = text.slice(from, valueEnd)
  const quote = surroundingQuote(raw)
  const value = quote === '' ? raw : raw.slice(1, -1)
  return { ...oneLine(text, lineEnd), text: value, start: from, end: valueEnd, quote, inline }
}

/** One pair of quotes is taken off when the same quote does not stand between them. */
function surroundingQuote(raw: string): '' | "'" | '"' {
  const quote = raw.charAt(0)
  if (raw.length < 2 || (quote !== "'" && quote !== '"')) return ''
  return raw.indexOf(quote, 1) === raw.length - 1 ? quote : ''
}

function readQuoted(text: string, from: number, lineEnd: number, quote: '`' | '"""'): IniValue {
  const inner = from + quote.length
  const close = text.slice(inner, lineEnd).lastIndexOf(quote)
  if (close < 0) return readMultiline(text, from, lineEnd, quote)
  const end = inner + close + quote.length
  const value = text.slice(inner, inner + close)
  return { ...oneLine(text, lineEnd), text: value, start: from, end, quote, lost: behind(text, end, lineEnd) }
}

function readMultiline(text: string, from: number, firstEnd: number, quote: '`' | '"""'): IniValue {
  const inner = from + quote.length
  let lineEnd = firstEnd
  while (lineEnd < text.length) {
    const start = lineEnd + 1
    lineEnd = lineEndAt(text, start)
    const close = text.slice(start, lineEnd).lastIndexOf(quote)
    const end = start + close + quote.length
    if (close < 0 || text[trimEnd(text, end, lineEnd) - 1] === '\\') continue
    const value = text.slice(inner, start + close)
    const inline = behind(text, end, lineEnd)
    return { ...oneLine(text, lineEnd), text: value, start: from, end, quote, multiline: true, inline }
  }
  const hint = 'close the quote; an opening backtick or """ goes on over line breaks'
  throw errorAt('ERR_SYNTAX', text, from, 'a quoted value is not closed', hint)
}

/** A comment behind a closing quote. */
function behind(text: string, start: number, lineEnd: number): Span | undefined {
  const from = skipSpace(text, start, lineEnd)
  if (from === lineEnd) return undefined
  if (commentSign(text, from, from + 1) === from) return { start: from, end: trimEnd(text, from, lineEnd) }
  const hint = 'SOPS would drop it; put it inside the quotes, or make it a comment'
  throw errorAt('ERR_SYNTAX', text, from, 'there is text behind a closing quote', hint)
}

function readContinued(text: string, from: number, firstEnd: number, firstLineEnd: number): IniValue {
  const parts = [text.slice(from, firstEnd - 1)]
  let end = firstEnd - 1
  let lineEnd = firstLineEnd
  while (lineEnd < text.length) {
    const lineStart = lineEnd + 1
    lineEnd = lineEndAt(text, lineStart)
    const start = skipSpace(text, lineStart, lineEnd)
    const stop = trimEnd(text, start, lineEnd)
    if (start === stop) break
    const goesOn = text[stop - 1] === '\\'
    end = goesOn ? stop - 1 : stop
    parts.push(text.slice(start, end))
    if (!goesOn) break
  }
  return { ...oneLine(text, lineEnd), text: parts.join(''), start: from, end, multiline: parts.length > 1 }
}
