/** Half-open range of UTF-16 offsets in a text. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** Replace a span by `text`; an empty span inserts. */
export interface Edit extends Span {
  readonly text: string
  /**
   * Set when the edit cannot change how anything around it is read, and is read itself as what it was made for. A text
   * after edits that are not all sure has to be read again to know.
   */
  readonly isSure?: true
}

/** Whether the text after `edits` needs no second look. */
export function areSure(edits: readonly Edit[]): boolean {
  return edits.every((edit) => edit.isSure === true)
}

/**
 * Apply `edits` to `text` in one pass. They may come in any order; insertions at the same offset keep the order given.
 *
 * @throws RangeError when two edits overlap: that is a bug in the caller, never a property of the input.
 */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  if (edits.length === 0) return text
  const sorted = isSorted(edits) ? edits : edits.toSorted((a, b) => a.start - b.start || a.end - b.end)
  const parts: string[] = []
  let position = 0
  sorted.forEach((edit) => {
    if (edit.start < position || edit.end < edit.start || edit.end > text.length) throw new RangeError('edits overlap')
    parts.push(text.slice(position, edit.start), edit.text)
    position = edit.end
  })
  parts.push(text.slice(position))
  return parts.join('')
}

function isSorted(edits: readonly Edit[]): boolean {
  let end = 0
  return edits.every((edit) => {
    const isBehind = edit.start >= end
    end = edit.end
    return isBehind
  })
}
