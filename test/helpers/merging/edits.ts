import fc from 'fast-check'
import { MARKER } from '../canary.ts'
import { type Mapping, type Member, type Model, nameOf } from './model.ts'

export type Format = 'yaml' | 'json' | 'dotenv' | 'ini'

/** Draws one value after the other; a failing run is made smaller by drawing less. */
export class Draw {
  private readonly g: fc.GeneratorValue
  private count = 0

  constructor(g: fc.GeneratorValue) {
    this.g = g
  }

  number(max: number): number {
    return this.g(fc.nat, { max })
  }

  /** Once in so many times. */
  oneIn(times: number): boolean {
    return this.number(times - 1) === 1
  }

  pick<T>(from: readonly [T, ...T[]]): T {
    return from[this.number(from.length - 1)] ?? from[0]
  }

  /** A text that never was there before, and that is found wherever it leaks. */
  text(): string {
    this.count += 1
    const word = `${MARKER}-${this.number(9)}-${this.count}`
    return this.pick([word, word, `${word}: #x "y" 'z'`, `${word}\nsecond line\n\tthird`, ` ${word}`, `${word}\n`])
  }

  /** One line, as lists of ini and dotenv take it. */
  word(): string {
    this.count += 1
    return `${MARKER}${this.number(9)}x${this.count}`
  }
}

const KEYS = ['alpha', 'beta', 'gamma', 'delta', 'kappa', 'omega', 'url_unencrypted', 'sigma', 'tau'] as const

export function newDocument(draw: Draw, format: Format): Mapping {
  if (format === 'dotenv') return mapping(draw, () => flat(draw))
  if (format === 'ini') return mapping(draw, () => mapping(draw, () => flat(draw)))
  return mapping(draw, () => value(draw, 2))
}

function mapping(draw: Draw, make: () => Model): Mapping {
  const items = new Map<string, Member>()
  const count = 1 + draw.number(5)
  for (let index = 0; index < count; index += 1) {
    items.set(draw.pick(KEYS), { value: make(), comment: draw.oneIn(4) ? ` ${draw.word()}` : undefined })
  }
  return { kind: 'map', items }
}

function flat(draw: Draw): Model {
  return { kind: 'scalar', value: draw.word() }
}

function value(draw: Draw, depth: number): Model {
  const kind = draw.number(depth > 0 ? 9 : 5)
  if (kind <= 2) return { kind: 'scalar', value: draw.text() }
  if (kind === 3) return { kind: 'scalar', value: draw.number(100_000) }
  if (kind === 4) return { kind: 'scalar', value: draw.pick([true, false, null]) }
  if (kind <= 6) return { kind: 'list', items: Array.from({ length: 1 + draw.number(4) }, () => draw.word()) }
  if (kind === 7) return named(draw)
  return mapping(draw, () => value(draw, depth - 1))
}

function named(draw: Draw): Model {
  const count = 1 + draw.number(2)
  return { kind: 'named', items: new Map(Array.from({ length: count }, () => [draw.word(), fields(draw)])) }
}

function fields(draw: Draw): Mapping {
  return mapping(draw, () => ({ kind: 'scalar', value: draw.text() }))
}

/** A document with what tells it from others, as Kubernetes has it; no edit changes that. */
export function headed(document: Mapping, name: string): Mapping {
  const metadata: Mapping = { kind: 'map', items: new Map([['name', { value: { kind: 'scalar', value: name } }]]) }
  const head: [string, Member][] = [
    ['kind', { value: { kind: 'scalar', value: 'Secret' } }],
    ['metadata', { value: metadata }],
  ]
  return { kind: 'map', items: new Map([...head, ...withoutHead(document).items]) }
}

function withoutHead(document: Mapping): Mapping {
  return { kind: 'map', items: new Map([...document.items].filter(([key]) => !HEAD.has(key))) }
}

const HEAD = new Set(['kind', 'metadata'])

/** What somebody makes of a file of several documents. @param hasNames - whether they are told apart by their names */
export function editedDocuments(documents: readonly Mapping[], draw: Draw, hasNames: boolean): readonly Mapping[] {
  const result = documents.map((document) => {
    if (!hasNames) return edited(document, draw, 'yaml')
    // a file of one document has no names to go by
    const isRenamed = documents.length > 1 && draw.oneIn(20)
    return headed(edited(withoutHead(document), draw, 'yaml'), isRenamed ? draw.word() : nameOf(document))
  })
  if (documents.length > 1 && draw.oneIn(4)) result.splice(draw.number(result.length - 1), 1)
  if (draw.oneIn(3)) {
    const added = newDocument(draw, 'yaml')
    result.splice(draw.number(result.length), 0, hasNames ? headed(added, draw.word()) : added)
  }
  if (draw.oneIn(5)) result.push(...result.splice(draw.number(result.length - 1), 1))
  return result
}

/** What somebody makes of a document: some values, keys, elements and comments of it become others. */
export function edited(document: Mapping, draw: Draw, format: Format): Mapping {
  let result = document
  for (let left = draw.number(4); left > 0; left -= 1) result = editMapping(result, draw, format, 2)
  return result.items.size === 0 ? document : result
}

function editMapping(map: Mapping, draw: Draw, format: Format, depth: number): Mapping {
  const items = new Map(map.items)
  const keys = [...items.keys()]
  const key = keys[draw.number(Math.max(0, keys.length - 1))]
  const member = key === undefined ? undefined : items.get(key)
  const kind = draw.number(9)
  const fresh = (): Model => {
    if (format === 'dotenv' || (format === 'ini' && depth < 2)) return flat(draw)
    if (format === 'ini') return mapping(draw, () => flat(draw))
    return value(draw, depth - 1)
  }
  if (member === undefined || key === undefined || kind <= 2) items.set(draw.pick(KEYS), { value: fresh() })
  else if (kind === 3 && items.size > 1) items.delete(key)
  else if (kind === 4) items.set(key, { ...member, comment: draw.oneIn(3) ? undefined : ` ${draw.word()}` })
  else items.set(key, { ...member, value: editValue(member.value, draw, format, depth, fresh) })
  return { kind: 'map', items }
}

function editValue(model: Model, draw: Draw, format: Format, depth: number, fresh: () => Model): Model {
  if (model.kind === 'map') return editMapping(model, draw, format, depth - 1)
  if (model.kind === 'scalar') return fresh()
  if (model.kind === 'named') {
    const items = new Map(model.items)
    const name = [...items.keys()][draw.number(items.size - 1)] ?? ''
    if (draw.oneIn(3)) items.set(draw.word(), fields(draw))
    else if (draw.oneIn(4) && items.size > 1) items.delete(name)
    else items.set(name, editMapping(items.get(name) ?? fields(draw), draw, 'dotenv', 1))
    return { kind: 'named', items }
  }
  const items = [...model.items]
  const place = draw.number(items.length)
  if (draw.oneIn(3)) items.splice(place, 1)
  else if (draw.oneIn(2)) items.splice(place, 1, draw.word())
  else items.splice(place, 0, draw.word())
  return { kind: 'list', items }
}
