import type { Branch, Node } from '../../format/tree.ts'
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

/** What differs between two versions of a file, value by value. Ciphertexts may stand for values: equal ones are equal values. */
export function compareDocuments(before: readonly Branch[], after: readonly Branch[]): ValueChange[] {
  const count = Math.max(before.length, after.length)
  return Array.from({ length: count }, (_, document) =>
    compare(before[document], after[document], []).map((change) => ({ document, ...change })),
  ).flat()
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

function compareLists(before: readonly Node[], after: readonly Node[], path: readonly MergeStep[]): Change[] {
  if (before.length === after.length) {
    return before.flatMap((element, index) => compare(element, after[index], [...path, index]))
  }
  const changes: Change[] = []
  const kept = commonIndexes(before, after)
  before.forEach((element, index) => {
    if (!kept.before.has(index)) changes.push({ path: [...path, index], before: element, after: undefined })
  })
  after.forEach((element, index) => {
    if (!kept.after.has(index)) changes.push({ path: [...path, index], before: undefined, after: element })
  })
  return changes
}

/** Which elements stand in both lists, in the same order. */
function commonIndexes(before: readonly Node[], after: readonly Node[]) {
  const common = longestCommon(before.map(contentKey), after.map(contentKey))
  return { before: new Set(common.map(([index]) => index)), after: new Set(common.map(([, index]) => index)) }
}

function elements(node: Extract<Node, { kind: 'list' }>): Node[] {
  return node.items.filter((item) => item.kind !== 'comment')
}
