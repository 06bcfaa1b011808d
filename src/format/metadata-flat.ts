import { FormatError } from '../errors.ts'
import { flatNode } from './flat-value.ts'
import type { Branch, Entry, Node } from './tree.ts'

/** One line of the metadata in a store that has no nesting. */
export interface FlatEntry {
  readonly key: string
  readonly value: string
}

const MAP = '__map_'
const LIST = '__list_'

/**
 * Metadata as name and text, depth first; empty lists and mappings vanish.
 *
 * @throws FormatError `ERR_EMIT` for a null, `ERR_METADATA` when two entries get the same name
 * @see sops `stores/flatten.go`
 */
export function flattenMetadata(metadata: Branch): FlatEntry[] {
  const entries: FlatEntry[] = []
  for (const item of metadata.items) if (item.kind === 'entry') flattenNode(item.key, item.value, entries)
  if (new Set(entries.map((entry) => entry.key)).size < entries.length) {
    throw broken('two entries of the metadata have the same flattened name')
  }
  return entries
}

function flattenNode(name: string, node: Node, entries: FlatEntry[]): void {
  if (node.kind === 'branch') {
    for (const item of node.items) if (item.kind === 'entry') flattenNode(name + MAP + item.key, item.value, entries)
  } else if (node.kind === 'list') {
    const items = node.items.filter((item) => item.kind !== 'comment')
    items.forEach((item, index) => {
      flattenNode(`${name}${LIST}${index}`, item, entries)
    })
  } else {
    entries.push({ key: name, value: flatNode(node, [name], 'the metadata of this format') })
  }
}

/** A name on the way from the root: a key, or the index in a list. */
type Step = { readonly key: string } | { readonly index: number }

interface Tree {
  value?: string
  readonly keys: Map<string, Tree>
  readonly indices: Map<number, Tree>
}

/**
 * The metadata block that {@link flattenMetadata} took apart. Every value is a text.
 *
 * @throws FormatError `ERR_METADATA` for a name that stands twice, a list with gaps, a name that is both a value and a
 *   container
 */
export function unflattenMetadata(entries: readonly FlatEntry[]): Branch {
  const root = emptyTree()
  for (const entry of entries) {
    let tree = root
    for (const step of parseName(entry.key)) tree = descend(tree, step)
    if (tree.value !== undefined) throw broken('an entry of the metadata stands twice')
    tree.value = entry.value
  }
  const branch = toNode(root)
  return branch.kind === 'branch' ? branch : { kind: 'branch', items: [] }
}

function emptyTree(): Tree {
  return { keys: new Map(), indices: new Map() }
}

function parseName(name: string): Step[] {
  const [first = '', ...rest] = name.split(/(?=__map_|__list_)/)
  const head = first.startsWith(MAP) || first.startsWith(LIST) ? [{ key: '' }, parseStep(first)] : [{ key: first }]
  return [...head, ...rest.map(parseStep)]
}

function parseStep(part: string): Step {
  if (part.startsWith(MAP)) return { key: part.slice(MAP.length) }
  const index = part.slice(LIST.length)
  if (/^[0-9]{1,6}$/.test(index)) return { index: Number(index) }
  throw broken('the name of a metadata entry holds a list index that is no number')
}

function descend(tree: Tree, step: Step): Tree {
  const next = 'key' in step ? childOf(tree.keys, step.key) : childOf<number>(tree.indices, step.index)
  return next
}

function childOf<K>(children: Map<K, Tree>, key: K): Tree {
  const known = children.get(key)
  if (known !== undefined) return known
  const made = emptyTree()
  children.set(key, made)
  return made
}

function toNode(tree: Tree): Node {
  const kinds = [tree.value !== undefined, tree.keys.size > 0, tree.indices.size > 0].filter(Boolean).length
  if (kinds > 1) throw broken('an entry of the metadata is both a value and a container')
  if (tree.value !== undefined) return { kind: 'scalar', type: 'str', value: tree.value }
  if (tree.indices.size > 0) return { kind: 'list', items: listItems(tree.indices) }
  return {
    kind: 'branch',
    items: [...tree.keys].map(([key, child]): Entry => ({ kind: 'entry', key, value: toNode(child) })),
  }
}

function listItems(indices: ReadonlyMap<number, Tree>): Node[] {
  const items: Node[] = []
  for (let index = 0; index < indices.size; index += 1) {
    const tree = indices.get(index)
    if (tree === undefined) throw broken('a list in the metadata has gaps')
    items.push(toNode(tree))
  }
  return items
}

function broken(message: string): FormatError {
  return new FormatError('ERR_METADATA', message, {
    hint: 'restore the file from git, or repair the sops entries by hand',
  })
}
