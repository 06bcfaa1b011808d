import { isBullaError } from '../../errors.ts'
import type { TreeChange } from '../../format/change.ts'
import type { Source, Store } from '../../format/store.ts'
import type { Branch, Node } from '../../format/tree.ts'
import { type Insertions, mergeLines } from '../../merge/lines.ts'
import { mergeNodes } from '../../merge/three-way.ts'
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
  return { text: writeTrees(roots, startingText({ base, ours, theirs }, roots.length, tools), tools), conflicts, notes }
}

type AlignedTexts = PlainVersions & { readonly base: string }

/** So many places where both sides put in something are looked at one by one. */
const MAX_TRIES = 16

/** The lines merged, document by document, when that is a text at all; else ours. */
function startingText({ base, ours, theirs }: AlignedTexts, count: number, { store, changer }: MergeTools): string {
  if (changer.documents === undefined || count === 1) return mergedLines({ base, ours, theirs }, store)
  const { split, join } = changer.documents
  const [inBase, inTheirs] = [split(base), split(theirs)]
  const parts = split(ours).map((part, index) =>
    mergedLines({ base: inBase[index] ?? part, ours: part, theirs: inTheirs[index] ?? part }, store),
  )
  const text = join(parts)
  return isLike(text, count, true, store) ? text : ours
}

/** Of a text of one document. What both sides put in at one place stays where it can. */
function mergedLines({ base, ours, theirs }: AlignedTexts, store: Store): string {
  const all = mergeLines(base, ours, theirs)
  const both = Array.from({ length: all.insertions }, (): Insertions => 'both')
  // what is read in a later document need not be a document of its own: then ours is all there is
  const repeats = isLike(ours, 1, true, store) && store.parse(ours).documents.some(hasRepeatedKeys)
  const isText = (text: string) => isLike(text, 1, repeats, store)
  const full = mergeLines(base, ours, theirs, both).text
  if (isText(full)) return full
  if (!isText(all.text)) return ours
  let insertions: Insertions[] = []
  for (let index = 0; index < Math.min(all.insertions, MAX_TRIES); index += 1) {
    const next: Insertions[] = [...insertions, 'both']
    insertions = isText(mergeLines(base, ours, theirs, next).text) ? next : [...insertions, 'ours']
  }
  return mergeLines(base, ours, theirs, insertions).text
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
export function writeTrees(roots: readonly Branch[], text: string, { store, changer, layout }: MergeTools): string {
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
