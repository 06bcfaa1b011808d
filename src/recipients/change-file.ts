import { isBullaError } from '../errors.ts'
import type { TreeChange } from '../format/change.ts'
import { applyEdits } from '../format/edits.ts'
import { changeYaml } from '../format/yaml/change.ts'
import { emitYaml } from '../format/yaml/emit.ts'
import type { YamlNode } from '../format/yaml/read/nodes.ts'
import { parseYaml } from '../format/yaml/read/parser.ts'
import type { Wrapping } from '../keys/wrapped/wrapping.ts'
import { branch, formatRecipient, INDENT, identityNode, previousNode, text, wrappingNode } from './format-file.ts'
import { type PreviousKey, parseRecipientFile, type Recipient } from './recipient-file.ts'

/**
 * The text of a recipient's file whose keys or wrappings are other ones now. Everything else of it stays, comments and layout
 * too, as far as they do not stand inside of what changes; a layout in which that cannot be is written anew.
 *
 * @param before - what `current` holds
 * @param after - the same with another key or other wrappings; earlier keys are only added, in front of the others
 */
export function changeRecipient(current: string, before: Recipient, after: Recipient): string {
  const anew = formatRecipient(after)
  try {
    const changed = changedText(current, before, after)
    return contentOf(changed, after.name) === contentOf(anew, after.name) ? changed : anew
  } catch (error) {
    if (isBullaError(error)) return anew
    throw error
  }
}

/** What a file says: what was changed in place must say the same as what is written anew. */
function contentOf(file: string, name: string): string {
  return JSON.stringify(parseRecipientFile(Buffer.from(file), name, ''))
}

function changedText(current: string, before: Recipient, after: Recipient): string {
  let changed = current
  if (after.recipient !== before.recipient) {
    const at = placeOf(changed, ['recipient'])
    if (at !== undefined) changed = apply(changed, { kind: 'replace', at, value: text(after.recipient) })
  }
  changed = changeWrappings(changed, [], before.wrappings, after.wrappings)
  const addedCount = after.previous.length - before.previous.length
  for (const [index, key] of before.previous.entries()) {
    const wanted = after.previous[index + addedCount]
    if (wanted !== undefined) changed = changeWrappings(changed, ['previous', index], key.wrappings, wanted.wrappings)
  }
  return addEarlier(changed, after.previous.slice(0, addedCount), before.previous.length === 0)
}

/** @param holder - where the key pair stands: empty for that of today */
function changeWrappings(
  current: string,
  holder: Way,
  before: readonly Wrapping[],
  after: readonly Wrapping[],
): string {
  if (before === after || before.length + after.length === 0) return current
  const at = placeOf(current, [...holder, 'identity'])
  const parent = placeOf(current, holder)
  if (at === undefined) {
    const value = identityNode(after)
    return parent === undefined ? current : apply(current, { kind: 'add', at: parent, key: 'identity', value })
  }
  if (after.length === 0) return apply(current, { kind: 'remove', at })
  if (after.length < before.length) return apply(current, { kind: 'replace', at, value: identityNode(after) })
  let changed = current
  for (const [index, wrapping] of after.entries()) {
    const value = wrappingNode(wrapping)
    if (index >= before.length) changed = apply(changed, { kind: 'add', at, key: undefined, value })
    else if (before[index] !== wrapping) changed = apply(changed, { kind: 'replace', at: [...at, index], value })
  }
  return changed
}

/** The newest stands first. */
function addEarlier(current: string, keys: readonly PreviousKey[], isFirst: boolean): string {
  if (keys.length === 0) return current
  const root = parseYaml(current).documents[0]?.root
  if (isFirst) return apply(current, { kind: 'add', at: [], key: 'previous', value: previousNode(keys) })
  const list = entryOf(root, 'previous')?.value
  const first = list?.kind === 'sequence' ? list.items[0]?.value : undefined
  if (first === undefined) return current
  const lineStart = current.lastIndexOf('\n', first.start - 1) + 1
  const [, indent] = /^( *)- /.exec(current.slice(lineStart, first.start)) ?? []
  if (indent === undefined) return current
  const lineBreak = current.includes('\r\n') ? '\r\n' : '\n'
  const [, ...lines] = emitYaml([branch({ previous: previousNode(keys) })], INDENT)
    .trimEnd()
    .split('\n')
  const item = lines.map((line) => indent + line.slice(INDENT) + lineBreak).join('')
  return applyEdits(current, [{ start: lineStart, end: lineStart, text: item }])
}

/** Names of entries and positions of elements, from the root. */
type Way = readonly (string | number)[]

function placeOf(current: string, way: Way): number[] | undefined {
  const place: number[] = []
  let node: YamlNode | undefined = parseYaml(current).documents[0]?.root
  for (const step of way) {
    const next = typeof step === 'string' ? entryOf(node, step) : elementOf(node, step)
    if (next === undefined) return undefined
    place.push(next.position)
    node = next.value
  }
  return place
}

interface Step {
  readonly position: number
  readonly value: YamlNode
}

function entryOf(node: YamlNode | undefined, name: string): Step | undefined {
  if (node?.kind !== 'mapping') return undefined
  const position = node.pairs.findIndex(({ key }) => key.kind === 'scalar' && key.value === name)
  const value = node.pairs[position]?.value
  return value === undefined ? undefined : { position, value }
}

function elementOf(node: YamlNode | undefined, position: number): Step | undefined {
  const value = node?.kind === 'sequence' ? node.items[position]?.value : undefined
  return value === undefined ? undefined : { position, value }
}

function apply(current: string, change: TreeChange): string {
  return applyEdits(current, changeYaml({ text: current, document: 0, change, layout: { indent: INDENT } }))
}
