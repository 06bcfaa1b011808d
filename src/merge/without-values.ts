import type { Branch, List, Node, Scalar } from '../format/tree.ts'
import { contentKey } from './same.ts'

/** A text, and the tree that was read from it. */
export interface ReadText {
  readonly text: string
  readonly root: Branch
}

/** Three texts in which a name stands for each value that all of them have. */
export interface WithoutValues {
  readonly base: string
  readonly ours: string
  readonly theirs: string
  /** Put values in where the names stand. */
  fill(text: string): string
}

type Side = 'base' | 'ours' | 'theirs'
const SIDES = ['base', 'ours', 'theirs'] as const

/**
 * Take values out of texts that are merged by lines: the tree says what becomes of values, and two of them that changed must
 * not be in the way of comments and layout beside them.
 *
 * @param merged - says which value is filled in
 * @returns undefined for texts in which names of values could not be told from what stands there
 */
export function withoutValues(
  versions: Readonly<Record<Side, ReadText>>,
  merged: Node | undefined,
): WithoutValues | undefined {
  const texts = { base: versions.base.text, ours: versions.ours.text, theirs: versions.theirs.text }
  if (SIDES.some((side) => texts[side].includes(SIGN))) return undefined
  const taken = new Taken(texts)
  const { base, ours, theirs } = versions
  taken.visit({ base: base.root, ours: ours.root, theirs: theirs.root }, merged)
  return {
    base: taken.textOf('base'),
    ours: taken.textOf('ours'),
    theirs: taken.textOf('theirs'),
    fill: (text) => text.replaceAll(NAME, (name, index) => taken.values[Number(index)] ?? name),
  }
}

/** In no text that a format can hold. */
const SIGN = '\0'
const NAME = new RegExp(`${SIGN}([0-9]+)${SIGN}`, 'g')

type Nodes = Readonly<Record<Side, Node | undefined>>

class Taken {
  readonly values: string[] = []
  private readonly texts: Readonly<Record<Side, string>>
  private readonly spans = { base: [] as Span[], ours: [] as Span[], theirs: [] as Span[] }

  constructor(texts: Readonly<Record<Side, string>>) {
    this.texts = texts
  }

  visit(nodes: Nodes, merged: Node | undefined): void {
    const { base, ours, theirs } = nodes
    if (base?.kind === 'scalar' && ours?.kind === 'scalar' && theirs?.kind === 'scalar') {
      this.take({ base, ours, theirs }, merged)
      return
    }
    const children = SIDES.map((side) => childrenOf(nodes[side]))
    const [inBase, inOurs, inTheirs] = children
    if (inBase === undefined || inOurs === undefined || inTheirs === undefined) return
    // elements without names are those in the same place only where none came or went
    if (ours?.kind === 'list' && !children.every((all) => all?.isNamed) && new Set(children.map(sizeOf)).size > 1)
      return
    const inMerged = childrenOf(merged)
    for (const [name, own] of inOurs.nodes) {
      const below = { base: inBase.nodes.get(name), ours: own, theirs: inTheirs.nodes.get(name) }
      this.visit(below, inMerged?.nodes.get(name))
    }
  }

  textOf(side: Side): string {
    let [text, from] = ['', 0]
    for (const { start, end, name } of this.spans[side].sort((a, b) => a.start - b.start)) {
      text += this.texts[side].slice(from, start) + name
      from = end
    }
    return text + this.texts[side].slice(from)
  }

  private take(nodes: Readonly<Record<Side, Scalar>>, merged: Node | undefined): void {
    const found = SIDES.map((side) => this.spanOf(nodes[side], side))
    const [base, ours, theirs] = found
    if (base === undefined || ours === undefined || theirs === undefined) return
    const name = `${SIGN}${this.values.length}${SIGN}`
    for (const [index, side] of SIDES.entries()) {
      const { start = 0, end = 0 } = found[index] ?? {}
      this.spans[side].push({ start, end, name })
    }
    const [own, other, wanted] = [nodes.ours, nodes.theirs, merged].map((node) => node && contentKey(node))
    // the same value may be written in another way
    const isOther = own === other ? ours.text === base.text : wanted === other
    this.values.push(isOther ? theirs.text : ours.text)
  }

  /** Without the line break that a block ends with. */
  private spanOf({ place, origin, alias }: Scalar, side: Side) {
    if (place === undefined || origin !== undefined || alias !== undefined) return undefined
    const { start } = place
    const text = this.texts[side].slice(start, place.end).trimEnd()
    return { start, end: start + text.length, text }
  }
}

interface Span {
  readonly start: number
  readonly end: number
  readonly name: string
}

interface Children {
  readonly nodes: ReadonlyMap<string, Node>
  readonly isNamed: boolean
}

/** Undefined for what has none, or none that could be told apart. */
function childrenOf(node: Node | undefined): Children | undefined {
  if (node?.kind === 'branch') {
    const entries = node.items.flatMap((item) => (item.kind === 'entry' ? [[item.key, item.value] as const] : []))
    const nodes = new Map(entries)
    return nodes.size === entries.length ? { nodes, isNamed: true } : undefined
  }
  if (node?.kind !== 'list') return undefined
  const elements = elementsOf(node)
  const named = new Map(elements.flatMap((element) => nameOf(element).map((name) => [name, element] as const)))
  if (named.size === elements.length) return { nodes: named, isNamed: true }
  return { nodes: new Map(elements.map((element, index) => [`${index}`, element])), isNamed: false }
}

function sizeOf(children: Children | undefined): number {
  return children?.nodes.size ?? 0
}

function elementsOf({ items }: List): Node[] {
  return items.filter((item) => item.kind !== 'comment')
}

function nameOf(element: Node): string[] {
  if (element.kind !== 'branch') return []
  return element.items.flatMap((item) =>
    item.kind === 'entry' && item.key === 'name' && item.value.kind === 'scalar' ? [item.value.value] : [],
  )
}
