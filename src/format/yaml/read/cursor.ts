import { FormatError } from '../../../errors.ts'
import { errorAt } from '../../error-at.ts'
import { positionOf } from '../../text.ts'
import { CR, codeAt, isBlank, isBreak, LF } from './chars.ts'

/** A place in the text, with the line (0-based) and column (0-based, UTF-16 units) that layout rules look at. */
export interface Mark {
  readonly offset: number
  readonly line: number
  readonly column: number
}

/**
 * Reading head of the scanner. Beside the place it counts the line breaks since the last character that was not blank:
 * go-yaml decides by that count which comments belong to the line above.
 */
export class Cursor {
  readonly text: string
  offset: number
  line = 0
  lineStart: number
  newlines = 0

  constructor(text: string) {
    this.text = text
    const start = text.charCodeAt(0) === 0xfeff ? 1 : 0
    this.offset = start
    this.lineStart = start
  }

  get column(): number {
    return this.offset - this.lineStart
  }

  mark(): Mark {
    return { offset: this.offset, line: this.line, column: this.offset - this.lineStart }
  }

  /** The UTF-16 unit `ahead` of the head; 0 behind the end of the text. */
  peek(ahead = 0): number {
    return codeAt(this.text, this.offset + ahead)
  }

  /** Pass one character that is not a break. */
  skip(): void {
    if (!isBlank(this.peek())) this.newlines = 0
    this.offset += 1
  }

  /** Pass everything up to `end`; there is no break in between, and the last of it is not blank. */
  skipTo(end: number): void {
    if (end > this.offset) this.newlines = 0
    this.offset = end
  }

  /** Pass `count` lines; the next one starts at `lineStart`. */
  skipLines(count: number, lineStart: number): void {
    this.line += count
    this.lineStart = lineStart
  }

  skipBlanks(): void {
    while (isBlank(this.peek())) this.offset += 1
  }

  /** Pass one line break; returns it as YAML folds it: LF for CR, CRLF, LF and NEL, else itself. */
  skipBreak(): string {
    const code = this.peek()
    if (!isBreak(code)) return ''
    this.offset += code === CR && this.peek(1) === LF ? 2 : 1
    this.line += 1
    this.lineStart = this.offset
    this.newlines += 1
    return code === 0x2028 || code === 0x2029 ? String.fromCharCode(code) : '\n'
  }

  /** Whether a document indicator, `---` or `...`, stands here. */
  atDocumentIndicator(): boolean {
    if (this.offset !== this.lineStart) return false
    const code = this.peek()
    if (code !== 0x2d && code !== 0x2e) return false
    if (this.peek(1) !== code || this.peek(2) !== code) return false
    const after = this.peek(3)
    return after === 0 || isBlank(after) || isBreak(after)
  }

  /** A syntax error at `mark`, or here. */
  error(message: string, mark?: { readonly offset: number }): FormatError {
    return syntaxError(this.text, mark?.offset ?? this.offset, message)
  }

  /** The text is larger or deeper than we are ready to read. */
  limit(message: string): FormatError {
    return new FormatError('ERR_LIMIT', `YAML: ${message}`, {
      where: positionOf(this.text, this.offset),
      hint: 'put the deep part into a string, or seal the file with the binary store',
    })
  }
}

/** A FormatError `ERR_SYNTAX` at `offset` of `text`. */
export function syntaxError(text: string, offset: number, message: string, hint?: string): FormatError {
  return errorAt('ERR_SYNTAX', text, offset, `invalid YAML: ${message}`, hint)
}
