import type { Branch, Node } from '../format/tree.ts'

/** What two nodes share exactly when they hold the same values, at any depth; comments and the order of keys do not count. */
export function contentKey(node: Node): string {
  return JSON.stringify(content(node))
}

type Content = readonly [string, ...unknown[]]

function content(node: Node): Content {
  switch (node.kind) {
    case 'scalar':
      return ['s', node.type, node.exact ?? node.value]
    case 'null':
      return ['n']
    case 'list':
      return ['l', ...node.items.filter((item) => item.kind !== 'comment').map(content)]
    case 'branch':
      return ['b', ...entries(node).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))]
  }
}

function entries(branch: Branch): [string, Content][] {
  return branch.items.flatMap((item) => (item.kind === 'entry' ? [[item.key, content(item.value)]] : []))
}

/** Whether both are missing, or hold the same values. */
export function isSameContent(a: Node | undefined, b: Node | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return contentKey(a) === contentKey(b)
}
