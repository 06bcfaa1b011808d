import { isBullaError } from '../../errors.ts'
import type { TreeChange } from '../../format/change.ts'
import type { Source, Store } from '../../format/store.ts'
import type { Branch, Node } from '../../format/tree.ts'
import { unframed } from '../../merge/frame.ts'
import { type Insertions, mergeLines } from '../../merge/lines.ts'
import { mergeNodes } from '../../merge/three-way.ts'
import { withoutValues } from '../../merge/without-values.ts'
import { changedText } from '../values/change-text.ts'
import { alignDocuments } from './align-documents.ts'
import { changesTowards } from './changes-towards.ts'
import type { MergedText, MergeTools, PlainVersions } from './text-versions.ts'

/**
 * Merge plain texts: values by the tree, so that two changes of different values never are in each other's way; comments and
 * layout by the lines. The tree decides: lines that say something else are not taken.
 *
 * @throws FormatError when a side cannot be parsed, or what is merged cannot be written into the layout
 */
export function mergeTexts(versions: PlainVersions, tools: MergeTools): MergedText {
  const { store } = tools
  const aligned = alignDocuments(versions, tools)
  const { base, ours, theirs, notes } = aligned
  const [inBase, inOurs, inTheirs] = [base, ours, theirs].map((text) => store.parse(text).documents)
  const merged = (inOurs ?? []).map((root, index) =>
    mergeNodes({ base: inBase?.[index], ours: root, theirs: inTheirs?.[index] }),
  )
  const roots = merged.map(({ node }, index) => (node?.kind === 'branch' ? node : inOurs?.[index])) as Branch[]
  const conflicts = merged.flatMap(({ conflicts: found }, document) => [
    ...aligned.conflicts.filter((conflict) => conflict.document === document),
    ...found.map((conflict) => ({ ...conflict, document })),
  ])
  return { text: writeTrees(roots, startingText({ base, ours, theirs }, roots, tools), tools), conflicts, notes }
}

type AlignedTexts = PlainVersions & { readonly base: string }

/** So many places where both sides put in something are looked at one by one. */
const MAX_TRIES = 16

/** The lines merged, document by document, when that is a text at all; else ours. */
function startingText(versions: AlignedTexts, roots: readonly Branch[], { store, changer }: MergeTools): string {
  const { base, ours, theirs } = versions
  if (changer.documents === undefined || roots.length === 1) return mergedLines(versions, roots[0], store)
  const { split, join } = changer.documents
  const [inBase, inTheirs] = [split(base), split(theirs)]
  const parts = split(ours).map((part, index) =>
    mergedLines({ base: inBase[index] ?? part, ours: part, theirs: inTheirs[index] ?? part }, roots[index], store),
  )
  const text = join(parts)
  return isLike(text, roots.length, true, store) ? text : ours
}

/** Of a text of one document. Where values are in the way of lines beside them, lines are merged without the values. */
function mergedLines(versions: AlignedTexts, merged: Branch | undefined, store: Store): string {
  // what is read in a later document need not be a document of its own: then ours is all there is
  const repeats = isLike(versions.ours, 1, true, store) && store.parse(versions.ours).documents.some(hasRepeatedKeys)
  const isText = (text: string) => isLike(text, 1, repeats, store)
  const plain = textOfLines(versions, isText)
  if (!plain.isDisputed) return plain.text
  const values = valuesTakenOut(versions, merged, store)
  if (values === undefined) return plain.text
  const { text } = textOfLines(values, (lines) => isText(values.fill(lines)))
  return isText(values.fill(text)) ? values.fill(text) : plain.text
}

function valuesTakenOut({ base, ours, theirs }: AlignedTexts, merged: Branch | undefined, store: Store) {
  const read = (text: string) => (isLike(text, 1, true, store) ? store.parse(text).documents[0] : undefined)
  const [inBase, inOurs, inTheirs] = [read(base), read(ours), read(theirs)]
  if (inBase === undefined || inOurs === undefined || inTheirs === undefined) return undefined
  const versions = {
    base: { text: base, root: inBase },
    ours: { text: ours, root: inOurs },
    theirs: { text: theirs, root: inTheirs },
  }
  return withoutValues(versions, merged)
}

/** What both sides put in at one place stays where it can. */
function textOfLines(versions: AlignedTexts, isText: (text: string) => boolean) {
  const { base, ours, theirs, frame } = unframed(versions)
  const merge = (insertions: readonly Insertions[] = []) => {
    const merged = mergeLines(base, ours, theirs, insertions)
    return { ...merged, text: frame(merged.text) }
  }
  const all = merge()
  const full = merge(Array.from({ length: all.insertions }, (): Insertions => 'both'))
  if (isText(full.text)) return full
  if (!isText(all.text)) return { text: versions.ours, isDisputed: true }
  let insertions: Insertions[] = []
  for (let index = 0; index < Math.min(all.insertions, MAX_TRIES); index += 1) {
    const next: Insertions[] = [...insertions, 'both']
    insertions = isText(merge(next).text) ? next : [...insertions, 'ours']
  }
  return { text: merge(insertions).text, isDisputed: true }
}

/** Whether a text can be read, and holds as many documents, and keys twice only where they were so. */
function isLike(text: string, count: number, repeats: boolean, store: Store): boolean {
  try {
    const { documents } = store.parse(text)
    return documents.length === count && (repeats || !documents.some(hasRepeatedKeys))
  } catch (error) {
    if (isBullaError(error)) return false
    throw error
  }
}

function hasRepeatedKeys(node: Node): boolean {
  if (node.kind === 'list') return node.items.some((item) => item.kind !== 'comment' && hasRepeatedKeys(item))
  if (node.kind !== 'branch') return false
  const entries = node.items.filter((item) => item.kind === 'entry')
  return (
    new Set(entries.map(({ key }) => key)).size < entries.length || entries.some((item) => hasRepeatedKeys(item.value))
  )
}

/** Change `text` until it holds `roots`. @throws FormatError `ERR_EMIT` */
export function writeTrees(roots: readonly Branch[], text: string, tools: MergeTools): string {
  try {
    return written(roots, text, tools)
  } catch (error) {
    // a text of several lines that comes to stand last may need the line break that is missing there
    if (!isBullaError(error) || error.code !== 'ERR_EMIT' || text.endsWith('\n')) throw error
    return written(roots, text + (text.includes('\r\n') ? '\r\n' : '\n'), tools)
  }
}

function written(roots: readonly Branch[], text: string, { store, changer, layout }: MergeTools): string {
  let result = text
  roots.forEach((root, document) => {
    for (;;) {
      const source: Source = store.parse(result)
      const change: TreeChange | undefined = changesTowards(source.documents[document] ?? root, root)
      if (change === undefined) break
      result = changedText({ source, store, changer, layout, document, change })
    }
  })
  return result
}
