import type { Span } from '../../src/format/edits.ts'
import { type Selector, selectsAt } from '../../src/format/selector.ts'
import type { Source } from '../../src/format/store.ts'
import type { Comment, Leaf, Node } from '../../src/format/tree.ts'
import { walk } from '../../src/format/walk.ts'

/** Numbers of the lines, from 0, on which something stands that a selector seals, or an alias that repeats such. */
export function linesToSeal({ text, documents, aliases, lostComments }: Source, selector: Selector): Set<number> {
  const lines = new Set<number>()
  const add = (span: Span | undefined): void => {
    if (span === undefined) return
    const first = text.slice(0, span.start).split('\n').length - 1
    const count = text.slice(span.start, span.end).split('\n').length
    for (let line = first; line < first + count; line += 1) lines.add(line)
  }
  const selected = new Set<Leaf>()
  walk(documents, selector, (leaf, visit) => {
    if (visit.selected) selected.add(leaf)
    return false
  })
  for (const leaf of selected) add(leaf.place)
  const isAffected = (node: Node | Comment): boolean => {
    if (node.kind === 'scalar' || node.kind === 'comment') return selected.has(node)
    if (node.kind === 'null') return false
    return node.items.some((item) => isAffected(item.kind === 'entry' ? item.value : item))
  }
  for (const alias of aliases) if (isAffected(alias)) add(alias.alias)
  for (const { path, comment } of lostComments) {
    if (selectsAt(selector, path, comment.text)) add(comment.place)
  }
  return lines
}

/**
 * The first line of a sealed text, without its metadata, that should not be there: it is not a line of the plain text, in
 * its order, and holds nothing sealed. Only lines of `toSeal` may be missing from it.
 *
 * @returns undefined when there is none
 */
export function strayLine(plain: string, sealed: string, toSeal: ReadonlySet<number>): string | undefined {
  const plainLines = plain.split('\n')
  // all places in the plain text at which the reading of the sealed one may have arrived
  let places = withSkipped(new Set([0]), toSeal)
  for (const line of sealed.split('\n')) {
    const next = new Set<number>()
    for (const place of places) {
      if (plainLines[place] === line) next.add(place + 1)
      if (line.includes('ENC[AES256_GCM,')) next.add(place)
    }
    if (next.size === 0) return line
    places = withSkipped(next, toSeal)
  }
  return places.has(plainLines.length) ? undefined : '(end of file)'
}

function withSkipped(places: Set<number>, toSeal: ReadonlySet<number>): Set<number> {
  // a set may grow while it is walked: the new ones come too
  for (const place of places) if (toSeal.has(place)) places.add(place + 1)
  return places
}
