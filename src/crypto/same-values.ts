import { parseRfc3339 } from '../format/time.ts'
import type { Branch, Entry, Leaf, List, Node, Scalar } from '../format/tree.ts'

/**
 * Whether two readings of a file hold the same values under the same keys. Comments do not count, and an integer and a
 * float of one value are the same, as are a time and its text: stores that have no such type write the other.
 *
 * @param opened - what sealed leaves of `first` opened to
 */
export function sameValues(
  first: readonly Branch[],
  second: readonly Branch[],
  opened?: ReadonlyMap<Leaf, Leaf>,
): boolean {
  const sameNode = (a: Node, b: Node): boolean => {
    if (a.kind === 'scalar') return b.kind === 'scalar' && sameScalar(opened?.get(a) ?? a, b)
    if (a.kind === 'branch') return b.kind === 'branch' && sameBranch(a, b)
    if (a.kind === 'list') return b.kind === 'list' && sameList(a, b)
    return b.kind === 'null'
  }
  const sameBranch = (a: Branch, b: Branch): boolean => {
    const own = entries(a)
    const others = entries(b)
    return (
      own.length === others.length &&
      own.every(({ key, value }, index) => {
        const other = others[index]
        return other !== undefined && other.key === key && sameNode(value, other.value)
      })
    )
  }
  const sameList = (a: List, b: List): boolean => {
    const own = elements(a, opened)
    const others = elements(b, undefined)
    return (
      own.length === others.length &&
      own.every((item, index) => others[index] !== undefined && sameNode(item, others[index]))
    )
  }
  return (
    first.length === second.length &&
    first.every((branch, index) => second[index] !== undefined && sameBranch(branch, second[index]))
  )
}

function sameScalar(a: Leaf, b: Scalar): boolean {
  return a.kind === 'scalar' && a.value === b.value && (a.type === b.type || isText(a) === isText(b))
}

function isText({ type, value }: Scalar): boolean {
  return type === 'str' && parseRfc3339(value) === undefined
}

function entries(branch: Branch): Entry[] {
  return branch.items.filter((item) => item.kind === 'entry')
}

/** What is left of a list without comments, sealed ones included. */
function elements(list: List, opened: ReadonlyMap<Leaf, Leaf> | undefined): Node[] {
  return list.items.filter(
    (item): item is Node =>
      item.kind !== 'comment' && (item.kind !== 'scalar' || opened?.get(item)?.kind !== 'comment'),
  )
}
