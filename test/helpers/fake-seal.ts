import { applyEdits, type Edit } from '../../src/format/edits.ts'
import { looksSealed, parseSealed } from '../../src/format/enc.ts'
import { openedLeaf } from '../../src/format/scalars.ts'
import type { Source, Store } from '../../src/format/store.ts'
import type { Branch, Comment, Leaf, List, Node } from '../../src/format/tree.ts'

/** Seals without a cipher: the `ENC[…]` string holds the number of the value in a list that the test keeps. */
export interface FakeSealed {
  readonly text: string
  readonly plain: readonly string[]
}

/** A small metadata block as it would stand in a file. */
export const METADATA: Branch = branch({
  age: list([branch({ enc: str('-----BEGIN-----\nYWJj\n-----END-----\n'), recipient: str('age1example') })]),
  lastmodified: str('2026-01-02T03:04:05Z'),
  mac: str('ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]'),
  version: str('3.13.3'),
})

export function str(value: string): Node {
  return { kind: 'scalar', type: 'str', value }
}

export function list(items: readonly Node[]): Node {
  return { kind: 'list', items }
}

export function branch(fields: Readonly<Record<string, Node>>): Branch {
  return {
    kind: 'branch',
    items: Object.entries(fields).map(([key, value]) => ({ kind: 'entry', key, value }) as const),
  }
}

/** A syntactically valid sealed value. */
export function fakeEnc(index: number, type: string): string {
  const data = Buffer.from(String(index).padStart(6, '0')).toString('base64')
  return `ENC[AES256_GCM,data:${data},iv:AAAA,tag:AAAA,type:${type}]`
}

/** Every leaf of a source in the order of the tree, lost comments last. */
export function leavesOf(source: Source): Leaf[] {
  const leaves: Leaf[] = []
  const visit = (node: Node | Comment): void => {
    if (node.kind === 'comment' || node.kind === 'scalar') leaves.push(node)
    else if (node.kind !== 'null') visitItems(node)
  }
  const visitItems = (node: Branch | List): void => {
    for (const item of node.items) visit(item.kind === 'entry' ? item.value : item)
  }
  source.documents.forEach(visitItems)
  return [...leaves, ...source.lostComments.map((lost) => lost.comment)]
}

/** Seal in place every leaf that `chosen` says, and place the metadata. */
export function fakeSeal(store: Store, text: string, chosen: (index: number) => boolean = () => true): FakeSealed {
  const source = store.parse(text)
  const plain: string[] = []
  const edits: Edit[] = []
  leavesOf(source).forEach((leaf, index) => {
    const value = leaf.kind === 'comment' ? leaf.text : (leaf.exact ?? leaf.value)
    if (value === '' || looksSealed(value) || !chosen(index) || leaf.place === undefined) return
    edits.push(...leaf.place.seal(fakeEnc(plain.length, leaf.kind === 'comment' ? 'comment' : leaf.type), leaf))
    plain.push(value)
  })
  return { text: applyEdits(text, [...edits, ...source.placeMetadata(METADATA)]), plain }
}

/** Open in place every sealed leaf, and remove the metadata. */
export function fakeOpen(store: Store, sealed: FakeSealed): string {
  const source = store.parse(sealed.text)
  const edits: Edit[] = []
  for (const leaf of leavesOf(source)) {
    const parsed = parseSealed(leaf.kind === 'comment' ? leaf.text : leaf.value)
    if (parsed === undefined || leaf.place === undefined) continue
    const plain = sealed.plain[Number(Buffer.from(parsed.data).toString())]
    if (plain === undefined) throw new Error('a sealed value of another file')
    edits.push(...leaf.place.open(openedLeaf(parsed.type, plain)))
  }
  return applyEdits(sealed.text, [...edits, ...source.removeMetadata()])
}

/** The text after sealing and opening again. */
export function thereAndBack(store: Store, text: string, chosen?: (index: number) => boolean): string {
  return fakeOpen(store, fakeSeal(store, text, chosen))
}

/** A tree as plain data, without places. */
export function plainTree(node: Node | Comment): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.type === 'str' ? node.value : { [node.type]: node.value }
    case 'comment':
      return { comment: node.text }
    case 'null':
      return null
    case 'list':
      return node.items.map(plainTree)
    default:
      return node.items.map((item) => (item.kind === 'entry' ? [item.key, plainTree(item.value)] : plainTree(item)))
  }
}

/** The first document of `text` as plain data. */
export function readTree(store: Store, text: string): unknown {
  const [document] = store.parse(text).documents
  return document === undefined ? undefined : plainTree(document)
}

/** The sealed text of the only leaf that matches, opened to `opened`. */
export function openFirst(store: Store, text: string, opened: Leaf): string {
  const leaf = leavesOf(store.parse(text)).find((each) => looksSealed(each.kind === 'comment' ? each.text : each.value))
  if (leaf?.place === undefined) throw new Error('nothing sealed in the text')
  return applyEdits(text, leaf.place.open(opened))
}
