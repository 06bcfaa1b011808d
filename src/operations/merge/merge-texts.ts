import { isBullaError } from '../../errors.ts'
import type { TreeChange } from '../../format/change.ts'
import type { EmitOptions, Source, Store } from '../../format/store.ts'
import type { Branch, Node } from '../../format/tree.ts'
import { type Insertions, mergeLines } from '../../merge/lines.ts'
import { type Conflict, mergeNodes } from '../../merge/three-way.ts'
import { changedText } from '../values/change-text.ts'
import type { Changer } from '../values/changers.ts'
import { changesTowards } from './changes-towards.ts'

/** Three plain texts of one file. */
export interface PlainVersions {
  readonly base: string
  readonly ours: string
  readonly theirs: string
}

export interface MergeTools {
  readonly store: Store
  readonly changer: Changer
  /** Of new lines, where the text has none to follow. */
  readonly layout: EmitOptions
}

/** A conflict, and the document it is in. */
export interface DocumentConflict extends Conflict {
  readonly document: number
}

export interface MergedText {
  /** Plain. Where there is a conflict, ours stands there. */
  readonly text: string
  readonly conflicts: readonly DocumentConflict[]
}

/**
 * Merge plain texts: values by the tree, so that two changes of different values never are in each other's way; comments and
 * layout by the lines. The tree decides: lines that say something else are not taken.
 *
 * @returns undefined when the sides have other documents, which have no path that could be merged by
 * @throws FormatError when a side cannot be parsed, or the merged values cannot be written into the layout
 */
export function mergeTexts({ base, ours, theirs }: PlainVersions, tools: MergeTools): MergedText | undefined {
  const { store } = tools
  const [inBase, inOurs, inTheirs] = [base, ours, theirs].map((text) => store.parse(text).documents)
  if (inOurs === undefined || inOurs.length !== inTheirs?.length || inOurs.length !== inBase?.length) return undefined
  const merged = inOurs.map((root, index) => mergeNodes({ base: inBase[index], ours: root, theirs: inTheirs[index] }))
  const roots = merged.map(({ node }, index) => (node?.kind === 'branch' ? node : inOurs[index])) as Branch[]
  const conflicts = merged.flatMap(({ conflicts: found }, document) =>
    found.map((conflict) => ({ ...conflict, document })),
  )
  return { text: writeTrees(roots, startingText({ base, ours, theirs }, inOurs.length, store), tools), conflicts }
}

/** So many places where both sides put in something are looked at one by one. */
const MAX_TRIES = 16

/** The lines merged, when that is a text at all; else ours. What both sides put in at one place stays where it can. */
function startingText({ base, ours, theirs }: PlainVersions, documents: number, store: Store): string {
  const all = mergeLines(base, ours, theirs)
  const both = Array.from({ length: all.insertions }, (): Insertions => 'both')
  const repeats = store.parse(ours).documents.some(hasRepeatedKeys)
  const isText = (text: string) => isLike(text, documents, repeats, store)
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
