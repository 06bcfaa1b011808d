import type { Edit } from '../edits.ts'
import { cannotEmit } from '../error-at.ts'
import { lineEndAfter } from './block-room.ts'
import type { ChangeLayout } from './change-layout.ts'
import type { YamlCollection } from './read/nodes.ts'
import { itemEnd, lineStart, nextLine, type Spot, startOf } from './spot.ts'

/** Take out the entry or the element at `spot` with its lines. Comments above it stay. */
export function remove(spot: Spot, layout: ChangeLayout): Edit[] {
  const { parent } = spot
  if (parent === undefined) throw cannotEmit('a whole document cannot be taken out')
  const { collection, index } = parent
  const { length } = collection.kind === 'mapping' ? collection.pairs : collection.items
  if (collection.flow) return [removeFromFlow(collection, index, length, layout)]
  if (length === 1) return [removeOnly(parent.spot, collection, layout)]
  return [removeLines(collection, index, length, layout)]
}

/** What is left is an empty collection: it stands behind the key, or below the comments that stay. */
function removeOnly(spot: Spot, collection: YamlCollection, { text, indent }: ChangeLayout): Edit {
  const start = startOf(text, collection, 0)
  const end = itemEnd(text, collection, 0)
  const empty = collection.kind === 'mapping' ? '{}' : '[]'
  const { head, column } = spot
  if (head !== undefined && text.slice(head, start).trim() === '') return { start: head, end, text: ` ${empty}` }
  const tooFarLeft = head !== undefined && collection.column <= column
  return { start, end, text: (tooFarLeft ? ' '.repeat(indent) : '') + empty }
}

function removeLines(collection: YamlCollection, index: number, length: number, { text }: ChangeLayout): Edit {
  const start = startOf(text, collection, index)
  const end = lineEndAfter(text, itemEnd(text, collection, index))
  const line = lineStart(text, start)
  if (text.slice(line, start).replace('\ufeff', '').trim() === '') {
    const from = text.startsWith('\ufeff', line) ? line + 1 : line
    const next = nextLine(text, end)
    // of the last line of a text that does not end with a line break, the one before it goes
    if (next === end) return { start: from - breakBefore(text, from), end, text: '' }
    return { start: from, end: next, text: '' }
  }
  // the first one stands behind a dash: the next one takes its place
  const following = index + 1 < length ? startOf(text, collection, index + 1) : end
  const between = text.slice(itemEnd(text, collection, index), following)
  if (between.trim() === '') return { start, end: following, text: '' }
  const before = text.slice(line, start)
  return { start: start - (before.length - before.trimEnd().length), end, text: '' }
}

function breakBefore(text: string, offset: number): number {
  if (text.startsWith('\r\n', offset - 2)) return 2
  return offset > 0 ? 1 : 0
}

/** With one comma. Comments that stand between stay where they can. */
function removeFromFlow(collection: YamlCollection, index: number, length: number, { text }: ChangeLayout): Edit {
  const start = startOf(text, collection, index)
  const end = itemEnd(text, collection, index)
  if (index + 1 < length) {
    const next = startOf(text, collection, index + 1)
    const comma = end + text.slice(end, next).indexOf(',') + 1
    const hasComment = text.slice(end, next).includes('#')
    return { start, end: hasComment && comma > end ? comma : next, text: '' }
  }
  return { start: index === 0 ? start : itemEnd(text, collection, index - 1), end, text: '' }
}
