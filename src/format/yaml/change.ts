import type { ChangeRequest } from '../change.ts'
import type { Edit } from '../edits.ts'
import { cannotEmit } from '../error-at.ts'
import type { Node } from '../tree.ts'
import { hasRoomForBlock, lineEndAfter } from './block-room.ts'
import { addTo } from './change-add.ts'
import { type ChangeLayout, changeLayout } from './change-layout.ts'
import { remove } from './change-remove.ts'
import { YamlWriter } from './emit.ts'
import { flowText } from './flow.ts'
import { YamlScalarPlace } from './places.ts'
import { parseYaml } from './read/parser.ts'
import { resolveScalar } from './read/resolve-scalar.ts'
import { checkUnshared, endOf, type Spot, spotAt } from './spot.ts'

/**
 * The edits that make one change in a YAML text; every line that the change is not about stays.
 *
 * @throws FormatError `ERR_EMIT` where an alias repeats what would change
 */
export function changeYaml({ text, document: number, change, layout: options }: ChangeRequest): Edit[] {
  const parsed = parseYaml(text)
  const document = parsed.documents[number]
  if (document === undefined) throw cannotEmit('there is no such document')
  const layout = changeLayout(text, document, options)
  const spot = spotAt(text, document, change.at)
  checkUnshared(parsed, spot.node, change.kind === 'add')
  switch (change.kind) {
    case 'replace':
      return replace(spot, change.value, layout)
    case 'remove':
      return remove(spot, layout)
    case 'add':
      return addTo(spot, document, change, layout, replace)
  }
}

function replace(spot: Spot, value: Node, layout: ChangeLayout): Edit[] {
  const { node, flow, column, dash, head } = spot
  const isText = value.kind === 'scalar' && value.type === 'str'
  const isThere = node.kind === 'scalar' && node.end > node.contentStart
  if (isText && isThere && (head !== undefined || flow) && isString(node)) {
    // in the quotes or the block that the old one has
    return new YamlScalarPlace(layout, node, { flow, column, ...(dash === undefined ? {} : { dash }) }).open(value)
  }
  if (!flow) return replaceInBlock(spot, value, layout)
  const colon = spot.parent?.collection.kind === 'mapping' && head === undefined ? ':' : ''
  const gap = node.end === node.start ? `${colon} ` : ''
  return [{ start: node.start, end: node.end, text: gap + flowText(value) }]
}

function isString(node: Spot['node']): boolean {
  if (node.kind !== 'scalar') return false
  const value = resolveScalar(node)
  return typeof value === 'object' && value.kind === 'scalar' && value.type === 'str'
}

/** What stands behind the `:` or the `-` gives way; a comment behind it stays on its line. */
function replaceInBlock(spot: Spot, value: Node, layout: ChangeLayout): Edit[] {
  const { text, lineBreak, indent, listIndent } = layout
  const { node, column, dash, head } = spot
  if (head === undefined) throw cannotEmit('a value cannot be written where none stands', 'change it with "edit"')
  const end = Math.max(endOf(text, node), head)
  const lineEnd = lineEndAfter(text, end)
  const isList = value.kind === 'list' && value.items.length > 0
  const child = column + (dash !== undefined ? 2 : isList ? listIndent : indent)
  const headEnd = lineEndAfter(text, head)
  const isBelow = node.start > headEnd && node.end > node.start
  // a comment behind the last line of what stood there would become a part of a block
  const blocks = hasRoomForBlock(text, lineEnd, child, '\n') && !(isBelow && text.slice(end, lineEnd).trim() !== '')
  const [first = '', ...below] = new YamlWriter(indent, { blocks }).valueBehind(value, column, child)
  const lines = below.map((line) => lineBreak + line).join('')
  if (isBelow) {
    return [
      { start: head, end: head, text: first },
      { start: headEnd, end, text: lines },
    ]
  }
  if (dash !== undefined && first === '' && text.slice(end, lineEnd).trim() === '') {
    return [{ start: head, end, text: ` ${lines.trimStart()}` }]
  }
  return [
    { start: head, end, text: first },
    { start: lineEnd, end: lineEnd, text: lines },
  ]
}
