import type { ChangeRequest } from '../change.ts'
import type { Edit } from '../edits.ts'
import { cannotEmit } from '../error-at.ts'
import { flatNode } from '../flat-value.ts'
import type { Branch, Entry, Node, Scalar } from '../tree.ts'
import { lineEndAt, nextLine } from './chars.ts'
import { ValuePlace } from './place.ts'
import { DEFAULT, type IniKey, type IniSection, scanIni } from './scanner.ts'
import { checkedName, spellKey, spellValue } from './write.ts'

/** The edits that make one change in an INI text. @throws FormatError `ERR_EMIT` */
export function changeIni({ text, change }: ChangeRequest): Edit[] {
  const sections = scanIni(text)
  const newline = /\r?\n/.exec(text)?.[0] ?? '\n'
  const [sectionIndex, keyIndex] = change.at
  if (sectionIndex === undefined) {
    if (change.kind !== 'add') throw cannotEmit('a whole document cannot be replaced')
    return [addSection(text, change.key ?? '', branchOf(change.value, change.key ?? ''), newline)]
  }
  const section = sections[sectionIndex]
  if (section === undefined) throw lost()
  if (keyIndex === undefined) {
    if (change.kind === 'add') return [addKey(text, section, change.key ?? '', change.value, newline)]
    if (change.kind === 'remove') return [removeSection(text, section)]
    return [replaceKeys(text, section, branchOf(change.value, section.name), newline)]
  }
  const key = section.keys[keyIndex]
  if (key === undefined) throw lost()
  if (change.kind === 'remove') return [removeLines(text, lineStart(text, key.start), key.value.next)]
  return new ValuePlace(text, key.value).open(textOf(change.value, [section.name, key.name]))
}

/** What is read back for a value: texts, in one section. @throws FormatError `ERR_EMIT` */
export function readBackIni(value: Node, path: readonly string[]): Node {
  if (path.length > 1) return textOf(value, path)
  const { items } = branchOf(value, path[0] ?? '')
  return {
    kind: 'branch',
    items: items.map((item) =>
      item.kind === 'comment' ? item : { ...item, value: textOf(item.value, [...path, item.key]) },
    ),
  }
}

function lost(): Error {
  return cannotEmit('the place to change cannot be found in the text')
}

function textOf(value: Node, path: readonly string[]): Scalar {
  return { kind: 'scalar', type: 'str', value: flatNode(value, path, 'INI') }
}

function branchOf(value: Node, name: string): Branch {
  if (value.kind === 'branch') return value
  const hint = 'INI has sections on its top level; give a section and a key'
  throw cannotEmit('a top-level value that is not a mapping cannot be written as INI', hint, [name])
}

/** Behind the last section, with an empty line before it. */
function addSection(text: string, name: string, branch: Branch, newline: string): Edit {
  const lines = [`[${checkedName(name)}]`, ...entriesOf(branch).map((entry) => keyLine(name, entry, [], ''))]
  const { length } = text
  const at = { start: length, end: length }
  if (/^\ufeff?$/.test(text)) return { ...at, text: lines.join(newline) + newline }
  if (text.endsWith('\n')) return { ...at, text: newline + lines.join(newline) + newline }
  return { ...at, text: newline + newline + lines.join(newline) }
}

function addKey(text: string, section: IniSection, key: string, value: Node, newline: string): Edit {
  const line = keyLine(section.name, { kind: 'entry', key, value }, section.keys, text)
  const at = { start: section.end, end: section.end }
  const isOpen = section.end > 0 && section.end === text.length && !/[\n\ufeff]$/.test(text)
  return { ...at, text: isOpen ? newline + line : line + newline }
}

/** `key = value`, spaced as the keys of the section are. */
function keyLine(section: string, { key, value }: Entry, others: readonly IniKey[], text: string): string {
  const name = spellKey(section, key)
  const spelled = spellValue(flatNode(value, [section, key], 'INI'), [section, key])
  const last = others.at(-1)
  const head = last === undefined ? '' : text.slice(last.start, last.value.start)
  const sign = head.search(/[=:][ \t]*$/)
  if (last === undefined || sign < 0) return `${name} = ${spelled}`
  const margin = text.slice(lineStart(text, last.start), last.start)
  const written = head.slice(0, sign).trimEnd().length
  const padded = isAligned(others, sign, text) ? name.padEnd(sign) : name + head.slice(written, sign)
  // behind the sign of an empty value there may be no blank
  const behind = last.value.text === '' ? head.slice(sign, sign + 1) + head.slice(written, sign) : head.slice(sign)
  return `${margin}${padded}${behind}${spelled}`
}

/** Whether all signs stand in one column although the keys are not of one length. */
function isAligned(keys: readonly IniKey[], sign: number, text: string): boolean {
  const heads = keys.map(({ start, value }) => text.slice(start, value.start))
  const signs = heads.map((head) => head.search(/[=:][ \t]*$/))
  const lengths = new Set(heads.map((head, index) => head.slice(0, signs[index]).trimEnd().length))
  return lengths.size > 1 && signs.every((column) => column === sign)
}

function replaceKeys(text: string, section: IniSection, branch: Branch, newline: string): Edit {
  const isImplied = section.name === DEFAULT && section.start === section.end && section.keys.length === 0
  const hasHeader = text.slice(section.start, lineEndAt(text, section.start)).trimStart().startsWith('[')
  const start = isImplied || !hasHeader ? section.start : nextLine(text, lineEndAt(text, section.start))
  const lines = entriesOf(branch).map((entry) => keyLine(section.name, entry, [], ''))
  const isOpen = section.end === text.length && !text.endsWith('\n')
  const block = lines.map((line) => line + newline).join('')
  return { start, end: section.end, text: isOpen ? block.slice(0, -newline.length) : block }
}

/** With the comment right above it, which is the section's as sops reads it, and the empty line before. */
function removeSection(text: string, section: IniSection): Edit {
  const { end } = section
  const start = commentStart(text, section)
  const before = start - breakBefore(text, start)
  const isBehindEmptyLine = before < start && breakBefore(text, before) > 0
  return removeLines(text, isBehindEmptyLine ? before : start, end)
}

function commentStart(text: string, { start, comment }: IniSection): number {
  return comment.reduceRight((above, piece) => {
    if (piece.stands !== 'line' || nextLine(text, lineEndAt(text, piece.start)) !== above) return above
    return lineStart(text, piece.start)
  }, start)
}

function removeLines(text: string, start: number, end: number): Edit {
  // of the last line of a text that does not end with a line break, the one before it goes
  const isOpen = end === text.length && !text.endsWith('\n')
  return { start: isOpen ? start - breakBefore(text, start) : start, end, text: '' }
}

function entriesOf({ items }: Branch): Entry[] {
  return items.filter((item) => item.kind === 'entry')
}

function lineStart(text: string, offset: number): number {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  return text.startsWith('\ufeff', start) && start < offset ? start + 1 : start
}

/** Length of the line break that ends at `offset`. */
function breakBefore(text: string, offset: number): number {
  if (offset === 0 || text[offset - 1] !== '\n') return 0
  return text[offset - 2] === '\r' ? 2 : 1
}
