import type { TreeChange } from '../change.ts'
import type { Edit } from '../edits.ts'
import { cannotEmit } from '../error-at.ts'
import type { Node } from '../tree.ts'
import { hasRoomForBlock, lineEndAfter } from './block-room.ts'
import type { ChangeLayout } from './change-layout.ts'
import { emitYaml, YamlWriter } from './emit.ts'
import { flowText } from './flow.ts'
import { keyText } from './key-text.ts'
import type { YamlCollection, YamlDocument, YamlNode } from './read/nodes.ts'
import { doubleQuoted } from './scalar-style.ts'
import { spell } from './spelling.ts'
import { endOf, itemEnd, lineStart, type Spot, startOf } from './spot.ts'

type Addition = Extract<TreeChange, { kind: 'add' }>

/** Add an entry or an element behind the last one of the collection at `spot`. */
export function addTo(
  spot: Spot,
  document: YamlDocument,
  change: Addition,
  layout: ChangeLayout,
  replace: (spot: Spot, value: Node, layout: ChangeLayout) => Edit[],
): Edit[] {
  const { node } = spot
  const isCollection = node.kind === 'mapping' || node.kind === 'sequence'
  if (isCollection && !node.flow) return addToBlock(node, change, layout)
  const isEmpty = !isCollection || (node.kind === 'mapping' ? node.pairs : node.items).length === 0
  if (isCollection && !isEmpty) return addToFlow(node, change, layout)
  const { key, value } = change
  const filled: Node =
    key === undefined ? { kind: 'list', items: [value] } : { kind: 'branch', items: [{ kind: 'entry', key, value }] }
  if (spot.parent !== undefined) return replace(spot, filled, layout)
  return fillRoot(document, filled, layout)
}

function addToBlock(node: YamlCollection, { key, value }: Addition, layout: ChangeLayout): Edit[] {
  const { text, lineBreak } = layout
  const lineEnd = lineEndAfter(text, endOf(text, node))
  const lines =
    key === undefined
      ? elementLines(value, node.column, lineEnd, layout)
      : entryLines(key, value, node, lineEnd, layout)
  return [{ start: lineEnd, end: lineEnd, text: lines.map((line) => lineBreak + line).join('') }]
}

function entryLines(key: string, value: Node, node: YamlCollection, lineEnd: number, layout: ChangeLayout): string[] {
  const { text, indent, listIndent } = layout
  const { column } = node
  const margin = ' '.repeat(column)
  const name = keyText(key, value)
  if (name === undefined) {
    const lines = emitYaml([{ kind: 'branch', items: [{ kind: 'entry', key, value }] }], indent).split('\n')
    return lines.slice(0, -1).map((line) => (line === '' ? '' : margin + line))
  }
  const quoted = quotedAlike(value, node)
  if (quoted !== undefined) return [`${margin}${name}: ${quoted}`]
  const isList = value.kind === 'list' && value.items.length > 0
  const child = column + (isList ? listIndent : indent)
  const blocks = hasRoomForBlock(text, lineEnd, child, '\n')
  const [first = '', ...below] = new YamlWriter(indent, { blocks }).valueBehind(value, column, child)
  return [`${margin}${name}:${first}`, ...below]
}

function elementLines(value: Node, column: number, lineEnd: number, { text, indent }: ChangeLayout): string[] {
  const child = column + 2
  const blocks = hasRoomForBlock(text, lineEnd, child, '\n')
  const [first = '', ...below] = new YamlWriter(indent, { blocks }).valueBehind(value, column, child)
  const dash = `${' '.repeat(column)}-`
  if (first !== '') return [dash + first, ...below]
  const [inside = '', ...rest] = below
  return [`${dash} ${inside.trimStart()}`, ...rest]
}

/** A text on one line, in the quotes that all texts beside it have; undefined when they have none, or not the same. */
function quotedAlike(value: Node, node: YamlCollection): string | undefined {
  if (value.kind !== 'scalar' || value.type !== 'str' || value.value.includes('\n') || node.kind !== 'mapping') return
  const styles = new Set(node.pairs.flatMap((pair) => (pair.value.kind === 'scalar' ? [pair.value.style] : [])))
  const [style, other] = styles
  if (other !== undefined || (style !== 'single' && style !== 'double') || !value.value.isWellFormed()) return
  return spell(value, style === 'single' ? 1 : 2, { flow: false, tagged: false })
}

function addToFlow(node: YamlCollection, { key, value }: Addition, { text, lineBreak }: ChangeLayout): Edit[] {
  const last = (node.kind === 'mapping' ? node.pairs : node.items).length - 1
  const start = startOf(text, node, last)
  const end = itemEnd(text, node, last)
  const from =
    last > 0 ? itemEnd(text, node, last - 1) : text.lastIndexOf(node.kind === 'mapping' ? '{' : '[', start - 1)
  const before = text.slice(from, start)
  const line = text.slice(lineStart(text, start), start)
  const gap = /[\r\n]/.test(before)
    ? lineBreak + (/^[ \t]*/.exec(line)?.[0] ?? '')
    : last > 0
      ? (/,([ \t]*)$/.exec(before)?.[1] ?? ' ')
      : ' '
  const lastKey: YamlNode | undefined = node.kind === 'mapping' ? node.pairs[last]?.key : undefined
  const isQuoted = lastKey?.kind === 'scalar' && lastKey.style === 'double'
  const entry = key === undefined ? flowText(value) : isQuoted ? jsonEntry(key, value) : flowEntry(key, value)
  return [{ start: end, end, text: `,${gap}${entry}` }]
}

function jsonEntry(key: string, value: Node): string {
  const isWord = value.kind === 'scalar' && value.type === 'str' && value.value.isWellFormed()
  return `${doubleQuoted(key)}: ${isWord ? doubleQuoted(value.value) : flowText(value)}`
}

function flowEntry(key: string, value: Node): string {
  return flowText({ kind: 'branch', items: [{ kind: 'entry', key, value }] }).slice(1, -1)
}

/** A document that holds nothing: no node at all, null, or `{}`. */
function fillRoot({ root, end }: YamlDocument, filled: Node, { text, lineBreak, indent }: ChangeLayout): Edit[] {
  if (filled.kind !== 'branch') throw cannotEmit('a document must be a mapping')
  const block = emitYaml([filled], indent, lineBreak)
  const body = block.slice(0, -lineBreak.length)
  if (root.end > root.start) {
    const isAlone = text.slice(lineStart(text, root.start), root.start).replace('\ufeff', '') === ''
    const behind = text.slice(root.end, lineEndAfter(text, root.end)).trim()
    return [{ start: root.start, end: root.end, text: isAlone && behind === '' ? body : flowText(filled) }]
  }
  const isBare = end > 0 && !/[\n\r\ufeff]$/.test(text.slice(end - 1, end))
  return [{ start: end, end, text: isBare ? lineBreak + body : block }]
}
