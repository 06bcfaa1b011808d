import { looksSealed } from '../format/enc.ts'
import type { Branch, Node } from '../format/tree.ts'
import { contentKey } from './same.ts'
import { longestCommon } from './sequence.ts'

/** Which documents of two versions of a file are versions of each other: positions in the first, and in the second. */
export type DocumentPairs = ReadonlyMap<number, number>

/** Pairs of documents whose likeness is looked at. */
const MAX_PAIRS = 40_000
/** So much of two documents is the same at least when they are taken for versions of one. */
const LIKENESS = 0.5

/**
 * When documents that have nothing in common but their place are versions of each other: always, when they have the same
 * keys, or never.
 */
export type ByPlace = 'always' | 'same-keys' | 'never'

/**
 * Find the documents that are versions of each other: by what Kubernetes tells them apart, else those that hold the same, else
 * the most alike, else those in the same place. Documents that are told apart by their names are never taken for each other,
 * unless they are all there is.
 *
 * @see docs/decisions/0021-merging-documents.md
 */
export function matchDocuments(
  before: readonly Branch[],
  after: readonly Branch[],
  byPlace: ByPlace = 'always',
): DocumentPairs {
  if (before.length === 1 && after.length === 1 && byPlace === 'always') return new Map([[0, 0]])
  const matching = new Matching(before, after)
  matching.byIdentity()
  matching.byContent()
  matching.byLikeness()
  if (byPlace !== 'never') matching.byPlace(byPlace === 'same-keys')
  return matching.pairs
}

class Matching {
  readonly pairs = new Map<number, number>()
  private readonly taken = new Set<number>()
  private readonly before: readonly Described[]
  private readonly after: readonly Described[]

  constructor(before: readonly Branch[], after: readonly Branch[]) {
    this.before = before.map(described)
    this.after = after.map(described)
  }

  byIdentity(): void {
    const [inBefore, inAfter] = [this.before, this.after].map(byOnlyIdentity)
    for (const [identity, place] of inBefore ?? []) {
      const other = inAfter?.get(identity)
      if (other !== undefined) this.pair(place, other)
    }
  }

  /** First those that kept their order, then those that moved. */
  byContent(): void {
    const [old, next] = [this.left(), this.leftAfter()]
    const keys = (all: readonly Described[], places: readonly number[]) =>
      places.map((place) => all[place]?.key() ?? '')
    const [oldKeys, nextKeys] = [keys(this.before, old), keys(this.after, next)]
    for (const [a, b] of longestCommon(oldKeys, nextKeys)) this.pair(old[a], next[b])
    const moved = new Map(this.leftAfter().map((place) => [this.after[place]?.key(), place] as const))
    for (const place of this.left()) {
      const other = moved.get(this.before[place]?.key())
      if (other !== undefined && !this.taken.has(other)) this.pair(place, other)
    }
  }

  /** The most alike first; of those that are equally alike, the ones that are nearest to each other. */
  byLikeness(): void {
    const [old, next] = [this.left(), this.leftAfter()]
    if (old.length * next.length > MAX_PAIRS) return
    const found = old.flatMap((a) =>
      next.flatMap((b) => {
        const likeness = this.canBeOne(a, b) ? likenessOf(this.before[a], this.after[b]) : 0
        return likeness < LIKENESS ? [] : [{ a, b, likeness }]
      }),
    )
    found.sort((x, y) => y.likeness - x.likeness || Math.abs(x.a - x.b) - Math.abs(y.a - y.b) || x.a - y.a)
    for (const { a, b } of found) if (!this.pairs.has(a) && !this.taken.has(b)) this.pair(a, b)
  }

  /** As many between the same neighbours. */
  byPlace(onlyWithSameKeys: boolean): void {
    const old = new Set(this.left())
    for (const start of old) {
      if (old.has(start - 1)) continue
      let end = start
      while (old.has(end)) end += 1
      const first = start === 0 ? 0 : (this.pairs.get(start - 1) ?? -1) + 1
      const behind = end === this.before.length ? this.after.length : this.pairs.get(end)
      const others = Array.from({ length: end - start }, (_, index) => first + index)
      if (behind !== first + others.length || others.some((place) => this.taken.has(place))) continue
      for (const [index, other] of others.entries()) {
        const hasSameKeys = this.before[start + index]?.keys() === this.after[other]?.keys()
        if (onlyWithSameKeys && !hasSameKeys) continue
        if (this.canBeOne(start + index, other)) this.pair(start + index, other)
      }
    }
  }

  private canBeOne(a: number, b: number): boolean {
    const [one, other] = [this.before[a]?.identity, this.after[b]?.identity]
    return one === undefined || other === undefined || one === other
  }

  private pair(a: number | undefined, b: number | undefined): void {
    if (a === undefined || b === undefined) return
    this.pairs.set(a, b)
    this.taken.add(b)
  }

  private left(): number[] {
    return [...this.before.keys()].filter((place) => !this.pairs.has(place))
  }

  private leftAfter(): number[] {
    return [...this.after.keys()].filter((place) => !this.taken.has(place))
  }
}

interface Described {
  readonly identity: string | undefined
  readonly key: () => string
  /** The same for documents with the same keys. */
  readonly keys: () => string
  readonly leaves: () => readonly string[]
}

function described(document: Branch): Described {
  return {
    identity: identityOf(document),
    key: once(() => contentKey(document)),
    keys: once(() => JSON.stringify(leavesOf(document, () => '').sort())),
    leaves: once(() => leavesOf(document)),
  }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** Whether each document says by itself which one it is, readable by everybody. */
export function areNamed(documents: readonly Branch[]): boolean {
  const identities = documents.map(identityOf)
  return identities.every((identity) => identity !== undefined) && new Set(identities).size === documents.length
}

/**
 * What tells objects of Kubernetes apart. The version of the interface may change without it being another object. Equal
 * texts under one path may have changed their ciphertexts with each other: these tell nothing.
 */
function identityOf(document: Branch): string | undefined {
  const metadata = childOf(document, 'metadata')
  const inNamespace = childOf(metadata, 'namespace')
  const [kind, name, namespace] = [childOf(document, 'kind'), childOf(metadata, 'name'), inNamespace].map(textOf)
  const isSealed = inNamespace !== undefined && namespace === undefined
  return kind === undefined || name === undefined || isSealed ? undefined : JSON.stringify([kind, namespace, name])
}

function childOf(node: Node | undefined, key: string): Node | undefined {
  if (node?.kind !== 'branch') return undefined
  const entry = node.items.find((item) => item.kind === 'entry' && item.key === key)
  return entry?.kind === 'entry' ? entry.value : undefined
}

function textOf(node: Node | undefined): string | undefined {
  return node?.kind === 'scalar' && node.type === 'str' && !looksSealed(node.value) ? node.value : undefined
}

/** Where the documents stand that are the only ones with what tells them apart. */
function byOnlyIdentity(documents: readonly Described[]): Map<string, number> {
  const found = new Map<string, number>()
  const twice = new Set<string>()
  for (const [place, { identity }] of documents.entries()) {
    if (identity === undefined) continue
    if (found.has(identity)) twice.add(identity)
    found.set(identity, place)
  }
  for (const identity of twice) found.delete(identity)
  return found
}

/** Each value with its path; positions in lists do not count. */
function leavesOf(node: Node, show: (leaf: Node) => string = contentKey, path = ''): string[] {
  if (node.kind === 'scalar' || node.kind === 'null') return [path + show(node)]
  if (node.kind === 'list') {
    return node.items.flatMap((item) => (item.kind === 'comment' ? [] : leavesOf(item, show, `${path}*\0`)))
  }
  return node.items.flatMap((item) =>
    item.kind === 'entry' ? leavesOf(item.value, show, `${path}.${item.key}\0`) : [],
  )
}

/** How much of two documents is the same, from 0 to 1. */
function likenessOf(one: Described | undefined, other: Described | undefined): number {
  const [first, second] = [one?.leaves() ?? [], other?.leaves() ?? []]
  const count = first.length + second.length
  if (count === 0) return 1
  const left = new Map<string, number>()
  for (const leaf of first) left.set(leaf, (left.get(leaf) ?? 0) + 1)
  let common = 0
  for (const leaf of second) {
    const times = left.get(leaf) ?? 0
    if (times > 0) common += 1
    left.set(leaf, times - 1)
  }
  return (2 * common) / count
}
