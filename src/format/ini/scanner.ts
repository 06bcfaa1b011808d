import type { Span } from '../edits.ts'
import { errorAt } from '../error-at.ts'
import { commentSign, lineEndAt, nextLine, skipSpace, trimEnd } from './chars.ts'
import { readKeyName } from './key.ts'
import { type IniValue, readValue } from './value.ts'

/** A piece of a comment, from its sign to the end of its text. go-ini joins all pieces before a key into one comment. */
export interface Piece extends Span {
  /** On a line of its own, behind a section header, or behind a value. */
  readonly stands: 'line' | 'header' | IniValue
}

export interface IniKey {
  readonly name: string
  /** Start of the key's line, indentation excluded. */
  readonly start: number
  readonly value: IniValue
  readonly comment: readonly Piece[]
}

export interface IniSection {
  readonly name: string
  /** Start of the header's line, or of the text for keys before any header. */
  readonly start: number
  readonly comment: readonly Piece[]
  readonly keys: IniKey[]
  /** Where the line after the header or after the last key starts. */
  end: number
  /** Comments that go-ini drops: behind a closing quote, or at the end of the file. */
  readonly lost: (readonly Piece[])[]
}

/** Name of the section for keys before any header. */
export const DEFAULT = 'DEFAULT'

/**
 * Read an INI text as go-ini does with sops's options (non-unique sections).
 *
 * @throws FormatError `ERR_SYNTAX` where go-ini fails and where it would drop something; `ERR_UTF8` for UTF-16
 * @see gopkg.in/ini.v1 `parser.go`, parse
 */
export function scanIni(text: string): IniSection[] {
  return new Scanner(text).sections()
}

class Scanner {
  private readonly text: string
  private pending: Piece[] = []
  private automatic = 1
  private keys = new Set<string>()

  constructor(text: string) {
    this.text = text
  }

  sections(): IniSection[] {
    this.checkUtf16()
    const start = this.text.startsWith('\ufeff') ? 1 : 0
    let section: IniSection = { name: DEFAULT, start, comment: [], keys: [], end: start, lost: [] }
    const sections = [section]
    for (let lineStart = start; lineStart < this.text.length; ) {
      const lineEnd = lineEndAt(this.text, lineStart)
      const from = skipSpace(this.text, lineStart, lineEnd)
      let next = nextLine(this.text, lineEnd)
      if (this.text[from] === '[' && from < lineEnd) {
        section = this.header(lineStart, from, lineEnd)
        sections.push(section)
      } else if (commentSign(this.text, from, Math.min(from + 1, lineEnd)) === from) {
        this.pending.push({ start: from, end: lineEnd, stands: 'line' })
      } else if (from < lineEnd) {
        next = this.key(section, from, lineEnd)
      }
      lineStart = next
    }
    this.drop(section, this.takeComment())
    return sections
  }

  private checkUtf16(): void {
    if (!/^(?:\udcfe\udcff|\udcff\udcfe)/.test(this.text)) return
    throw errorAt('ERR_UTF8', this.text, 0, 'the file is UTF-16', 'save it as UTF-8')
  }

  private header(lineStart: number, from: number, lineEnd: number): IniSection {
    const close = from + this.text.slice(from, lineEnd).lastIndexOf(']')
    if (close < from) throw errorAt('ERR_SYNTAX', this.text, from, 'a section header is not closed', 'add the "]"')
    const name = this.text.slice(from + 1, close)
    if (name === '') throw errorAt('ERR_SYNTAX', this.text, from, 'a section has no name', 'write one between [ and ]')
    const behind = skipSpace(this.text, close + 1, lineEnd)
    if (behind < lineEnd) this.inline(behind, trimEnd(this.text, behind, lineEnd))
    this.automatic = 1
    this.keys = new Set()
    const end = nextLine(this.text, lineEnd)
    return { name, start: lineStart, comment: this.takeComment(), keys: [], end, lost: [] }
  }

  private inline(start: number, end: number): void {
    if (commentSign(this.text, start, start + 1) !== start) {
      const hint = 'SOPS would drop it; put it on a line of its own'
      throw errorAt('ERR_SYNTAX', this.text, start, 'there is text behind a section header', hint)
    }
    this.pending.push({ start, end, stands: 'header' })
  }

  /** @returns where the next line starts */
  private key(section: IniSection, start: number, lineEnd: number): number {
    const key = readKeyName(this.text, start, lineEnd)
    const value = readValue(this.text, key.valueStart, lineEnd)
    const name = key.name === '-' ? `#${this.automatic++}` : key.name
    if (this.keys.has(name)) {
      const hint = 'SOPS would keep only the last one; rename one, or seal the file with the binary store'
      throw errorAt('ERR_SYNTAX', this.text, start, 'a key stands twice in its section', hint)
    }
    this.keys.add(name)
    if (value.inline !== undefined) this.pending.push({ ...value.inline, stands: value })
    if (value.lost !== undefined) this.drop(section, [{ ...value.lost, stands: value }])
    section.keys.push({ name, start, value, comment: this.takeComment() })
    section.end = value.next
    return value.next
  }

  private drop(section: IniSection, comment: readonly Piece[]): void {
    if (comment.length > 0) section.lost.push(comment)
  }

  /** The pending comment without the white space at its end. */
  private takeComment(): Piece[] {
    const pieces = this.pending
    this.pending = []
    const last = pieces.pop()
    return last === undefined ? [] : [...pieces, { ...last, end: trimEnd(this.text, last.start, last.end) }]
  }
}
