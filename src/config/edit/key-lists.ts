import type { NodePlace } from '../../format/change.ts'
import type { Edit } from '../../format/edits.ts'
import { lineEndAfter } from '../../format/yaml/block-room.ts'
import { changeLayout } from '../../format/yaml/change-layout.ts'
import { remove } from '../../format/yaml/change-remove.ts'
import type { YamlNode, YamlSequence } from '../../format/yaml/read/nodes.ts'
import { spell } from '../../format/yaml/spelling.ts'
import { endOf, itemEnd, lineStart, nextLine, spotAt } from '../../format/yaml/spot.ts'
import { cannotEdit } from './cannot-edit.ts'
import type { PolicyTree } from './policy-tree.ts'

/** A key to be put into a list. */
export interface NewKey {
  readonly key: string
  /** Whose it is: a comment where it has a line of its own. */
  readonly name: string | undefined
}

/** Put a key behind the last one of a list that has some, written as the others are. */
export function addToList({ tree, list, added }: ListAddition, lineBreak: string): Edit[] {
  const { text } = tree
  const last = list.items.length - 1
  const end = list.flow ? itemEnd(text, list, last) : endOf(text, list)
  const lineEnd = lineEndAfter(text, end)
  const word = keyWord(tree, list, added.key, end)
  const isAlias = word.startsWith('*')
  const comment = added.name === undefined || isAlias ? '' : `${commentGap(text, end, lineEnd)}# ${added.name}`
  if (!list.flow) {
    return [{ start: lineEnd, end: lineEnd, text: `${lineBreak}${' '.repeat(list.column)}- ${word}${comment}` }]
  }
  const start = list.items[last]?.start ?? end
  const margin = text.slice(lineStart(text, start), start)
  const between = last > 0 ? text.slice(itemEnd(text, list, last - 1), start) : ''
  if (margin.trim() !== '' || list.start >= lineStart(text, start)) {
    return [{ start: end, end, text: `${last > 0 && !/[\r\n#]/.test(between) ? between : ', '}${word}` }]
  }
  return addLineToFlow(text, { end, lineEnd, margin }, word, comment, lineBreak)
}

export interface ListAddition {
  readonly tree: PolicyTree
  readonly list: YamlSequence
  readonly added: NewKey
}

/** A list in brackets with a line for each key. The bracket may stand behind the last one. */
function addLineToFlow(
  text: string,
  { end, lineEnd, margin }: { end: number; lineEnd: number; margin: string },
  word: string,
  comment: string,
  lineBreak: string,
): Edit[] {
  const [, comma = '', rest = ''] = /^[ \t]*(,?)[ \t]*(.*)$/.exec(text.slice(end, lineEnd)) ?? []
  const line = lineBreak + margin + word
  if (rest !== '' && !rest.startsWith('#')) return [{ start: end, end, text: `,${line}` }]
  return [
    ...(comma === '' ? [{ start: end, end, text: ',' }] : []),
    { start: lineEnd, end: lineEnd, text: line + comma + comment },
  ]
}

/** As the one before it: an alias where the others are and there is one, else in the same quotes. */
function keyWord(tree: PolicyTree, list: YamlSequence, key: string, offset: number): string {
  const nodes = list.items.map(({ value }) => value)
  const anchored = nodes.every(({ kind }) => kind === 'alias') ? tree.anchored(key, offset) : undefined
  if (anchored?.anchor !== undefined) return `*${anchored.anchor}`
  const last = nodes.at(-1)
  const style = last?.kind === 'scalar' ? last.style : 'plain'
  const number = style === 'single' ? 1 : style === 'double' ? 2 : 0
  return spell({ kind: 'scalar', type: 'str', value: key }, number, { flow: list.flow, tagged: false })
}

/** Blanks in front of the comment behind the last key. */
function commentGap(text: string, end: number, lineEnd: number): string {
  return /([ \t]+)#/.exec(text.slice(end, lineEnd))?.[1] ?? ' '
}

/** Take the elements of a list that are `key` out; undefined when none would be left. */
export function removeFromList(tree: PolicyTree, at: NodePlace, key: string): Edit[] | undefined {
  const { text } = tree
  const list = tree.node(at)
  if (list.kind !== 'sequence') throw new RangeError('this is no list')
  const gone = list.items.flatMap(({ value }, index) => (keyOf(value) === key ? [index] : []))
  if (gone.length === list.items.length) return undefined
  const [first, second] = gone
  if (first === undefined) return []
  if (second !== undefined) throw cannotEdit(text, list.start, 'the key stands here more than once', 'keep it once')
  const moved = movedAnchor(tree, list.items[first]?.value)
  if (list.flow && isAloneOnLine(text, list, first)) return [...removeLine(text, list, first), ...moved]
  return [...remove(spotAt(text, tree.document, [...at, first]), changeLayout(text, tree.document, {})), ...moved]
}

/** When others repeat what goes by an alias, the first of them takes the anchor over. */
export function movedAnchor(tree: PolicyTree, node: YamlNode | undefined): Edit[] {
  if (node?.kind !== 'scalar' || node.anchor === undefined) return []
  for (const [, other] of tree.places()) {
    if (other.kind !== 'alias' || other.target !== node) continue
    if (node.block !== undefined || /[\r\n]/.test(tree.text.slice(node.start, node.end))) {
      throw cannotEdit(tree.text, node.start, 'other places repeat this key by an alias', 'move its anchor there first')
    }
    return [{ start: other.start, end: other.end, text: tree.text.slice(node.start, node.end) }]
  }
  return []
}

function keyOf(node: YamlNode): string | undefined {
  const target = node.kind === 'alias' ? node.target : node
  return target.kind === 'scalar' ? target.value.trim() : undefined
}

/** Nothing else stands there but blanks, its comma and a comment. */
function isAloneOnLine(text: string, list: YamlSequence, index: number): boolean {
  const start = list.items[index]?.start ?? 0
  const end = itemEnd(text, list, index)
  const before = text.slice(lineStart(text, start), start)
  return before.trim() === '' && /^[ \t]*,?[ \t]*(?:#.*)?$/.test(text.slice(end, lineEndAfter(text, end)))
}

function removeLine(text: string, list: YamlSequence, index: number): Edit[] {
  const end = itemEnd(text, list, index)
  const line: Edit = {
    start: lineStart(text, list.items[index]?.start ?? 0),
    end: nextLine(text, lineEndAfter(text, end)),
    text: '',
  }
  const hasComma = /^[ \t]*,/.test(text.slice(end, line.end))
  if (index === 0 || hasComma) return [line]
  // the last one without a comma: now the one before it is that
  const before = itemEnd(text, list, index - 1)
  const comma = text.indexOf(',', before)
  return [{ start: comma, end: comma + 1, text: '' }, line]
}
