import { codeAt, HASH, isBlank, isBreak, isBreakOrEnd, isDigit, SPACE, TAB } from './chars.ts'
import type { Comments } from './comments.ts'
import type { Cursor } from './cursor.ts'
import type { Token } from './tokens.ts'

/** Read a block scalar, the head being at its `|` or `>`. `parentIndent` is the column of the collection it stands in. */
export function scanBlockScalar(cursor: Cursor, comments: Comments, literal: boolean, parentIndent: number): Token {
  const start = cursor.mark()
  cursor.skip()
  const { chomp, increment } = readHeader(cursor)
  const headerEnd = cursor.offset
  readHeaderRest(cursor, comments, start.offset)
  const contentStart = cursor.offset
  const lines = new BlockLines(cursor, parentIndent, increment)
  const value = lines.read(literal, chomp)
  return {
    type: 'scalar',
    start,
    end: lines.end,
    value,
    style: literal ? 'literal' : 'folded',
    block: {
      headerEnd,
      contentStart,
      indent: lines.indent,
      parentIndent,
      explicitIndent: increment > 0,
      chomp,
      trailingBreaks: lines.trailingBreaks,
    },
  }
}

function readHeader(cursor: Cursor): { chomp: 'clip' | 'strip' | 'keep'; increment: number } {
  let chomp: 'clip' | 'strip' | 'keep' = 'clip'
  let increment = 0
  for (let count = 0; count < 2; count += 1) {
    const code = cursor.peek()
    if ((code === 0x2b || code === 0x2d) && chomp === 'clip') {
      chomp = code === 0x2b ? 'keep' : 'strip'
    } else if (isDigit(code) && increment === 0) {
      increment = code - 0x30
      if (increment === 0) throw cursor.error('the indent of a block scalar cannot be 0')
    } else {
      break
    }
    cursor.skip()
  }
  return { chomp, increment }
}

function readHeaderRest(cursor: Cursor, comments: Comments, start: number): void {
  cursor.skipBlanks()
  if (cursor.peek() === HASH) comments.scanBehind(cursor, start)
  if (cursor.peek() === HASH) comments.skipLost(cursor)
  if (!isBreakOrEnd(cursor.peek())) throw cursor.error('only a comment may follow the header of a block scalar')
  cursor.skipBreak()
}

/** The lines below a header. */
class BlockLines {
  indent: number
  /** Offset behind the last content line. */
  end: number
  trailingBreaks = 0
  private readonly cursor: Cursor
  private readonly parentIndent: number

  constructor(cursor: Cursor, parentIndent: number, increment: number) {
    this.cursor = cursor
    this.parentIndent = parentIndent
    this.end = cursor.offset
    this.indent = increment === 0 ? 0 : Math.max(parentIndent, 0) + increment
  }

  read(literal: boolean, chomp: 'clip' | 'strip' | 'keep'): string {
    const { cursor } = this
    const pieces: string[] = []
    let lineBreak = ''
    let breaks = this.readBreaks()
    let afterIndented = false
    while (cursor.column === this.indent && cursor.peek() !== 0) {
      const indented = isBlank(cursor.peek())
      const folds = !literal && lineBreak === '\n' && !afterIndented && !indented
      pieces.push(folds ? (breaks === '' ? ' ' : '') : lineBreak, breaks, this.readLine())
      afterIndented = indented
      lineBreak = cursor.skipBreak()
      breaks = this.readBreaks()
    }
    this.trailingBreaks = breaks.length
    if (chomp !== 'strip') pieces.push(lineBreak)
    if (chomp === 'keep') pieces.push(breaks)
    return pieces.join('')
  }

  private readLine(): string {
    const { cursor } = this
    const from = cursor.offset
    let to = from
    let blank = true
    for (let code = cursor.peek(); !isBreakOrEnd(code); code = codeAt(cursor.text, to)) {
      if (!isBlank(code)) blank = false
      to += 1
    }
    // a line of blanks is text here, but does not count as such for the comments that may follow
    if (blank) cursor.offset = to
    else cursor.skipTo(to)
    this.end = to
    return cursor.text.slice(from, to)
  }

  /** Pass indentation and empty lines; finds the indent when the header does not name it. */
  private readBreaks(): string {
    const { cursor } = this
    let breaks = ''
    let widest = 0
    for (;;) {
      while ((this.indent === 0 || cursor.column < this.indent) && cursor.peek() === SPACE) cursor.offset += 1
      widest = Math.max(widest, cursor.column)
      if ((this.indent === 0 || cursor.column < this.indent) && cursor.peek() === TAB) {
        throw cursor.error('a tab stands where spaces must indent a block scalar')
      }
      if (!isBreak(cursor.peek())) break
      breaks += cursor.skipBreak()
    }
    if (this.indent === 0) this.indent = Math.max(widest, this.parentIndent + 1, 1)
    return breaks
  }
}
