import type { Branch, Entry, List, Node } from '../format/tree.ts'
import { mergeOrders, withOthers } from './order.ts'
import { contentKey, isSameContent } from './same.ts'
import { mergeSequences } from './sequence.ts'

/** A key, or a position in the merged list. */
export type MergeStep = string | number

/** A value that both sides changed, and not alike. Undefined: not there. */
export interface Conflict {
  /** Where it stands in the merged tree. */
  readonly path: readonly MergeStep[]
  readonly base: Node | undefined
  readonly ours: Node | undefined
  readonly theirs: Node | undefined
}

export interface Merged {
  /** Undefined: taken away. Where there is a conflict, ours stands there, or theirs when ours took it away. */
  readonly node: Node | undefined
  readonly conflicts: readonly Conflict[]
}

/** Three versions of one value; undefined where it is missing. */
export interface Versions {
  readonly base: Node | undefined
  readonly ours: Node | undefined
  readonly theirs: Node | undefined
}

/**
 * Merge what two sides made of one tree: mappings by key, lists as sequences, everything else as a whole. Comments are not
 * merged here; merged collections have none.
 */
export function mergeNodes(versions: Versions, path: readonly MergeStep[] = []): Merged {
  const { base, ours, theirs } = versions
  if (isSameContent(ours, theirs) || isSameContent(base, theirs)) return { node: ours, conflicts: [] }
  if (isSameContent(base, ours)) return { node: theirs, conflicts: [] }
  if (isMapping(ours) && isMapping(theirs)) {
    return mergeBranches(isMapping(base) ? base : EMPTY, ours, theirs, path)
  }
  if (ours?.kind === 'list' && theirs?.kind === 'list') {
    if (base?.kind === 'list') return mergeLists(base, ours, theirs, path)
    const merged = mergeNamed({ kind: 'list', items: [] }, ours, theirs, path)
    if (merged !== undefined) return merged
  }
  return { node: ours ?? theirs, conflicts: [{ path, base, ours, theirs }] }
}

const EMPTY: Branch = { kind: 'branch', items: [] }

/** A mapping that has every key once: others are no mapping that could be merged by key. */
function isMapping(node: Node | undefined): node is Branch {
  if (node?.kind !== 'branch') return false
  const keys = entriesOf(node).map(({ key }) => key)
  return new Set(keys).size === keys.length
}

function entriesOf({ items }: Branch): Entry[] {
  return items.filter((item) => item.kind === 'entry')
}

function mergeBranches(base: Branch, ours: Branch, theirs: Branch, path: readonly MergeStep[]): Merged {
  const [inBase, inOurs, inTheirs] = [base, ours, theirs].map(
    (branch) => new Map(entriesOf(branch).map(({ key, value }) => [key, value])),
  )
  const items: Entry[] = []
  const conflicts: Conflict[] = []
  for (const key of withOthers([...(inOurs?.keys() ?? [])], [...(inTheirs?.keys() ?? [])])) {
    const versions = { base: inBase?.get(key), ours: inOurs?.get(key), theirs: inTheirs?.get(key) }
    const merged = mergeNodes(versions, [...path, key])
    conflicts.push(...merged.conflicts)
    if (merged.node !== undefined) items.push({ kind: 'entry', key, value: merged.node })
  }
  return { node: { kind: 'branch', items }, conflicts }
}

function mergeLists(base: List, ours: List, theirs: List, path: readonly MergeStep[]): Merged {
  return mergeNamed(base, ours, theirs, path) ?? mergeElements(base, ours, theirs, path)
}

/**
 * Lists of mappings that are told apart by their `name`, as Kubernetes has them: merged by it. Undefined where they are none
 * of these, and where both sides brought them into another order.
 *
 * @see docs/decisions/0018-merging-lists.md
 */
function mergeNamed(base: List, ours: List, theirs: List, path: readonly MergeStep[]): Merged | undefined {
  const [inBase, inOurs, inTheirs] = [base, ours, theirs].map(byName)
  if (inBase === undefined || inOurs === undefined || inTheirs === undefined) return undefined
  const names = [inBase, inOurs, inTheirs].map((elements) => [...elements.keys()])
  const order = mergeOrders(names[0] ?? [], names[1] ?? [], names[2] ?? [])
  if (order === undefined) return undefined
  const elements: Node[] = []
  const conflicts: Conflict[] = []
  for (const name of order) {
    const versions = { base: inBase.get(name), ours: inOurs.get(name), theirs: inTheirs.get(name) }
    const merged = mergeNodes(versions, [...path, elements.length])
    conflicts.push(...merged.conflicts)
    if (merged.node !== undefined) elements.push(merged.node)
  }
  return { node: { kind: 'list', items: elements }, conflicts }
}

/** The elements by name; undefined when one has none, or not one of its own. */
function byName(list: List): Map<string, Node> | undefined {
  const found = new Map<string, Node>()
  for (const element of elementsOf(list)) {
    const names = element.kind === 'branch' ? entriesOf(element).filter(({ key }) => key === 'name') : []
    const [name] = names.map(({ value }) => value)
    if (names.length !== 1 || name?.kind !== 'scalar' || name.type !== 'str' || found.has(name.value)) return undefined
    found.set(name.value, element)
  }
  return found
}

function mergeElements(base: List, ours: List, theirs: List, path: readonly MergeStep[]): Merged {
  const elements: Node[] = []
  const conflicts: Conflict[] = []
  for (const part of mergeSequences(elementsOf(base), elementsOf(ours), elementsOf(theirs), contentKey)) {
    if (!('ours' in part)) {
      elements.push(...part.agreed)
      continue
    }
    const isPaired = part.base.length === part.ours.length && part.base.length === part.theirs.length
    // two different changes of the sequence itself: only the whole list can be chosen
    if (!isPaired) return { node: ours, conflicts: [{ path, base, ours, theirs }] }
    for (const [index, element] of part.ours.entries()) {
      const versions = { base: part.base[index], ours: element, theirs: part.theirs[index] }
      const merged = mergeNodes(versions, [...path, elements.length])
      conflicts.push(...merged.conflicts)
      elements.push(merged.node ?? element)
    }
  }
  return { node: { kind: 'list', items: elements }, conflicts }
}

function elementsOf({ items }: List): Node[] {
  return items.filter((item) => item.kind !== 'comment')
}
