import type { Edit } from '../edits.ts'
import { looksSealed } from '../enc.ts'
import { cannotEmit } from '../error-at.ts'
import { openedComment } from '../flat-value.ts'
import { positionOf } from '../text.ts'
import type { Comment, Leaf, LeafPlace } from '../tree.ts'
import { lineEndAt, nextLine, trim } from './chars.ts'
import type { Piece } from './scanner.ts'

/** The node of a comment; undefined when there are no pieces. */
export function commentNode(text: string, pieces: readonly Piece[]): Comment | undefined {
  const [first, ...others] = pieces
  if (first === undefined) return undefined
  const place = new CommentPlace(text, first, others)
  const head = text.slice(place.start, first.end)
  // the signs that stay behind of a sealed comment say where its lines were; they are not part of it
  const sealed = looksSealed(head) && others.every((piece) => piece.end - piece.start === 1)
  const lines = sealed ? [trim(head)] : [head, ...others.map((piece) => text.slice(piece.start, piece.end))]
  return { kind: 'comment', text: lines.join('\n'), inline: false, place }
}

/** Where the text of a first piece starts: sops takes off its sign, as often as it stands there, and spaces. */
function contentStart(text: string, piece: Piece): number {
  const sign = text[piece.start]
  let position = piece.start
  while (position < piece.end && (text[position] === sign || text[position] === ' ')) position += 1
  return position
}

/**
 * A comment, which may have many lines and stand on both sides of a key.
 *
 * Lines of equal indentation without a gap are sealed as one line and come back as they were. Otherwise every further
 * line leaves its sign where it stood: for sops the comment is then `ENC[…]` and lines it does not look at. Behind a
 * section header nothing can be sealed, as the name goes to the last `]` of the line: there the sealed text gets a line
 * of its own above, and the sign stays.
 */
class CommentPlace implements LeafPlace {
  readonly start: number
  readonly end: number
  private readonly text: string
  private readonly first: Piece
  private readonly others: readonly Piece[]

  constructor(text: string, first: Piece, others: readonly Piece[]) {
    this.text = text
    this.first = first
    this.others = others
    this.start = contentStart(text, first)
    this.end = first.end
  }

  seal(sealed: string): Edit[] {
    if (this.first.stands === 'header') return this.sealHeader(sealed)
    if (this.isBlock()) return [{ start: this.start, end: this.lastEnd(), text: sealed }]
    const signs = this.others.map((piece) => replace(piece, this.text.charAt(piece.start)))
    return [this.head(sealed), ...signs]
  }

  open(opened: Leaf): Edit[] {
    const lines = openedComment(opened).split('\n')
    const [other] = this.others
    if (lines.length === this.others.length + 1) return this.openPieces(lines)
    if (lines.length === 1 && this.others.length === 1 && other?.stands === 'header')
      return this.openHeader(lines, other)
    // one sealed line for many, or a text that another program changed: the lines go to the first place
    return [this.head(this.block(lines)), ...this.others.map((piece) => replace(piece, ''))]
  }

  private head(text: string): Edit {
    return { start: this.start, end: this.end, text }
  }

  private sealHeader(sealed: string): Edit[] {
    const { first, text } = this
    const from = this.lineStart(first)
    const indent = text.slice(from, text.indexOf('[', from))
    const newline = text[lineEndAt(text, first.end) - 1] === '\r' ? '\r\n' : '\n'
    const line = `${indent}${text.slice(first.start, this.start)}${sealed}${newline}`
    return [{ start: from, end: from, text: line }, replace(first, text.charAt(first.start))]
  }

  /** The line above goes, the text goes behind the header. */
  private openHeader(lines: readonly string[], header: Piece): Edit[] {
    const { first, text } = this
    const end = nextLine(text, lineEndAt(text, first.end))
    const content = this.checked(lines.join('\n'), header)
    const opened = replace(header, text.slice(first.start, this.start) + content)
    return [{ start: this.lineStart(first), end, text: '' }, opened]
  }

  /** Every line to its own place. */
  private openPieces(lines: readonly string[]): Edit[] {
    const [head = '', ...tail] = lines
    return [
      this.head(this.checked(head, this.first)),
      ...this.others.map((piece, index) => replace(piece, this.checked(asComment(tail[index] ?? ''), piece))),
    ]
  }

  private block(lines: readonly string[]): string {
    const [head = '', ...tail] = lines
    const indent = this.indentOf(this.first)
    return this.checked([head, ...tail.map((line) => indent + asComment(line))].join('\n'), this.first)
  }

  /** Whether the pieces are lines of one block, which one line can stand for. */
  private isBlock(): boolean {
    const indent = this.indentOf(this.first)
    let lineEnd = this.first.end
    for (const piece of this.others) {
      if (piece.stands !== 'line' || this.lineStart(piece) !== lineEnd + 1 || this.indentOf(piece) !== indent)
        return false
      lineEnd = piece.end
    }
    return true
  }

  private lineStart(piece: Piece): number {
    const start = this.text.lastIndexOf('\n', piece.start) + 1
    return start === 0 && this.text.startsWith('\ufeff') ? 1 : start
  }

  private indentOf(piece: Piece): string {
    return this.text.slice(this.lineStart(piece), piece.start)
  }

  private lastEnd(): number {
    return this.others.at(-1)?.end ?? this.end
  }

  /** A comment behind something must not become a part of it, or take something in. */
  private checked(text: string, piece: Piece): string {
    if (piece.stands === 'line' || (!text.includes('\n') && fits(text, piece.stands))) return text
    const hint = 'sealed lines were exchanged; restore the file from git'
    throw cannotEmit('an opened comment does not fit where it stands', hint).at(positionOf(this.text, piece.start))
  }
}

function fits(text: string, stands: Exclude<Piece['stands'], 'line'>): boolean {
  if (stands === 'header') return !text.includes(']')
  const raw = stands.quote === '"""' || stands.quote === '`'
  if (raw && text.includes(stands.quote)) return false
  return (raw && !stands.multiline) || !trim(text).endsWith('\\')
}

function replace(piece: Piece, text: string): Edit {
  return { start: piece.start, end: piece.end, text }
}

/** Lines of a comment but the first bring their own sign; a line that does not would be read as a key or a section. */
function asComment(line: string): string {
  return /^[#;]/.test(line) ? line : `; ${line}`
}
