import { FormatError, UsageError } from '../../errors.ts'
import type { NodePlace, TreeChange } from '../../format/change.ts'
import { cannotEmit } from '../../format/error-at.ts'
import type { Branch, Comment, Entry, List, Node } from '../../format/tree.ts'
import { suggest } from '../../schema/suggest.ts'
import { type PathStep, showPath, type TreePath } from './tree-path.ts'

/** How far a path leads in a tree. */
export interface Located {
  /** The last node on the way: the wanted one when `rest` is empty. */
  readonly node: Node
  readonly at: NodePlace
  /** Steps that lead no further: something is missing, or a single value stands in the way. */
  readonly rest: readonly PathStep[]
  /** Whether a collection on the way is a copy that an alias stands for. */
  readonly belowAlias: boolean
}

/**
 * Follow a path from the root of a document.
 *
 * @throws UsageError `ERR_TREE_PATH` for a key in a list, a position in a mapping, and the position of a comment
 */
export function locate(root: Node, path: TreePath): Located {
  let node = root
  const at: number[] = []
  let belowAlias = false
  for (const [index, step] of path.steps.entries()) {
    const rest = path.steps.slice(index)
    if (node.kind !== 'branch' && node.kind !== 'list') return { node, at, rest, belowAlias }
    belowAlias ||= node.alias !== undefined
    checkStep(node, step, path, index)
    const found: { place: number; node: Node } | undefined =
      node.kind === 'branch' ? entryOf(node, step) : elementOf(node, step, path, index)
    if (found === undefined) return { node, at, rest, belowAlias }
    at.push(found.place)
    node = found.node
  }
  return { node, at, rest: [], belowAlias }
}

/**
 * The node at `path`.
 *
 * @throws FormatError `ERR_PATH_NOT_FOUND`; UsageError `ERR_TREE_PATH`
 */
export function nodeAt(root: Node, path: TreePath): Node {
  const located = locate(root, path)
  if (located.rest.length > 0) throw notFound(located, path)
  return located.node
}

/** There is nothing at `path`. Names of keys are no secret. @param better - hint, where there is a better one */
export function notFound({ node, rest }: Located, { steps }: TreePath, better?: string): FormatError {
  const [step] = rest
  const where = { path: steps.slice(0, steps.length - rest.length + 1).map(String) }
  const keys = node.kind === 'branch' ? node.items.flatMap((item) => (item.kind === 'entry' ? [item.key] : [])) : []
  const meant = typeof step === 'string' ? suggest(step, keys) : undefined
  const hint =
    node.kind === 'list'
      ? 'positions count from 0'
      : node.kind !== 'branch'
        ? 'a single value stands above it: end the path there'
        : meant === undefined
          ? 'keys are written exactly as in the file; "ls" lists them'
          : `did you mean ${showPath([meant])}?`
  return new FormatError('ERR_PATH_NOT_FOUND', 'there is no value at this path', { where, hint: better ?? hint })
}

/** The change that makes `value` stand at `path`; missing collections are made. @throws UsageError `ERR_TREE_PATH` */
export function changeToSet(root: Branch, path: TreePath, value: Node): TreeChange {
  const located = locate(root, path)
  checkAlias(located)
  const { node, at, rest } = located
  const [step, ...below] = rest
  if (step === undefined) return { kind: 'replace', at, value }
  const isCollection = node.kind === 'branch' || node.kind === 'list'
  if (!isCollection) return { kind: 'replace', at, value: nested(rest, value) }
  return { kind: 'add', at, key: typeof step === 'string' ? step : undefined, value: nested(below, value) }
}

/** The change that takes away what stands at `path`; undefined when nothing does. @throws FormatError, UsageError */
export function changeToUnset(root: Branch, path: TreePath): TreeChange | undefined {
  const located = locate(root, path)
  const { node, at, rest } = located
  if (rest.length > 0) {
    if (node.kind === 'branch' || node.kind === 'list') return undefined
    throw notFound(located, path)
  }
  checkAlias(located)
  return { kind: 'remove', at }
}

/** What `root` is after a change. */
export function changed(root: Branch, change: TreeChange): Branch {
  const rebuilt = rebuild(root, change.at, change)
  // the root is never what is replaced
  return rebuilt?.kind === 'branch' ? rebuilt : root
}

function rebuild(node: Node, at: NodePlace, change: TreeChange): Node | undefined {
  const [first, ...rest] = at
  if (first === undefined) {
    if (change.kind === 'replace') return change.value
    if (change.kind === 'remove') return undefined
    return withItem(node, change.key, change.value)
  }
  if (node.kind === 'branch') {
    const [before, entry, after] = splitAt(node.items, first)
    if (entry?.kind !== 'entry') return node
    const value = rebuild(entry.value, rest, change)
    return { kind: 'branch', items: [...before, ...(value === undefined ? [] : [{ ...entry, value }]), ...after] }
  }
  if (node.kind !== 'list') return node
  const [before, element, after] = splitAt(node.items, first)
  if (element === undefined || element.kind === 'comment') return node
  const value = rebuild(element, rest, change)
  return { kind: 'list', items: [...before, ...(value === undefined ? [] : [value]), ...after] }
}

function withItem(node: Node, key: string | undefined, value: Node): Node {
  if (node.kind === 'list') return { kind: 'list', items: [...node.items, value] }
  if (node.kind !== 'branch' || key === undefined) return node
  return { kind: 'branch', items: [...node.items, { kind: 'entry', key, value }] }
}

/** Around the item with this position among those that are no comments. */
function splitAt<T extends Node | Entry>(
  items: readonly (T | Comment)[],
  place: number,
): [readonly (T | Comment)[], T | Comment | undefined, readonly (T | Comment)[]] {
  const index = indexOfPlace(items, place)
  return [items.slice(0, index), items[index], items.slice(index + 1)]
}

/** Index in `items` of the item with this position among those that are no comments. */
function indexOfPlace(items: readonly (Node | Entry | Comment)[], place: number): number {
  let left = place
  return items.findIndex((item) => {
    if (item.kind === 'comment') return false
    left -= 1
    return left < 0
  })
}

/** Whether two values are the same: types, keys, order. Comments do not count. */
export function isSame(a: Node, b: Node): boolean {
  if (a.kind === 'scalar') return b.kind === 'scalar' && a.type === b.type && a.value === b.value
  if (a.kind === 'null') return b.kind === 'null'
  if (a.kind !== b.kind) return false
  const [own, others] = [a, b].map(({ items }) => [...items].filter((item) => item.kind !== 'comment'))
  return (
    own?.length === others?.length &&
    own?.every((item, index) => {
      const other = others?.[index]
      if (item.kind !== 'entry') return other !== undefined && other.kind !== 'entry' && isSame(item, other)
      return other?.kind === 'entry' && item.key === other.key && isSame(item.value, other.value)
    }) === true
  )
}

/** Mappings and lists around `value`, as the steps name them. */
function nested(steps: readonly PathStep[], value: Node): Node {
  return steps.reduceRight<Node>(
    (inner, step) =>
      typeof step === 'string'
        ? { kind: 'branch', items: [{ kind: 'entry', key: step, value: inner }] }
        : { kind: 'list', items: [inner] },
    value,
  )
}

function entryOf(branch: Branch, step: PathStep): { place: number; node: Node } | undefined {
  const entries = branch.items.filter((item) => item.kind === 'entry')
  const place = entries.findIndex(({ key }) => key === step)
  const entry = entries[place]
  return entry === undefined ? undefined : { place, node: entry.value }
}

function elementOf(
  list: List,
  step: PathStep,
  path: TreePath,
  index: number,
): { place: number; node: Node } | undefined {
  const wanted = Number(step)
  const at = path.countsComments ? wanted : indexOfPlace(list.items, wanted)
  const item = list.items[at]
  if (item === undefined) return undefined
  if (item.kind === 'comment') {
    throw badStep('a comment stands at this position', path, index, 'in this form of a path comments count, as in sops')
  }
  // nulls may be one and the same object: only its index tells which
  return { place: list.items.slice(0, at).filter(({ kind }) => kind !== 'comment').length, node: item }
}

function checkStep(node: Branch | List, step: PathStep, path: TreePath, index: number): void {
  if (node.kind === 'branch' && typeof step === 'number') {
    const hint =
      index === 0
        ? 'write a key, ["name"]; which of several documents is said with --document'
        : 'write a key, ["name"]'
    throw badStep('a position is given where a mapping stands', path, index, hint)
  }
  if (node.kind === 'list' && typeof step === 'string') {
    throw badStep('a key is given where a list stands', path, index, 'write a position, [0]')
  }
}

function badStep(message: string, { steps }: TreePath, index: number, hint: string): UsageError {
  return new UsageError('ERR_TREE_PATH', message, { where: { path: steps.slice(0, index + 1).map(String) }, hint })
}

function checkAlias({ belowAlias }: Located): void {
  if (!belowAlias) return
  throw cannotEmit(
    'the value stands below an alias: a change would be one of the anchored value too',
    'change it where the anchor stands, or write the alias out with "edit"',
  )
}
