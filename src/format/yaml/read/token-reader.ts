import type { CommentSink } from './comments.ts'
import { type Attached, type CommentLine, type CommentText, NEWLINE, NO_COMMENTS, NO_TEXT } from './nodes.ts'
import { Scanner } from './scanner.ts'
import type { Token } from './tokens.ts'

/** Tokens one by one, and the comments that have come up but belong to no node yet. */
export class TokenReader implements CommentSink {
  private readonly scanner: Scanner
  private head: CommentText = NO_TEXT
  private line: CommentText = NO_TEXT
  private foot: CommentText = NO_TEXT
  private stem: CommentText = NO_TEXT

  constructor(text: string, maxDepth: number) {
    this.scanner = new Scanner(text, maxDepth)
    this.scanner.peek()
    this.scanner.skip() // the start of the stream
  }

  /** Every comment read so far. */
  get comments(): readonly CommentLine[] {
    return this.scanner.comments.lines
  }

  /** The next token; comments that belong before its end become pending. */
  peek(): Token {
    const token = this.scanner.peek()
    this.scanner.comments.deliver(token.start.offset, token.type === 'block-end', this)
    return token
  }

  /** Pass the token that was looked at. */
  skip(): void {
    this.scanner.skip()
  }

  next(): Token {
    this.skip()
    return this.peek()
  }

  /** Comments that belong before the value at `offset`, inside the token that was looked at, become pending. */
  reach(offset: number): void {
    this.scanner.comments.deliver(offset, false, this)
  }

  addComment(role: 'head' | 'line' | 'foot', text: CommentText): void {
    this[role] = this[role].length > 0 ? [...this[role], NEWLINE, ...text] : text
  }

  /** All pending comments; there are none afterwards. */
  takeComments(): Attached {
    const { head, line, foot } = this
    this.stem = NO_TEXT
    if (head.length + line.length + foot.length === 0) return NO_COMMENTS
    this.head = NO_TEXT
    this.line = NO_TEXT
    this.foot = NO_TEXT
    return { head, line, foot }
  }

  /** Those that {@link splitStem} set aside. */
  takeStem(): Attached {
    const head = this.stem
    this.stem = NO_TEXT
    return head.length === 0 ? NO_COMMENTS : { head, line: NO_TEXT, foot: NO_TEXT }
  }

  /** Pass a `-`. Comments above one that opens a collection head the collection, not its first entry. */
  skipDash(): void {
    const { length } = this.head
    this.skip()
    if (length === 0) return
    const { type } = this.peek()
    if (type !== 'block-sequence-start' && type !== 'block-mapping-start') return
    this.stem = this.head.slice(0, length)
    this.head = this.head.slice(length + 1)
  }

  /** Comments before the last empty line are the document's, those behind it belong to what follows. */
  splitDocumentHead(): CommentText {
    const { head } = this
    for (let index = head.length - 1; index > 0; index -= 1) {
      if (head[index] !== NEWLINE) continue
      if (index !== head.length - 1 && head[index - 1] !== NEWLINE) continue
      this.head = head.slice(index + 1)
      return head.slice(0, index === head.length - 1 ? index : index - 1)
    }
    return NO_TEXT
  }
}
