import type { NodePlace, TreeChange } from '../../format/change.ts'
import type { Branch, Entry, List, Node } from '../../format/tree.ts'
import { isSameContent } from '../../merge/same.ts'

/** The first change on the way from one tree to another; undefined when they hold the same values. The order of keys stays. */
export function changesTowards(from: Node, to: Node): TreeChange | undefined {
  const change = towards(from, to, [])
  return change === undefined || change.kind === 'remove' ? change : { ...change, value: writable(change.value) }
}

/** Without comments where nothing else stands: behind a key there is no room for them. */
function writable(node: Node): Node {
  if (node.kind === 'branch') {
    const items = node.items.map((item) => (item.kind === 'entry' ? { ...item, value: writable(item.value) } : item))
    return { ...node, items: items.some((item) => item.kind === 'entry') ? items : [] }
  }
  if (node.kind !== 'list') return node
  const items = node.items.map((item) => (item.kind === 'comment' ? item : writable(item)))
  return { ...node, items: items.some((item) => item.kind !== 'comment') ? items : [] }
}

function towards(from: Node, to: Node, at: NodePlace): TreeChange | undefined {
  if (isSameContent(from, to)) return undefined
  // what an alias repeats stands elsewhere: only the alias itself can give way
  if (from.alias !== undefined) return { kind: 'replace', at, value: to }
  if (from.kind === 'branch' && to.kind === 'branch')
    return ofBranch(from, to, at) ?? { kind: 'replace', at, value: to }
  if (from.kind === 'list' && to.kind === 'list') return ofList(from, to, at) ?? { kind: 'replace', at, value: to }
  return { kind: 'replace', at, value: to }
}

function ofBranch(from: Branch, to: Branch, at: NodePlace): TreeChange | undefined {
  const [old, wanted] = [entriesOf(from), entriesOf(to)]
  // keys may stand there twice: then their order tells them apart
  if (old.length === wanted.length && old.every(({ key }, index) => key === wanted[index]?.key)) {
    const index = old.findIndex(({ value }, place) => !isSameContent(value, wanted[place]?.value))
    const [own, target] = [old[index], wanted[index]]
    return own === undefined || target === undefined ? undefined : towards(own.value, target.value, [...at, index])
  }
  const gone = old.findIndex(({ key }) => !wanted.some((entry) => entry.key === key))
  if (gone >= 0) return { kind: 'remove', at: [...at, gone] }
  for (const [index, { key, value }] of old.entries()) {
    const target = wanted.find((entry) => entry.key === key)
    const change = target === undefined ? undefined : towards(value, target.value, [...at, index])
    if (change !== undefined) return change
  }
  const added = wanted.find(({ key }) => !old.some((entry) => entry.key === key))
  return added === undefined ? undefined : { kind: 'add', at, key: added.key, value: added.value }
}

/** Elements that stay keep their lines only as far as the lists begin alike, or are as long as each other. */
function ofList(from: List, to: List, at: NodePlace): TreeChange | undefined {
  const [old, wanted] = [elementsOf(from), elementsOf(to)]
  if (old.length === wanted.length) {
    const index = old.findIndex((element, place) => !isSameContent(element, wanted[place]))
    const [element, target] = [old[index], wanted[index]]
    return element === undefined || target === undefined ? undefined : towards(element, target, [...at, index])
  }
  if (old.length > wanted.length) {
    const index = old.findIndex((element, place) => !isSameContent(element, wanted[place]))
    return { kind: 'remove', at: [...at, index] }
  }
  const isBeginning = old.every((element, place) => isSameContent(element, wanted[place]))
  const next = wanted[old.length]
  return isBeginning && next !== undefined ? { kind: 'add', at, key: undefined, value: next } : undefined
}

function entriesOf({ items }: Branch): Entry[] {
  return items.filter((item) => item.kind === 'entry')
}

function elementsOf({ items }: List): Node[] {
  return items.filter((item) => item.kind !== 'comment')
}
