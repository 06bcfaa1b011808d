import type { Edit } from '../edits.ts'
import { cannotEmit } from '../error-at.ts'
import { openedComment, openedValue } from '../flat-value.ts'
import { positionOf } from '../text.ts'
import type { Leaf, LeafPlace } from '../tree.ts'

/** A line break in a value is written as the two characters `\n`; there is no escape for these two characters. */
export function escapeValue(value: string): string {
  return value.replaceAll('\n', '\\n')
}

export function unescapeValue(raw: string): string {
  return raw.replaceAll('\\n', '\n')
}

/** A value, from behind the `=` to the end of its line. */
export class ValuePlace implements LeafPlace {
  readonly start: number
  readonly end: number

  constructor(start: number, end: number) {
    this.start = start
    this.end = end
  }

  seal(sealed: string): Edit[] {
    return [{ start: this.start, end: this.end, text: sealed }]
  }

  open(opened: Leaf): Edit[] {
    return [{ start: this.start, end: this.end, text: escapeValue(openedValue(opened)) }]
  }
}

/** A comment, from behind the `#` to the end of its line. */
export class CommentPlace implements LeafPlace {
  readonly start: number
  readonly end: number
  private readonly text: string

  constructor(text: string, start: number, end: number) {
    this.text = text
    this.start = start
    this.end = end
  }

  seal(sealed: string): Edit[] {
    return [{ start: this.start, end: this.end, text: sealed }]
  }

  open(opened: Leaf): Edit[] {
    const text = openedComment(opened)
    if (!text.includes('\n')) return [{ start: this.start, end: this.end, text }]
    // the next line would be read as a key
    const hint = 'restore the line from git'
    throw cannotEmit('an opened comment holds a line break', hint).at(positionOf(this.text, this.start))
  }
}
