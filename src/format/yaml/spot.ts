import type { NodePlace } from '../change.ts'
import type { Span } from '../edits.ts'
import { cannotEmit } from '../error-at.ts'
import { lineEndAfter } from './block-room.ts'
import type { YamlCollection, YamlDocument, YamlNode, YamlPair } from './read/nodes.ts'
import type { ParsedYaml } from './read/parser.ts'

/** Where a node stands, with what a change there has to know. */
export interface Spot {
  readonly node: YamlNode
  /** The collection it stands in, and its position there; undefined at the root. */
  readonly parent: { readonly spot: Spot; readonly collection: YamlCollection; readonly index: number } | undefined
  /** Whether it stands in a flow collection. */
  readonly flow: boolean
  /** Column of the block collection it stands in; -1 at the root. */
  readonly column: number
  /** Offset behind the `:` or the `-` in front of it; undefined where there is none. */
  readonly head: number | undefined
  /** Offset of the `-` in front of it. */
  readonly dash: number | undefined
}

/** Follow `at` from the root of a document. */
export function spotAt(text: string, document: YamlDocument, at: NodePlace): Spot {
  let spot: Spot = {
    node: document.root,
    parent: undefined,
    flow: false,
    column: -1,
    head: undefined,
    dash: undefined,
  }
  for (const index of at) {
    const { node } = spot
    if (node.kind !== 'mapping' && node.kind !== 'sequence') throw lost()
    const pair = node.kind === 'mapping' ? node.pairs[index] : undefined
    const item = node.kind === 'sequence' ? node.items[index] : undefined
    const child = pair?.value ?? item?.value
    if (child === undefined) throw lost()
    const isBlockItem = item !== undefined && !node.flow
    spot = {
      node: child,
      parent: { spot, collection: node, index },
      flow: node.flow,
      column: node.column,
      head: pair !== undefined ? behindColon(text, pair) : isBlockItem ? item.start + 1 : undefined,
      dash: isBlockItem ? item.start : undefined,
    }
  }
  return spot
}

function lost(): Error {
  return cannotEmit('the place to change cannot be found in the text', 'change it with "edit"')
}

/** Blanks, line breaks and comments between a key and its colon. */
const TO_COLON = /(?:[ \t\r\n]|#[^\r\n]*(?=[\r\n]))*:/y

function behindColon(text: string, { key, value }: YamlPair): number | undefined {
  TO_COLON.lastIndex = key.end
  if (!TO_COLON.test(text)) return undefined
  const head = TO_COLON.lastIndex
  return value.start >= head || value.end === value.start ? head : undefined
}

/** Where an entry or an element starts: at its key, `?` included, at its `-`, at its value in a flow list. */
export function startOf(text: string, collection: YamlCollection, index: number): number {
  if (collection.kind === 'sequence') return collection.items[index]?.start ?? collection.end
  const start = collection.pairs[index]?.key.start ?? collection.end
  const mark = /\?[ \t]+$/.exec(text.slice(Math.max(0, start - 64), start))
  return start - (mark?.[0].length ?? 0)
}

/** Where an entry or an element ends: behind its value, as {@link endOf} says. */
export function itemEnd(text: string, collection: YamlCollection, index: number): number {
  if (collection.kind === 'sequence') {
    const item = collection.items[index]
    return item === undefined ? collection.end : Math.max(endOf(text, item.value), collection.flow ? 0 : item.start + 1)
  }
  const pair = collection.pairs[index]
  if (pair === undefined) return collection.end
  return Math.max(endOf(text, pair.value), pair.key.end, behindColon(text, pair) ?? 0)
}

/** Where the last line that belongs to a node ends, its line break not included. */
export function endOf(text: string, node: YamlNode): number {
  if (node.kind === 'mapping' || node.kind === 'sequence') {
    const { length } = node.kind === 'mapping' ? node.pairs : node.items
    return node.flow || length === 0 ? node.end : itemEnd(text, node, length - 1)
  }
  if (node.kind !== 'scalar' || node.block === undefined) return node.end
  const { block } = node
  let end = node.end <= block.contentStart ? lineEndAfter(text, block.headerEnd) : node.end
  // empty lines below belong to the value when it keeps them
  const kept = block.chomp === 'keep' ? block.trailingBreaks : 0
  for (let count = 0; count < kept; count += 1) end = lineEndAfter(text, nextLine(text, lineEndAfter(text, end)))
  return end
}

/** Where the next line starts. @param lineEnd - offset of a line break, or the end of the text */
export function nextLine(text: string, lineEnd: number): number {
  if (lineEnd >= text.length) return text.length
  return lineEnd + (text.startsWith('\r\n', lineEnd) ? 2 : 1)
}

/** Where the line of `offset` starts. */
export function lineStart(text: string, offset: number): number {
  return Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1
}

/**
 * Refuse a change of what an alias repeats: it would be one of two places.
 *
 * @param within - whether only anchors around `span` count, not those inside
 * @throws FormatError `ERR_EMIT`
 */
export function checkUnshared(parsed: ParsedYaml, span: Span, within: boolean): void {
  if (!parsed.hasAliases) return
  const visit = (node: YamlNode): void => {
    if (node.kind === 'alias') {
      if (node.start >= span.start && node.end <= span.end && !within) return
      const { target } = node
      const isAround = target.start <= span.start && target.end >= span.end
      const isInside = !within && target.start >= span.start && target.end <= span.end
      if (!isAround && !isInside) return
      throw cannotEmit(
        'the value is repeated by an alias: a change would be one of both places',
        'write the alias out with "edit" first',
      )
    }
    if (node.kind === 'sequence') for (const { value } of node.items) visit(value)
    if (node.kind !== 'mapping') return
    for (const { key, value } of node.pairs) {
      visit(key)
      visit(value)
    }
  }
  for (const { root } of parsed.documents) visit(root)
}
