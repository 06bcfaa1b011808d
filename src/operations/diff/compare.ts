import type { Branch, Node } from '../../format/tree.ts'
import { type DocumentPairs, matchDocuments } from '../../merge/documents.ts'
import { contentKey, isSameContent } from '../../merge/same.ts'
import { longestCommon } from '../../merge/sequence.ts'
import type { MergeStep } from '../../merge/three-way.ts'

/** A value that is not the same in two versions. Undefined: not there. */
export interface ValueChange {
  readonly document: number
  readonly path: readonly MergeStep[]
  readonly before: Node | undefined
  readonly after: Node | undefined
}

/**
 * What differs between two versions of a file, value by value. Ciphertexts may stand for values: equal ones are equal values.
 * Documents are numbered as they stand after the change, and those that were taken away as they stood before.
 *
 * @param pairs - which documents are versions of each other
 */
export function compareDocuments(
  before: readonly Branch[],
  after: readonly Branch[],
  pairs: DocumentPairs = matchDocuments(before, after),
): ValueChange[] {
  const old = new Map([...pairs].map(([place, other]) => [other, before[place]]))
  const changed = after.flatMap((root, document) =>
    compare(old.get(document), root, []).map((change) => ({ document, ...change })),
  )
  const removed = before.flatMap((root, document) =>
    pairs.has(document) ? [] : compare(root, undefined, []).map((change) => ({ document, ...change })),
  )
  return [...changed, ...removed]
}

type Change = Omit<ValueChange, 'document'>

function compare(before: Node | undefined, after: Node | undefined, path: readonly MergeStep[]): Change[] {
  if (isSameContent(before, after)) return []
  const [old, next] = [asBranch(before, after), asBranch(after, before)]
  if (old !== undefined && next !== undefined) return compareBranches(old, next, path)
  if (before?.kind === 'list' && after?.kind === 'list') return compareLists(elements(before), elements(after), path)
  return [{ path, before, after }]
}

const EMPTY: Branch = { kind: 'branch', items: [] }

/** A mapping that comes or goes is shown value by value. */
function asBranch(node: Node | undefined, other: Node | undefined): Branch | undefined {
  if (node?.kind === 'branch') return node
  return node === undefined && other?.kind === 'branch' ? EMPTY : undefined
}

function compareBranches(before: Branch, after: Branch, path: readonly MergeStep[]): Change[] {
  const [old, next] = [before, after].map(
    (branch) => new Map(branch.items.flatMap((item) => (item.kind === 'entry' ? [[item.key, item.value]] : []))),
  )
  const keys = new Set([...(old?.keys() ?? []), ...(next?.keys() ?? [])])
  return [...keys].flatMap((key) => compare(old?.get(key), next?.get(key), [...path, key]))
}

/** Between elements that stand in both lists: as many as before are changed ones, else some went and others came. */
function compareLists(before: readonly Node[], after: readonly Node[], path: readonly MergeStep[]): Change[] {
  const changes: Change[] = []
  let [old, next] = [0, 0]
  const common = longestCommon(before.map(contentKey), after.map(contentKey))
  for (const [oldEnd, nextEnd] of [...common, [before.length, after.length] as const]) {
    const isPaired = oldEnd - old === nextEnd - next
    for (; old < oldEnd && isPaired; old += 1, next += 1) {
      changes.push(...compare(before[old], after[next], [...path, next]))
    }
    for (; old < oldEnd; old += 1) changes.push({ path: [...path, old], before: before[old], after: undefined })
    for (; next < nextEnd; next += 1) changes.push({ path: [...path, next], before: undefined, after: after[next] })
    old += 1
    next += 1
  }
  return changes
}

function elements(node: Extract<Node, { kind: 'list' }>): Node[] {
  return node.items.filter((item) => item.kind !== 'comment')
}
