import { FormatError } from '../../errors.ts'
import type { Edit } from '../edits.ts'
import { cannotEmit } from '../error-at.ts'
import { openedValue } from '../flat-value.ts'
import { positionOf } from '../text.ts'
import type { Leaf, LeafPlace } from '../tree.ts'
import { lineEndAt, trim } from './chars.ts'
import { type IniValue, type Quote, readValue } from './value.ts'

/** A value in an INI text, with its quotes. */
export class ValuePlace implements LeafPlace {
  readonly start: number
  readonly end: number
  private readonly text: string
  private readonly value: IniValue

  constructor(text: string, value: IniValue) {
    this.text = text
    this.value = value
    this.start = value.start
    this.end = value.end
  }

  seal(sealed: string): Edit[] {
    const { quote } = this.value
    return [{ start: this.start, end: this.end, text: `${quote}${sealed}${this.keptBreak()}${quote}` }]
  }

  open(opened: Leaf): Edit[] {
    const value = openedValue(opened)
    const { quote } = this.value
    const behind = this.text.slice(this.end, this.value.next)
    const spelling = [quoted(value, quote), ...spellings(value)].find((text) => this.readsBack(text, behind, value))
    if (spelling !== undefined) return [{ start: this.start, end: this.end, text: spelling }]
    const hint = 'INI has no quotes for this text; seal the file with the binary store'
    throw cannotEmit('an opened value cannot be written where it stands', hint).at(positionOf(this.text, this.start))
  }

  /**
   * go-ini reads a comment behind a closing quote only when the value has line breaks. So one stays: sops looks at the
   * first line of a sealed value only.
   */
  private keptBreak(): string {
    if (!this.value.multiline || this.value.inline === undefined) return ''
    return this.text[lineEndAt(this.text, this.start) - 1] === '\r' ? '\r\n' : '\n'
  }

  /** Whether `spelling`, followed by what stands behind it now, is read as `value`, and the rest as it was. */
  private readsBack(spelling: string, behind: string, value: string): boolean {
    const read = tryRead(spelling + behind)
    if (read === undefined || read.text !== value || read.next !== spelling.length + behind.length) return false
    const sameComment = (read.inline === undefined) === (this.value.inline === undefined)
    return sameComment && (read.lost === undefined) === (this.value.lost === undefined)
  }
}

/** Ways to write a value, the one that sops takes first. */
export function spellings(value: string): string[] {
  return [...new Set([sopsSpelling(value), value, ...(['"', "'", '`', '"""'] as const).map((q) => quoted(value, q))])]
}

/** @see gopkg.in/ini.v1 `file.go`, writeToBuffer */
function sopsSpelling(value: string): string {
  if (/[\n`]/.test(value)) return quoted(value, '"""')
  if (/[#;]/.test(value)) return quoted(value, '`')
  return trim(value) === value ? value : quoted(value, '"')
}

/** Whether a value that stands alone behind its key, as `spelling`, is read as `value`. */
export function isReadAs(spelling: string, value: string): boolean {
  const read = tryRead(`${spelling}\n`)
  return read !== undefined && read.text === value && read.next === spelling.length + 1 && read.inline === undefined
}

function quoted(value: string, quote: Quote): string {
  return `${quote}${value}${quote}`
}

function tryRead(text: string): IniValue | undefined {
  try {
    return readValue(text, 0, lineEndAt(text, 0))
  } catch (error) {
    if (error instanceof FormatError) return undefined
    throw error
  }
}
