import { CR, codeAt, HASH, isBlank, isBreak, isBreakOrEnd } from './chars.ts'
import type { Cursor, Mark } from './cursor.ts'
import { type CommentLine, type CommentText, NEWLINE } from './nodes.ts'
import type { PendingComment, Token } from './tokens.ts'

/** go-yaml looks this far for a comment; beyond it, one is attached elsewhere. */
const LOOKAHEAD = 512

/** What the layout rules for comments need to know of the scanner. */
export interface ScanState {
  /** Column of the innermost block collection; -1 at the root. */
  readonly indent: number
  readonly flowLevel: number
  readonly last: Token
  readonly beforeLast: Token | undefined
}

/** Takes comments when the token they belong to is read. */
export interface CommentSink {
  addComment(role: PendingComment['role'], text: CommentText): void
}

/**
 * Finds comments and decides what they belong to, as go-yaml v3 does: a comment above something is its *head*, one
 * behind it on its line is its *line* comment, one below it is its *foot*. sops binds a sealed comment to the path of
 * the collection that this attachment puts it into, so nothing here may be decided differently.
 */
export class Comments {
  /** Every comment of the text, in order. */
  readonly lines: CommentLine[] = []
  private readonly pending: PendingComment[] = []
  private next = 0

  /** The most recent comment, unless a token has taken it already. */
  get latest(): PendingComment | undefined {
    return this.pending.length > this.next ? this.pending.at(-1) : undefined
  }

  /** Read a comment that stands behind a token on its line. `tokenOffset` is where the token it belongs to starts. */
  scanBehind(cursor: Cursor, tokenOffset: number): void {
    if (cursor.newlines > 0) return
    let ahead = 0
    while (ahead < LOOKAHEAD && isBlank(cursor.peek(ahead))) ahead += 1
    if (ahead === LOOKAHEAD || cursor.peek(ahead) !== HASH) return
    cursor.offset += ahead
    const start = cursor.mark()
    const text = [this.readLine(cursor)]
    this.pending.push({ role: 'line', text, tokenOffset, start, scanOffset: 0, endOffset: 0 })
  }

  /** Read the comments from here on that stand on lines of their own; the head is at the first of them. */
  scanLines(cursor: Cursor, scanStart: Mark, state: ScanState): void {
    const scan = new CommentBlock(this, cursor, scanStart, state)
    this.pending.push(...scan.run())
  }

  /** Pass the comment at the head without attaching it to anything. */
  skipLost(cursor: Cursor): void {
    this.readLine(cursor)
  }

  /** @internal Pass the comment line at the head and list it; returns its index. */
  readLine(cursor: Cursor): number {
    const start = cursor.offset
    let end = start
    while (!isBreakOrEnd(codeAt(cursor.text, end))) end += 1
    cursor.skipTo(end)
    return this.lines.push({ start, end }) - 1
  }

  /**
   * Where a block collection of column `indent` ends, `from` being where it would end without comments: before the
   * comments behind `from` that stand at its column. They become its foot.
   */
  blockEnd(from: number, indent: number): number {
    let found = from
    let stop = from
    for (let index = this.pending.length - 1; index >= this.next; index -= 1) {
      const comment = this.pending[index]
      if (comment === undefined || comment.endOffset < stop) break
      if (comment.role !== 'line' && comment.start.column === indent + 1) found = comment.start.offset
      stop = comment.scanOffset
    }
    return found
  }

  /** Hand every comment that belongs before the token at `offset` to `sink`. Heads wait while collections end. */
  deliver(offset: number, isBlockEnd: boolean, sink: CommentSink): void {
    for (let comment = this.pending[this.next]; comment !== undefined; comment = this.pending[this.next]) {
      if (offset < comment.tokenOffset) return
      if (comment.role === 'head' && isBlockEnd) return
      sink.addComment(comment.role, comment.text)
      this.next += 1
    }
  }
}

/** One run over lines that hold nothing but comments. Offsets, lines and columns are counted as go-yaml counts them. */
class CommentBlock {
  private readonly found: PendingComment[] = []
  private readonly owner: Comments
  private readonly cursor: Cursor
  private readonly state: ScanState
  private readonly token: Token
  /** The line on which a comment must start to be a foot of what stands above it; -1 at the top of the text. */
  private readonly footLine: number
  private readonly indent: number
  private scanOffset: number
  private tokenOffset: number
  private text: CommentText = []
  private start: Mark = { offset: 0, line: 0, column: 0 }
  private line: number
  private column: number
  private ahead = 0
  private firstEmpty: boolean
  private recentEmpty = false

  constructor(owner: Comments, cursor: Cursor, scanStart: Mark, state: ScanState) {
    this.owner = owner
    this.cursor = cursor
    this.state = state
    const behindEntry = state.last.type === 'flow-entry' && state.beforeLast !== undefined
    this.token = behindEntry ? (state.beforeLast ?? state.last) : state.last
    this.tokenOffset = this.token.pairs?.at(-1)?.valueStart ?? this.token.start.offset
    this.scanOffset = scanStart.offset
    this.indent = Math.max(state.indent, 0)
    this.line = cursor.line
    this.column = cursor.column
    this.firstEmpty = cursor.newlines <= 1
    const below = cursor.newlines === 0 && cursor.column > 1 ? 1 : 0
    this.footLine = scanStart.line > 0 ? cursor.line - cursor.newlines + 1 + below : -1
  }

  run(): PendingComment[] {
    for (; this.ahead < LOOKAHEAD; this.ahead += 1) {
      this.column += 1
      const code = this.cursor.peek(this.ahead)
      if (isBlank(code)) continue
      const closesFlow = this.state.flowLevel > 0 && (code === 0x5d || code === 0x7d)
      if (closesFlow || isBreakOrEnd(code)) {
        this.endLine(closesFlow, code)
        if (!isBreak(code)) break
        this.firstEmpty = false
        this.recentEmpty = true
        this.column = 0
        this.line += 1
        if (code <= CR) continue
        this.stopAtWideBreak()
        break
      }
      this.splitDedented()
      if (code !== HASH) break
      this.takeLine()
      if (isBreak(this.cursor.peek()) && this.cursor.peek() > CR) {
        this.stopAtWideBreak()
        break
      }
    }
    if (this.text.length > 0) this.finish('head', this.start.offset, this.cursor.offset + this.ahead - 1)
    return this.found
  }

  /** go-yaml looks byte by byte: behind NEL, LS and PS it meets the rest of their UTF-8 bytes and looks no further. */
  private stopAtWideBreak(): void {
    this.column = 1
    this.splitDedented()
  }

  /** A comment in another column is the foot of what stands above it, not the head of what follows. */
  private splitDedented(): void {
    const dedented = this.column - 1 < this.indent && this.column !== this.start.column
    if (this.text.length > 0 && dedented) this.finish('foot', this.tokenOffset, this.cursor.offset + this.ahead)
  }

  private endLine(closesFlow: boolean, code: number): void {
    if (this.recentEmpty && !closesFlow) return
    const dedented = this.start.column - 1 < this.indent
    const isFoot = this.start.line === this.footLine && this.token.type !== 'value'
    if (closesFlow || (this.firstEmpty && (isFoot || dedented))) {
      // the first empty line below something ends its foot; so does the end of a flow collection
      if (this.text.length === 0) return
      const target = dedented ? this.start.offset : this.tokenOffset
      this.finish('foot', target, this.cursor.offset + this.ahead)
    } else if (this.text.length > 0 && code !== 0) {
      this.text.push(NEWLINE)
    }
  }

  private takeLine(): void {
    const { cursor } = this
    if (this.text.length === 0) {
      this.start = { offset: cursor.offset + this.ahead, line: this.line, column: this.column }
    } else {
      this.text.push(NEWLINE)
    }
    this.recentEmpty = false
    const target = cursor.offset + this.ahead
    while (cursor.offset < target) if (cursor.skipBreak() === '') cursor.skip()
    this.text.push(this.owner.readLine(cursor))
    // go-yaml goes on one character behind the end of the comment: behind LF, but between CR and LF
    this.ahead = 0
    this.column = 0
    this.line = cursor.line
  }

  private finish(role: 'head' | 'foot', tokenOffset: number, endOffset: number): void {
    const { text, start, scanOffset } = this
    this.found.push({ role, text, tokenOffset, start, scanOffset, endOffset })
    if (role === 'head') return
    this.scanOffset = endOffset
    this.tokenOffset = endOffset
    this.text = []
  }
}
