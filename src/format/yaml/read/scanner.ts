import { HASH, isBlankOrEnd, isBreak, SPACE, TAB } from './chars.ts'
import { Comments } from './comments.ts'
import { Cursor, type Mark } from './cursor.ts'
import { KeyCandidates } from './key-candidates.ts'
import { scanBlockScalar } from './scan-block-scalar.ts'
import { scanDirective } from './scan-directive.ts'
import { scanAnchor, scanTag } from './scan-properties.ts'
import { scanPlainScalar, scanQuotedScalar } from './scan-scalar.ts'
import { readSimplePairs } from './simple-pairs.ts'
import { TokenQueue } from './token-queue.ts'
import type { Token, TokenType } from './tokens.ts'

/**
 * Text to tokens, one at a time, two ahead of the reader: go-yaml needs that lookahead to attach comments, and which
 * comments it has seen when a token is taken decides where they go. Accepts what libyaml accepts.
 *
 * @see YAML 1.1 <https://yaml.org/spec/1.1/>
 */
export class Scanner {
  readonly comments = new Comments()
  private readonly cursor: Cursor
  private readonly maxDepth: number
  private readonly queue = new TokenQueue()
  private indent = -1
  private readonly indents: number[] = []
  /** Beside `indents`: whether the block that was opened there is a mapping. */
  private readonly mappings: boolean[] = []
  private readonly keys: KeyCandidates
  private keyAllowed = true
  private started = false
  private ended = false

  /** @param maxDepth - collections that may stand in one another before the text is refused */
  constructor(text: string, maxDepth: number) {
    this.cursor = new Cursor(text)
    this.keys = new KeyCandidates(this.cursor)
    this.maxDepth = maxDepth
  }

  /** The next token, left in place. */
  peek(): Token {
    this.fill()
    const token = this.queue.first
    if (token === undefined) throw new RangeError('read past the end of the stream')
    return token
  }

  /** Pass the next token. */
  skip(): void {
    this.queue.take()
  }

  private get inMapping(): boolean {
    return this.mappings.at(-1) === true
  }

  private get flowLevel(): number {
    return this.keys.flowLevel
  }

  private fill(): void {
    while (!this.ended) {
      if (this.queue.waiting > 2 && !this.keys.has(this.queue.taken)) return
      this.fetch()
    }
  }

  private fetch(): void {
    const { cursor } = this
    if (!this.started) {
      this.started = true
      this.keys.enter()
      this.push('stream-start', cursor.mark())
      return
    }
    const scanStart = cursor.mark()
    this.skipToToken(scanStart)
    this.closeBlocks(cursor.column, scanStart.offset)
    const code = cursor.peek()
    if (code === 0) this.fetchStreamEnd()
    else if (cursor.column === 0 && code === 0x25) this.fetchDirective()
    else if (cursor.atDocumentIndicator()) this.fetchDocumentIndicator(code)
    else if (!this.fetchSimplePairs()) this.fetchWithComment(code)
  }

  /** The short way for lines of `key: value`: one token where the long way would make four of each. */
  private fetchSimplePairs(): boolean {
    const { cursor } = this
    if (this.flowLevel > 0 || !this.keyAllowed) return false
    const { column } = cursor
    if (column === this.indent ? !this.inMapping : column < this.indent) return false
    const pairs = readSimplePairs(cursor.text, cursor.offset, column)
    const last = pairs.at(-1)
    if (last === undefined) return false
    this.keys.drop()
    const start = cursor.mark()
    this.openBlock('block-mapping-start', start)
    this.queue.push({ type: 'pairs', start, end: last.valueEnd, pairs })
    cursor.skipLines(pairs.length - 1, last.keyStart - column)
    cursor.skipTo(last.valueEnd)
    this.keyAllowed = last.style === 'plain'
    if (this.keyAllowed) {
      // the scanner looks for more of a plain value up to the next text
      cursor.skipBreak()
      while (cursor.peek() === SPACE) cursor.offset += 1
    }
    return true
  }

  private fetchWithComment(code: number): void {
    // what follows a ':' or a ',' on its line is said about what stands before it
    const behind = this.flowLevel === 0 ? code === 0x3a : code === 0x2c
    const start = this.cursor.offset
    const target = behind ? (this.queue.last?.start.offset ?? start) : start
    this.fetchToken(code)
    // a '-' has no comment: what stands behind it heads what follows
    if (this.queue.last?.type !== 'block-entry') this.comments.scanBehind(this.cursor, target)
  }

  private fetchToken(code: number): void {
    const { cursor } = this
    const flow = this.flowLevel > 0
    const spaced = isBlankOrEnd(cursor.peek(1))
    if (code === 0x5b) this.openFlow('flow-sequence-start')
    else if (code === 0x7b) this.openFlow('flow-mapping-start')
    else if (code === 0x5d) this.closeFlow('flow-sequence-end')
    else if (code === 0x7d) this.closeFlow('flow-mapping-end')
    else if (code === 0x2c) this.fetchFlowEntry()
    else if (code === 0x2d && spaced) this.fetchBlockEntry()
    else if (code === 0x3f && (flow || spaced)) this.fetchKey()
    else if (code === 0x3a && (flow || spaced)) this.fetchValue()
    else if (code === 0x2a) this.fetchProperty(() => scanAnchor(cursor, 'alias'))
    else if (code === 0x26) this.fetchProperty(() => scanAnchor(cursor, 'anchor'))
    else if (code === 0x21) this.fetchProperty(() => scanTag(cursor))
    else if ((code === 0x7c || code === 0x3e) && !flow) this.fetchBlockScalar(code === 0x7c)
    else if (code === TAB || '|>#%@`'.includes(String.fromCharCode(code))) this.refuse()
    else this.fetchScalar(code)
  }

  private saveKey(): void {
    this.keys.save(this.queue.nextNumber, this.flowLevel === 0 && this.indent === this.cursor.column)
  }

  private refuse(): never {
    throw this.cursor.error(
      this.cursor.peek() === TAB
        ? 'a tab stands where only spaces may indent'
        : 'a value cannot start with this character; quote the value',
    )
  }

  // --- tokens ------------------------------------------------------------------------------------------------------

  private push(type: TokenType, start: Mark, position?: number): void {
    const token: Token = { type, start, end: this.cursor.offset }
    if (position === undefined) this.queue.push(token)
    else this.queue.insert(token, position)
  }

  /** Pass `length` characters and put them in the queue as one token. */
  private take(type: TokenType, length = 1): void {
    const start = this.cursor.mark()
    for (let count = 0; count < length; count += 1) this.cursor.skip()
    this.push(type, start)
  }

  private fetchStreamEnd(): void {
    this.endDocument()
    this.ended = true
    this.push('stream-end', this.cursor.mark())
  }

  private fetchDirective(): void {
    this.endDocument()
    this.queue.push(scanDirective(this.cursor, this.comments))
  }

  private fetchDocumentIndicator(code: number): void {
    this.endDocument()
    this.take(code === 0x2d ? 'document-start' : 'document-end', 3)
  }

  private endDocument(): void {
    this.closeBlocks(-1, this.cursor.offset)
    this.keys.drop()
    this.keyAllowed = false
  }

  private openFlow(type: TokenType): void {
    if (this.keyAllowed) this.saveKey()
    this.keys.enter()
    this.checkDepth()
    this.keyAllowed = true
    this.take(type)
  }

  private closeFlow(type: TokenType): void {
    this.keys.drop()
    this.keys.leave()
    this.keyAllowed = false
    this.take(type)
  }

  private fetchFlowEntry(): void {
    this.keys.drop()
    this.keyAllowed = true
    this.take('flow-entry')
  }

  private fetchBlockEntry(): void {
    if (this.flowLevel === 0) {
      if (!this.keyAllowed) throw this.cursor.error('a list cannot start here')
      this.openBlock('block-sequence-start', this.cursor.mark())
    }
    this.keys.drop()
    this.keyAllowed = true
    this.take('block-entry')
  }

  private fetchKey(): void {
    if (this.flowLevel === 0) {
      if (!this.keyAllowed) throw this.cursor.error('a mapping key cannot stand here')
      this.openBlock('block-mapping-start', this.cursor.mark())
    }
    this.keys.drop()
    this.keyAllowed = this.flowLevel === 0
    this.take('key')
  }

  private fetchValue(): void {
    const key = this.keys.claim()
    if (key !== undefined) {
      const position = key.tokenNumber - this.queue.taken
      this.push('key', key.mark, position)
      this.openBlock('block-mapping-start', key.mark, position)
      this.keyAllowed = false
    } else {
      if (this.flowLevel === 0) {
        if (!this.keyAllowed)
          throw this.cursor.error('a mapping value cannot stand here; quote the text that holds ": "')
        this.openBlock('block-mapping-start', this.cursor.mark())
      }
      this.keyAllowed = this.flowLevel === 0
    }
    this.take('value')
  }

  private fetchProperty(scan: () => Token): void {
    if (this.keyAllowed) this.saveKey()
    this.keyAllowed = false
    this.queue.push(scan())
  }

  private fetchBlockScalar(literal: boolean): void {
    this.keys.drop()
    this.keyAllowed = true
    this.queue.push(scanBlockScalar(this.cursor, this.comments, literal, this.indent))
  }

  private fetchScalar(code: number): void {
    if (this.keyAllowed) this.saveKey()
    this.keyAllowed = false
    if (code === 0x22 || code === 0x27) {
      this.queue.push(scanQuotedScalar(this.cursor, code))
      return
    }
    const { token, endsLine } = scanPlainScalar(this.cursor, this.flowLevel > 0, this.indent)
    if (endsLine) this.keyAllowed = true
    this.queue.push(token)
  }

  // --- indentation -------------------------------------------------------------------------------------------------

  private openBlock(type: TokenType, mark: Mark, position?: number): void {
    if (this.flowLevel > 0 || this.indent >= mark.column) return
    this.indents.push(this.indent)
    this.mappings.push(type === 'block-mapping-start')
    this.indent = mark.column
    this.checkDepth()
    this.push(type, mark, position)
  }

  private closeBlocks(column: number, scanOffset: number): void {
    if (this.flowLevel > 0) return
    let end = scanOffset - 1
    while (this.indent > column) {
      end = this.comments.blockEnd(end, this.indent)
      this.queue.push({ type: 'block-end', start: { offset: end, line: this.cursor.line, column: 0 }, end })
      this.indent = this.indents.pop() ?? -1
      this.mappings.pop()
    }
  }

  private checkDepth(): void {
    if (this.flowLevel + this.indents.length <= this.maxDepth) return
    throw this.cursor.limit(`more than ${this.maxDepth} collections stand in one another`)
  }

  // --- blank space and comments ------------------------------------------------------------------------------------

  private skipToToken(scanStart: Mark): void {
    const { cursor } = this
    for (;;) {
      // tabs may not indent: not at the start of a line, nor behind '-', '?' or ':' of a block
      const tabs = this.flowLevel > 0 || !this.keyAllowed
      while (cursor.peek() === SPACE || (tabs && cursor.peek() === TAB)) cursor.offset += 1
      this.turnLineIntoHead()
      if (cursor.peek() === HASH) this.scanComments(scanStart)
      if (!isBreak(cursor.peek())) return
      cursor.skipBreak()
      if (this.flowLevel === 0) this.keyAllowed = true
    }
  }

  private scanComments(scanStart: Mark): void {
    const last = this.queue.last
    if (last === undefined) return
    const state = { indent: this.indent, flowLevel: this.flowLevel, last, beforeLast: this.queue.beforeLast }
    this.comments.scanLines(this.cursor, scanStart, state)
  }

  /** A comment behind the key of a list heads the first entry: `list: # comment` and then `- entry`. */
  private turnLineIntoHead(): void {
    const comment = this.comments.latest
    if (comment === undefined || comment.role !== 'line' || isBreak(this.cursor.peek())) return
    if (this.queue.last?.type !== 'block-entry' || this.queue.beforeLast?.type !== 'block-sequence-start') return
    comment.role = 'head'
    if (comment.start.line === this.cursor.line - 1) comment.tokenOffset = this.cursor.offset
  }
}
