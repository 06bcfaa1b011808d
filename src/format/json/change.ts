import type { ChangeRequest, NodePlace } from '../change.ts'
import type { Edit } from '../edits.ts'
import { cannotEmit } from '../error-at.ts'
import type { Node } from '../tree.ts'
import { type JsonMember, membersOf } from './members.ts'
import { scanJson } from './scanner.ts'
import { goString } from './strings.ts'
import { type Layout, writeNode } from './write.ts'

/** The edits that make one change in a JSON text; every line that the change is not about stays. */
export function changeJson({ text, change, layout: options }: ChangeRequest): Edit[] {
  const { open } = scanJson(text)
  const layout = fileLayout(text, open, options.indent)
  const chain = follow(text, open, change.at)
  if (change.kind === 'add') return [add(text, chain.at(-1)?.member.valueStart ?? open, change, layout)]
  const last = chain.at(-1)
  if (last === undefined) throw cannotEmit('a whole document cannot be replaced')
  if (change.kind === 'remove') return [remove(last)]
  const { valueStart, end } = last.member
  return [{ start: valueStart, end, text: write(change.value, layout, lineIndent(text, valueStart)) }]
}

interface Link {
  readonly members: readonly JsonMember[]
  readonly index: number
  readonly member: JsonMember
  readonly open: number
  readonly close: number
}

/** What stands at each level of a place. */
function follow(text: string, root: number, at: NodePlace): Link[] {
  const chain: Link[] = []
  let open = root
  for (const index of at) {
    const { members, close } = membersOf(text, open)
    const member = members[index]
    if (member === undefined) throw cannotEmit('the place to change cannot be found in the text')
    chain.push({ members, index, member, open, close })
    open = member.valueStart
  }
  return chain
}

function add(
  text: string,
  open: number,
  { key, value }: { readonly key: string | undefined; readonly value: Node },
  layout: Layout,
): Edit {
  const { members, close } = membersOf(text, open)
  const last = members.at(-1)
  if (last === undefined) {
    const base = lineIndent(text, open)
    const inner = layout.newline === '' ? '' : layout.newline + base + layout.unit
    const body = entry(key, value, layout, base + layout.unit)
    const after = layout.newline === '' ? '' : layout.newline + base
    return { start: open + 1, end: close, text: inner + body + after }
  }
  const previous = members.at(-2)
  const before = text.slice(previous?.end ?? open + 1, last.start)
  const colon = key === undefined ? layout.colon : colonOf(text, last)
  if (/[\r\n]/.test(before)) {
    const own = { ...layout, colon, newline: /\r\n|[\r\n]/.exec(before)?.[0] ?? '\n' }
    const base = lineIndent(text, last.start)
    return { start: last.end, end: last.end, text: `,${own.newline}${base}${entry(key, value, own, base)}` }
  }
  // all on one line
  const comma = previous === undefined ? (colon.endsWith(' ') || key === undefined ? ', ' : ',') : before
  const line = { ...layout, colon, comma, newline: '' }
  return { start: last.end, end: last.end, text: `${comma}${entry(key, value, line, '')}` }
}

function entry(key: string | undefined, value: Node, layout: Layout, base: string): string {
  const written = write(value, layout, base)
  return key === undefined ? written : `${goString(key)}${layout.colon}${written}`
}

function write(value: Node, layout: Layout, base: string): string {
  return writeNode(value, { ...layout, base, exact: true })
}

/** An entry goes with the comma behind it, the last one with the comma before it. */
function remove({ members, index, member, open, close }: Link): Edit {
  const next = members[index + 1]
  if (next !== undefined) return { start: member.start, end: next.start, text: '' }
  const previous = members[index - 1]
  if (previous !== undefined) return { start: previous.end, end: member.end, text: '' }
  return { start: open + 1, end: close, text: '' }
}

/** The layout of the file: of its first member that stands on a line of its own. */
function fileLayout(text: string, open: number, indent: number | undefined): Layout {
  const [first] = membersOf(text, open).members
  const newline = /\r\n|[\r\n]/.exec(text.trimEnd())?.[0] ?? ''
  const colon = first === undefined ? ': ' : colonOf(text, first)
  const own = first === undefined ? '' : lineIndent(text, first.start)
  const given = indent === undefined || indent < 0 ? '\t' : ' '.repeat(indent)
  const isOnOneLine = first !== undefined && newline === ''
  const comma = colon.endsWith(' ') ? ', ' : ','
  return { newline: isOnOneLine ? '' : newline || '\n', base: '', unit: own === '' ? given : own, colon, comma }
}

function colonOf(text: string, { keyEnd, valueStart }: JsonMember): string {
  const colon = text.slice(keyEnd, valueStart)
  return /[\r\n]/.test(colon) ? ': ' : colon
}

/** The indentation of the line of `offset`. */
function lineIndent(text: string, offset: number): string {
  const start = Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? ''
}
