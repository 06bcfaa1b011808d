import type { Node } from '../../format/tree.ts'
import { type PathStep, showPath } from '../../operations/values/tree-path.ts'
import { printable } from './messages.ts'

/** So many keys are named. */
const MOST_KEYS = 8

/** A value in clear; of a mapping or a list only what is where, for which there is room. */
export function shownNode(node: Node | undefined): string {
  if (node === undefined) return '(taken away)'
  if (node.kind === 'null') return 'null'
  if (node.kind === 'scalar') {
    return node.bytes === undefined ? printable(node.value) : `(a file of ${node.bytes.length} bytes)`
  }
  const paths = pathsIn(node, [])
  const what = node.kind === 'list' ? 'list' : 'mapping'
  if (paths.length === 0) return `(an empty ${what})`
  const rest = paths.length - MOST_KEYS
  const named = paths.slice(0, MOST_KEYS).map((path) => printable(showPath(path)))
  return `(a ${what}: ${named.join(', ')}${rest > 0 ? ` and ${rest} more` : ''})`
}

/** To all values in it. */
function pathsIn(node: Node, path: readonly PathStep[]): PathStep[][] {
  if (node.kind === 'branch') {
    return node.items.flatMap((item) => (item.kind === 'entry' ? pathsIn(item.value, [...path, item.key]) : []))
  }
  if (node.kind === 'list') {
    const elements = node.items.filter((item) => item.kind !== 'comment')
    return elements.flatMap((item, index) => pathsIn(item, [...path, index]))
  }
  return [[...path]]
}
