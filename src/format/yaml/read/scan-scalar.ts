import { codeAt, HASH, isBlank, isBlankOrEnd, isBreak, isBreakOrEnd, TAB } from './chars.ts'
import type { Cursor } from './cursor.ts'
import { readEscape } from './escapes.ts'
import type { Token } from './tokens.ts'

/** Blanks and line breaks between two pieces of a flow scalar, folded as YAML folds them. */
class Gap {
  /** A line break, folded or escaped, is behind us: blanks are indentation from here on. */
  broken = false
  private blanks = ''
  private first = ''
  private others = ''

  /** Pass the blank space at the head. With `minColumn` a tab to the left of it is refused. */
  read(cursor: Cursor, minColumn = 0): void {
    for (;;) {
      const code = cursor.peek()
      if (isBlank(code)) {
        if (code === TAB && this.broken && cursor.column < minColumn) {
          throw cursor.error('a tab indents the continuation of a value')
        }
        if (!this.broken) this.blanks += String.fromCharCode(code)
        cursor.offset += 1
      } else if (isBreak(code)) {
        if (this.broken) this.others += cursor.skipBreak()
        else this.first = cursor.skipBreak()
        this.broken = true
      } else {
        return
      }
    }
  }

  /** What the gap stands for when text follows. */
  fold(): string {
    if (!this.broken) return this.blanks
    if (this.first !== '\n') return this.first + this.others
    return this.others === '' ? ' ' : this.others
  }
}

/** Read a plain scalar. `endsLine`: a line break ended it, so a key may follow. */
export function scanPlainScalar(cursor: Cursor, flow: boolean, indent: number): { token: Token; endsLine: boolean } {
  const { text } = cursor
  const minColumn = indent + 1
  const start = cursor.mark()
  let end = start.offset
  let value = ''
  let gap = new Gap()
  while (!cursor.atDocumentIndicator() && cursor.peek() !== HASH) {
    const pieceEnd = plainPieceEnd(text, cursor.offset, flow)
    if (pieceEnd > cursor.offset) {
      value += gap.fold() + text.slice(cursor.offset, pieceEnd)
      gap = new Gap()
      cursor.skipTo(pieceEnd)
      end = pieceEnd
    }
    const code = cursor.peek()
    if (!isBlank(code) && !isBreak(code)) break
    gap.read(cursor, minColumn)
    if (!flow && cursor.column < minColumn) break
  }
  return { token: { type: 'scalar', start, end, value, style: 'plain' }, endsLine: gap.broken }
}

/** Where the piece of a plain scalar on this line ends. */
function plainPieceEnd(text: string, from: number, flow: boolean): number {
  let end = from
  for (let at = from; ; at += 1) {
    const code = codeAt(text, at)
    if (isBlank(code)) {
      const next = codeAt(text, at + 1)
      if (next === HASH) return end
    } else {
      if (isBreakOrEnd(code)) return end
      if (code === 0x3a && isBlankOrEnd(codeAt(text, at + 1))) return end
      if (flow && isFlowIndicator(code)) return end
      end = at + 1
    }
  }
}

/** `,` `?` `[` `]` `{` `}`: end a plain scalar inside a flow collection, as libyaml reads them. */
function isFlowIndicator(code: number): boolean {
  return code === 0x2c || code === 0x3f || code === 0x5b || code === 0x5d || code === 0x7b || code === 0x7d
}

/** Read a quoted scalar; `quote` is the character at the head. */
export function scanQuotedScalar(cursor: Cursor, quote: number): Token {
  const start = cursor.mark()
  const double = quote === 0x22
  const pieces: string[] = []
  cursor.skip()
  for (;;) {
    if (cursor.atDocumentIndicator()) throw cursor.error('a document ends inside a quoted value', start)
    if (cursor.peek() === 0) throw cursor.error('a quoted value is not closed', start)
    const gap = new Gap()
    if (double) readDouble(cursor, pieces, gap)
    else readSingle(cursor, pieces)
    if (cursor.peek() === quote) break
    gap.read(cursor)
    pieces.push(gap.fold())
  }
  cursor.skip()
  return { type: 'scalar', start, end: cursor.offset, value: pieces.join(''), style: double ? 'double' : 'single' }
}

function readSingle(cursor: Cursor, pieces: string[]): void {
  for (;;) {
    const end = quotedPieceEnd(cursor.text, cursor.offset, 0x27)
    pieces.push(cursor.text.slice(cursor.offset, end))
    cursor.skipTo(end)
    if (cursor.peek() !== 0x27 || cursor.peek(1) !== 0x27) return
    pieces.push("'")
    cursor.skipTo(end + 2)
  }
}

function readDouble(cursor: Cursor, pieces: string[], gap: Gap): void {
  for (;;) {
    const end = quotedPieceEnd(cursor.text, cursor.offset, 0x22)
    pieces.push(cursor.text.slice(cursor.offset, end))
    cursor.skipTo(end)
    if (cursor.peek() !== 0x5c) return
    if (isBreak(cursor.peek(1))) {
      cursor.skip()
      cursor.skipBreak()
      gap.broken = true
      return
    }
    pieces.push(readEscape(cursor))
  }
}

/** Where the text on this line ends: at a quote, a backslash in double quotes, or the blanks before a line break. */
function quotedPieceEnd(text: string, from: number, quote: number): number {
  let end = from
  for (let at = from; ; at += 1) {
    const code = codeAt(text, at)
    if (isBlank(code)) continue
    if (isBreakOrEnd(code)) return end
    if (code === quote || (code === 0x5c && quote === 0x22)) return at
    end = at + 1
  }
}
