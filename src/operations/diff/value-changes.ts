import { looksSealed } from '../../format/enc.ts'
import type { Branch, Node } from '../../format/tree.ts'
import { type DocumentPairs, matchDocuments } from '../../merge/documents.ts'
import { showPath } from '../values/tree-path.ts'
import { compareDocuments } from './compare.ts'
import { mark, type ReadVersion } from './read-version.ts'

/** A value that is not the same on both sides. */
export interface ChangedValue {
  readonly document: number
  /** As `ls` shows it. */
  readonly path: string
  readonly change: 'added' | 'removed' | 'changed' | 'sealed' | 'unsealed'
  /** Only when asked for in clear, and readable. */
  readonly before?: string
  readonly after?: string
}

/** By values where both sides are open, else by ciphertext: equal ciphertexts are equal values. */
export function changedValues(
  old: ReadVersion | undefined,
  next: ReadVersion | undefined,
  inClear: boolean,
): ChangedValue[] {
  const [before, after] = [old?.documents ?? [], next?.documents ?? []]
  const bothOpen = (old === undefined || canRead(old)) && (next === undefined || canRead(next))
  const pairs = pairsOf(old, next, bothOpen)
  const sealedChanges = compareDocuments(before, after, pairs)
  if (!bothOpen) {
    // under another data key every ciphertext is another one: nothing is known of values that stand on both sides
    const known = isRotated(old, next) ? sealedChanges.filter((change) => !areSealed(change)) : sealedChanges
    return known.map((change) => shown(change, undefined))
  }
  const clear = compareDocuments(clearOf(old), clearOf(next), pairs)
  const clearPaths = new Set(clear.map(({ document, path }) => JSON.stringify([document, path])))
  const turned = sealedChanges.filter(
    (change) =>
      !clearPaths.has(JSON.stringify([change.document, change.path])) &&
      isSealed(change.before) !== isSealed(change.after),
  )
  return [
    ...clear.map((change) => shown(change, inClear ? textOf : undefined)),
    ...turned.map((change) => shown(change, undefined)),
  ]
}

/** Which documents are versions of each other: told by their values, or by what can be compared of them. */
function pairsOf(old: ReadVersion | undefined, next: ReadVersion | undefined, bothOpen: boolean): DocumentPairs {
  if (bothOpen) return matchDocuments(clearOf(old), clearOf(next))
  const [before, after] = [old?.documents ?? [], next?.documents ?? []]
  const areComparable = old?.metadata !== undefined && next?.metadata !== undefined && !isRotated(old, next)
  return areComparable ? matchDocuments(before, after) : matchDocuments(before.map(masked), after.map(masked))
}

/** With nothing in it where a ciphertext stands. */
function masked(document: Branch): Branch {
  const items = document.items.map((item) =>
    item.kind === 'entry' ? { ...item, value: maskedNode(item.value) } : item,
  )
  return { kind: 'branch', items }
}

function maskedNode(node: Node): Node {
  if (isSealed(node)) return { kind: 'null' }
  if (node.kind === 'branch') return masked(node)
  if (node.kind !== 'list') return node
  return { kind: 'list', items: node.items.map((item) => (item.kind === 'comment' ? item : maskedNode(item))) }
}

function areSealed({
  before,
  after,
}: {
  readonly before: Node | undefined
  readonly after: Node | undefined
}): boolean {
  return isSealed(before) && isSealed(after)
}

/** Whether it is known which values changed. */
export function isCertain(old: ReadVersion | undefined, next: ReadVersion | undefined): boolean {
  return !isRotated(old, next) || ((old === undefined || canRead(old)) && (next === undefined || canRead(next)))
}

function canRead({ metadata, opened }: ReadVersion): boolean {
  return metadata === undefined || opened !== undefined
}

function clearOf(version: ReadVersion | undefined) {
  return version?.opened?.documents() ?? version?.documents ?? []
}

function shown(
  { document, path, before, after }: ReturnType<typeof compareDocuments>[number],
  text: ((node: Node) => string) | undefined,
): ChangedValue {
  const change =
    before === undefined
      ? 'added'
      : after === undefined
        ? 'removed'
        : text === undefined && isSealed(before) !== isSealed(after)
          ? isSealed(after)
            ? 'sealed'
            : 'unsealed'
          : 'changed'
  return {
    ...{ document, path: showPath([...path]), change },
    ...(text === undefined || before === undefined ? {} : { before: text(before) }),
    ...(text === undefined || after === undefined ? {} : { after: text(after) }),
  }
}

function isSealed(node: Node | undefined): boolean {
  return node?.kind === 'scalar' && looksSealed(node.value)
}

function textOf(node: Node): string {
  if (node.kind === 'scalar') return node.value
  return node.kind === 'null' ? 'null' : node.kind === 'list' ? '[…]' : '{…}'
}

/** Whether no ciphertext of one stands in the other, though both have some. */
export function isRotated(old: ReadVersion | undefined, next: ReadVersion | undefined): boolean {
  const [had, has] = [marksOf(old), marksOf(next)]
  return had.size > 1 && has.size > 1 && ![...has].some((value) => had.has(value))
}

function marksOf(version: ReadVersion | undefined): Set<string> {
  const marks = new Set<string>()
  const visit = (node: Node): void => {
    if (node.kind === 'scalar') {
      const found = mark(node)
      if (found !== '') marks.add(found)
    } else if (node.kind !== 'null') {
      for (const item of node.items) if (item.kind !== 'comment') visit(item.kind === 'entry' ? item.value : item)
    }
  }
  for (const document of version?.documents ?? []) visit(document)
  return marks
}
