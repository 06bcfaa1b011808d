import type { Page } from '../page.ts'
import { flowLeaves, flowSecretLeaves, type SecretLeaf } from './flow-leaves.ts'

interface Line {
  readonly start: number
  readonly end: number
  /** Of what stands behind the dashes of list items. */
  readonly column: number
  /** Of the first character. */
  readonly indent: number
  /** Whether nothing of the manifest begins there: a comment, a line of a template. */
  readonly isBlank: boolean
}

const FIELD = /^(["']?)([^\s"':{}]{1,253})\1[ \t]{0,8}:(?=[ \t\r\n]|$)[ \t]{0,80}/
/** Values of the Secret in YAML whose `kind` stands at `start`. Goes by indents, so that templates are read too. */
export function yamlSecretLeaves(page: Page, start: number): SecretLeaf[] {
  const { text } = page
  if (page.isDone('secret', start, start)) return []
  const own = lineAt(text, start)
  if (own === undefined || own.start + own.column !== start - quotesBefore(text, start))
    return flowSecretLeaves(page, start)
  const first = firstLine(page, own)
  const leaves: SecretLeaf[] = []
  let line: Line | undefined = first
  while (line !== undefined && (line === first || line.isBlank || belongs(line, own.column, text))) {
    const next: Line | undefined = lineAfter(text, line)
    const field = line.isBlank ? undefined : FIELD.exec(text.slice(line.start + line.column, line.end))
    const isData = field?.[2] === 'data' || field?.[2] === 'stringData'
    if (isData && line.column === own.column)
      leaves.push(...leavesBelow(page, line, field?.[0].length ?? 0, field?.[2] === 'data'))
    page.steps += line.end - line.start
    page.isDone('secret', line.end, line.end)
    line = next
  }
  return leaves.length === 0 ? flowSecretLeaves(page, start) : leaves
}

function belongs(line: Line, column: number, text: string): boolean {
  if (text.startsWith('---', line.start) || text.startsWith('...', line.start)) return false
  return line.indent >= column
}

/** The first line of the mapping that `own` belongs to. */
function firstLine(page: Page, own: Line): Line {
  let first = own
  while (first.start > 0 && first.indent === first.column) {
    const before = lineAt(page.text, first.start - 1)
    if (before === undefined || before.start >= first.start || before.start < page.doneUntil('secret above')) break
    page.steps += before.end - before.start
    const isItem = before.indent < before.column && before.column === own.column
    if (!before.isBlank && !isItem && !belongs(before, own.column, page.text)) break
    first = before
  }
  page.isDone('secret above', own.end, own.end)
  return first
}

function leavesBelow(page: Page, parent: Line, skip: number, isBase64: boolean): SecretLeaf[] {
  const { text } = page
  const inline = parent.start + parent.column + skip
  if (text.charAt(inline) === '{') return flowLeaves(page, inline, isBase64)
  const leaves: SecretLeaf[] = []
  let line = lineAfter(text, parent)
  while (line?.isBlank === true) line = lineAfter(text, line)
  const brace = line === undefined ? -1 : line.start + line.indent
  if (text.charAt(brace) === '{' && line !== undefined && line.indent > parent.column)
    return flowLeaves(page, brace, isBase64)
  while (line !== undefined && (line.isBlank || (line.indent > parent.column && belongs(line, parent.column, text)))) {
    const field =
      line.isBlank || text.charAt(line.start + line.indent) === '#'
        ? null
        : FIELD.exec(text.slice(line.start + line.indent, line.end))
    const next: Line | undefined = field === null ? undefined : endOfValue(text, line)
    if (field !== null) {
      const from = line.start + line.indent + field[0].length
      leaves.push(makeLeaf(text, field[2] ?? '', from, next?.end ?? line.end, isBase64))
    }
    line = lineAfter(text, next ?? line)
  }
  return leaves
}

/** The last line of the value that begins on `line`: what is indented deeper belongs to it. */
function endOfValue(text: string, line: Line): Line {
  let last = line
  for (let next = lineAfter(text, line); next !== undefined && (next.isBlank || next.indent > line.indent); ) {
    if (!next.isBlank) last = next
    next = lineAfter(text, next)
  }
  return last
}

function makeLeaf(text: string, key: string, from: number, to: number, isBase64: boolean): SecretLeaf {
  const raw = text.slice(from, to)
  const head =
    /^(?:!!?[\w/]{1,30}[ \t]{1,8}|&[\w-]{1,60}[ \t]{1,8}){0,2}(?:[|>][-+\d]{0,2}[ \t]{0,40}(?:#[^\n]{0,200})?\r?\n\s{0,400}|["'])?/.exec(
      raw,
    )?.[0] ?? ''
  const quote = /["']$/.exec(head)?.[0]
  const close = quote === undefined ? -1 : raw.indexOf(quote, head.length)
  const comment = quote === undefined && !head.includes('\n') ? raw.search(/[ \t]#/) : -1
  const end = close !== -1 ? close : comment !== -1 ? comment : raw.trimEnd().length
  const last = Math.max(end, head.length)
  return { key, value: dedent(raw.slice(head.length, last)), isBase64, start: from + head.length, end: from + last }
}

/** Lines of a value without the indent that they share with their file. */
function dedent(value: string): string {
  return value.includes('\n') ? value.replace(/\n[ \t]{1,400}/g, '\n') : value
}

/** What stands further to the right begins no line of a block. */
const LONGEST_INDENT = 2000
/** Longer lines are no lines of a manifest. */
const LONGEST_LINE = 1_000_000

function lineAt(text: string, offset: number): Line | undefined {
  const from = Math.max(0, offset - LONGEST_INDENT)
  const newline = text.slice(from, offset).lastIndexOf('\n')
  return newline === -1 && from > 0 ? undefined : lineFrom(text, from + newline + 1)
}

function lineAfter(text: string, { end }: Line): Line | undefined {
  return end >= text.length ? undefined : lineFrom(text, end + 1)
}

function lineFrom(text: string, first: number): Line {
  // a mark of the order of bytes belongs to no line
  const start = first === 0 && text.charCodeAt(0) === 0xfeff ? 1 : first
  const newline = text.indexOf('\n', start)
  const end = newline === -1 || newline - start > LONGEST_LINE ? text.length : newline
  let indent = start
  while (indent < end && text.charCodeAt(indent) === 32) indent += 1
  const isBlank = /^(?:\s*$|#|\{\{)/.test(text.slice(indent, Math.min(end, indent + 2)))
  const dashes = /^(?:- {1,8}){0,4}/.exec(text.slice(indent, Math.min(end, indent + 40)))?.[0] ?? ''
  return { start, end, indent: indent - start, column: indent - start + dashes.length, isBlank }
}

function quotesBefore(text: string, start: number): number {
  return /["']/.test(text.charAt(start - 1)) ? 1 : 0
}
