import type { Branch, Comment, Node, Scalar, StoreName } from '../../src/format/tree.ts'

/** Documents as plain data: what two programs must agree on, without what the format between them cannot carry. */
export type PlainValue = string | null | readonly PlainValue[] | { readonly [kind: string]: unknown }

/**
 * The values of documents as plain data: keys in order, lists, types and canonical values; comments left out.
 *
 * A float without fraction is told as a number, because sops writes 1.0 as 1 (and -0.0 as -0) and then reads an integer.
 * In stores without times a time is the text that sops writes.
 */
export function valuesOf(documents: readonly Branch[], store: StoreName): PlainValue {
  const ofScalar = (scalar: Scalar): PlainValue => {
    const value = scalar.bytes === undefined ? scalar.value : Buffer.from(scalar.bytes).toString('latin1')
    if (scalar.type === 'str') return value
    if (scalar.type === 'time' && store !== 'yaml') return value
    if (scalar.type === 'int' || (scalar.type === 'float' && /^-?[0-9]+$/.test(value)))
      return { number: value === '-0' ? '0' : value }
    return { [scalar.type]: value }
  }
  const ofNode = (node: Node): PlainValue => {
    switch (node.kind) {
      case 'null':
        return null
      case 'scalar':
        return ofScalar(node)
      case 'list':
        return node.items.flatMap((item) => (item.kind === 'comment' ? [] : [ofNode(item)]))
      case 'branch':
        return ofBranch(node)
    }
  }
  const ofBranch = (branch: Branch): PlainValue => ({
    entries: branch.items.flatMap((item) => (item.kind === 'entry' ? [[item.key, ofNode(item.value)]] : [])),
  })
  return documents.map(ofBranch)
}

/** Fail where two values begin to differ, and show that place. */
export function expectSameValues(actual: PlainValue, expected: PlainValue): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (a === b) return
  let start = 0
  while (a[start] === b[start]) start += 1
  const around = (text: string): string => text.slice(Math.max(0, start - 40), start + 60)
  throw new Error(`the values differ
  is:        …${around(a)}
  should be: …${around(b)}`)
}

/**
 * Comments with the path of the collection they stand in, sorted: sops moves a sealed comment from behind a value to
 * the line above, never out of its collection.
 */
export function commentsOf(documents: readonly Branch[]): string[] {
  const found: string[] = []
  visitComments(documents, (comment, path) => {
    found.push(`${path} #${comment.text}`)
  })
  return found.sort()
}

function visitComments(documents: readonly Branch[], visit: (comment: Comment, path: string) => void): void {
  const ofNode = (node: Node, path: string): void => {
    if (node.kind === 'branch') {
      for (const item of node.items) {
        if (item.kind === 'comment') visit(item, path)
        else ofNode(item.value, `${path}/${item.key}`)
      }
    } else if (node.kind === 'list') {
      let index = 0
      for (const item of node.items) {
        if (item.kind === 'comment') visit(item, path)
        else ofNode(item, `${path}/${index++}`)
      }
    }
  }
  documents.forEach((document, index) => {
    ofNode(document, `${index}:`)
  })
}
