/** A document as merging sees it: an independent, simple model that tests hold the program against. */
export type Model = Scalar | List | Named | Mapping
export type Scalar = { readonly kind: 'scalar'; readonly value: string | number | boolean | null }
/** Of texts that are all different. */
export type List = { readonly kind: 'list'; readonly items: readonly string[] }
/** A list of mappings, each with a name of its own. */
export type Named = { readonly kind: 'named'; readonly items: ReadonlyMap<string, Mapping> }
export type Mapping = { readonly kind: 'map'; readonly items: ReadonlyMap<string, Member> }
export interface Member {
  readonly value: Model
  /** Stands above it. */
  readonly comment?: string | undefined
}

export interface MergedModel {
  /** Undefined: taken away. Of two sides in conflict, the one that was asked for. */
  readonly value: Model | undefined
  /** Paths, joined. */
  readonly conflicts: readonly string[]
}

export type Side = 'ours' | 'theirs'

/** The same content, whatever the order of keys; comments do not count. */
export function plain(model: Model | undefined): unknown {
  if (model === undefined) return 'nothing'
  if (model.kind === 'scalar') return model.value
  if (model.kind === 'list') return model.items
  if (model.kind === 'named') return [...model.items].map(([name, value]) => [name, plain(value)]).sort(byText)
  return Object.fromEntries([...model.items].map(([key, { value }]) => [key, plain(value)] as const).sort(byText))
}

function byText(a: readonly unknown[], b: readonly unknown[]): number {
  return String(a[0]) < String(b[0]) ? -1 : 1
}

const isSame = (a: Model | undefined, b: Model | undefined) => JSON.stringify(plain(a)) === JSON.stringify(plain(b))

/** Merge three versions; where both sides differ from the base and from each other, take `side` and say so. */
export function mergeModels(
  first: Model | undefined,
  second: Model | undefined,
  third: Model | undefined,
  side: Side,
  path = '',
): MergedModel {
  const isNamed = [first, second, third].some((model) => model?.kind === 'named')
  const [base, ours, theirs] = [first, second, third].map((model) => (isNamed ? emptyAsNamed(model) : model))
  if (isSame(base, theirs) || isSame(ours, theirs)) return { value: ours, conflicts: [] }
  if (isSame(base, ours)) return { value: theirs, conflicts: [] }
  const conflict = { value: side === 'ours' ? ours : theirs, conflicts: [path] }
  if (ours?.kind === 'map' && theirs?.kind === 'map') {
    return mergeMaps(base?.kind === 'map' ? base : { kind: 'map', items: new Map() }, ours, theirs, side, path)
  }
  if (ours?.kind === 'named' && theirs?.kind === 'named') {
    const empty: Mapping = { kind: 'map', items: new Map() }
    const merged = mergeMaps(base?.kind === 'named' ? asMap(base) : empty, asMap(ours), asMap(theirs), side, path)
    const items = [...(merged.value?.kind === 'map' ? merged.value.items : [])]
    const named = items.flatMap(([name, { value }]) => (value.kind === 'map' ? [[name, value] as const] : []))
    return { value: { kind: 'named', items: new Map(named) }, conflicts: merged.conflicts }
  }
  if (ours?.kind === 'list' && theirs?.kind === 'list' && base?.kind === 'list') {
    return mergeLists(base.items, ours.items, theirs.items, side, path) ?? conflict
  }
  return conflict
}

/** A list without elements may be of any kind. */
function emptyAsNamed(model: Model | undefined): Model | undefined {
  return model?.kind === 'list' && model.items.length === 0 ? { kind: 'named', items: new Map() } : model
}

function asMap({ items }: Named): Mapping {
  return { kind: 'map', items: new Map([...items].map(([name, value]) => [name, { value }])) }
}

function mergeMaps(base: Mapping, ours: Mapping, theirs: Mapping, side: Side, path: string): MergedModel {
  const items = new Map<string, Member>()
  const conflicts: string[] = []
  for (const key of new Set([...ours.items.keys(), ...theirs.items.keys()])) {
    const [was, own, other] = [base, ours, theirs].map((map) => map.items.get(key)?.value)
    const merged = mergeModels(was, own, other, side, `${path}/${key}`)
    conflicts.push(...merged.conflicts)
    if (merged.value !== undefined) items.set(key, { value: merged.value })
  }
  return { value: { kind: 'map', items }, conflicts }
}

/** All elements differ and none moves, so that what stands in all three cuts the lists into parts. */
function mergeLists(
  base: readonly string[],
  ours: readonly string[],
  theirs: readonly string[],
  side: Side,
  path: string,
): MergedModel | undefined {
  const anchors = base.filter((item) => ours.includes(item) && theirs.includes(item))
  const parts = (list: readonly string[]) => {
    const cuts = [-1, ...anchors.map((item) => list.indexOf(item)), list.length]
    return cuts.slice(1).map((end, index) => list.slice((cuts[index] ?? 0) + 1, end))
  }
  const [was, own, other] = [parts(base), parts(ours), parts(theirs)]
  const items: string[] = []
  const conflicts: string[] = []
  for (const [index, part] of own.entries()) {
    const [b, t] = [was[index] ?? [], other[index] ?? []]
    const same = (x: readonly string[], y: readonly string[]) => x.join('\0') === y.join('\0')
    if (same(b, t) || same(part, t)) items.push(...part)
    else if (same(b, part)) items.push(...t)
    else if (b.length === part.length && b.length === t.length) {
      for (const [place, item] of part.entries()) {
        const merged = mergeModels(scalar(b[place]), scalar(item), scalar(t[place]), side, `${path}/${items.length}`)
        conflicts.push(...merged.conflicts)
        items.push(merged.value?.kind === 'scalar' ? String(merged.value.value) : '')
      }
    } else return undefined
    const anchor = anchors[index]
    if (anchor !== undefined) items.push(anchor)
  }
  return { value: { kind: 'list', items }, conflicts }
}

function scalar(value: string | undefined): Scalar {
  return { kind: 'scalar', value: value ?? '' }
}

export interface MergedDocuments {
  /** In the order of their names; those that stay. */
  readonly documents: readonly Model[]
  readonly conflicts: readonly string[]
}

/** What tells a document from another: see `headed`. */
export function nameOf(document: Mapping): string {
  const metadata = document.items.get('metadata')?.value
  const name = metadata?.kind === 'map' ? metadata.items.get('name')?.value : undefined
  return name?.kind === 'scalar' ? String(name.value) : ''
}

/** Merge documents that have names: each with the one of its name; a document that is alone is always the same one. */
export function mergeDocuments(
  base: readonly Mapping[] | undefined,
  ours: readonly Mapping[],
  theirs: readonly Mapping[],
  side: Side,
): MergedDocuments {
  const known = new Map((base ?? []).map((document) => [nameOf(document), document]))
  const named = (documents: readonly Mapping[], others: readonly Mapping[] | undefined) => {
    const [alone, other] = [documents[0], others?.[0]]
    if (documents.length === 1 && others?.length === 1 && alone && other) return new Map([[nameOf(other), alone]])
    return new Map(documents.map((document) => [nameOf(document), document]))
  }
  const own = named(ours, base)
  const other = named(theirs, base ?? ours)
  const merged = [...new Set([...own.keys(), ...other.keys()])].map((name) =>
    mergeModels(known.get(name), own.get(name), other.get(name), side, name),
  )
  return {
    documents: merged.flatMap(({ value }) => value ?? []).sort(byName),
    conflicts: merged.flatMap(({ conflicts }) => conflicts),
  }
}

function byName(a: Model, b: Model): number {
  const [first, second] = [a, b].map((model) => (model.kind === 'map' ? nameOf(model) : ''))
  return String(first) < String(second) ? -1 : 1
}
