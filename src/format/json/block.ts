import type { Edit } from '../edits.ts'
import { SOPS } from '../single-document.ts'
import type { Branch } from '../tree.ts'
import type { Member, Root } from './scanner.ts'
import { type Layout, sopsLayout, writeNode } from './write.ts'

/**
 * Put the metadata where it stands, or behind the last member, in the layout of the file.
 *
 * @param unit - one level of indentation; undefined: as the file has it
 */
export function placeBlock(text: string, root: Root, metadata: Branch, unit?: string): Edit[] {
  const own = root.members.findIndex((member) => member.key === SOPS)
  const standing = root.members[own]
  if (standing !== undefined) {
    const layout = withUnit(blockLayout(text, standing) ?? memberLayout(text, root, own), unit)
    return [{ start: standing.valueStart, end: standing.end, text: writeNode(metadata, layout) }]
  }
  const last = root.members.at(-1)
  return [last === undefined ? placeFirst(text, root, metadata, unit) : placeLast(text, root, last, metadata, unit)]
}

function withUnit(layout: Layout, unit: string | undefined): Layout {
  return unit === undefined ? layout : { ...layout, unit }
}

function placeLast(text: string, root: Root, last: Member, metadata: Branch, unit: string | undefined): Edit {
  const layout = withUnit(memberLayout(text, root, root.members.length - 1), unit)
  const space = layout.newline === '' ? layout.comma : `,${layout.newline}${layout.base}`
  const member = `${space}"${SOPS}"${layout.colon}${writeNode(metadata, layout)}`
  return { start: last.end, end: last.end, text: member }
}

/**
 * Into an empty object. What stood between the braces stays behind the block; whether there was anything is told by
 * what stands before it: nothing, or the line break that is only written between braces that touched.
 */
function placeFirst(text: string, root: Root, metadata: Branch, unit = '\t'): Edit {
  const newline = /\r\n|\n|\r/.exec(text)?.[0] ?? '\n'
  const start = root.open + 1
  const touching = start === root.close
  const layout: Layout = { ...sopsLayout(unit), newline, base: touching ? unit : '' }
  const member = `"${SOPS}": ${writeNode(metadata, layout)}`
  return { start, end: start, text: touching ? `${newline}${unit}${member}${newline}` : member }
}

/** Take out exactly what {@link placeBlock} put in. */
export function removeBlock(root: Root): Edit[] {
  const own = root.members.findIndex((member) => member.key === SOPS)
  const standing = root.members[own]
  if (standing === undefined) return []
  const before = root.members[own - 1]
  const after = root.members[own + 1]
  if (after === undefined && before !== undefined) return [{ start: before.end, end: standing.end, text: '' }]
  if (after !== undefined) return [{ start: standing.start, end: after.start, text: '' }]
  const touching = standing.start === root.open + 1
  return [{ start: root.open + 1, end: touching ? standing.end : root.close, text: '' }]
}

/** The layout in which member number `index` stands. */
function memberLayout(text: string, root: Root, index: number): Layout {
  const member = root.members[index]
  if (member === undefined) return sopsLayout('\t')
  const before = text.slice(root.members[index - 1]?.end ?? root.open + 1, member.start)
  const line = /(\r\n|\n|\r)([ \t]*)$/.exec(before)
  const colon = colonOf(text, member)
  if (line === null) return { newline: '', base: '', unit: '', colon, comma: commaOf(text, root, colon) }
  const base = line[2] ?? ''
  return { newline: line[1] ?? '\n', base, unit: unitBelow(rootIndent(text, root), base), colon, comma: ',' }
}

function colonOf(text: string, member: Member): string {
  const colon = text.slice(member.keyEnd, member.valueStart)
  return /[\r\n]/.test(colon) ? ': ' : colon
}

function commaOf(text: string, root: Root, colon: string): string {
  const [first, second] = root.members
  const between = first !== undefined && second !== undefined ? text.slice(first.end, second.start) : ''
  if (between !== '' && !/[\r\n]/.test(between)) return between
  return colon.endsWith(' ') ? ', ' : ','
}

function rootIndent(text: string, root: Root): string {
  return /(?:^|[\r\n])([ \t]*)$/.exec(text.slice(0, root.open))?.[1] ?? ''
}

function unitBelow(outer: string, inner: string): string {
  return inner.startsWith(outer) ? inner.slice(outer.length) : inner
}

/** The layout of a block that stands on lines of its own; undefined when it is on one line. */
function blockLayout(text: string, standing: Member): Layout | undefined {
  const block = text.slice(standing.valueStart, standing.end)
  const first = /^\{(\r\n|\n|\r)([ \t]*)"/.exec(block)
  const last = /[\r\n]([ \t]*)\}$/.exec(block)
  if (first === null || last === null) return undefined
  const base = last[1] ?? ''
  const colon = colonOf(text, standing)
  return { newline: first[1] ?? '\n', base, unit: unitBelow(base, first[2] ?? ''), colon, comma: ',' }
}
