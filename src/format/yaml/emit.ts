import { FormatError } from '../../errors.ts'
import type { Branch, Comment, Entry, List, Node, Scalar } from '../tree.ts'
import { blockText, literalHeader, wrappedBase64 } from './block-text.ts'
import { doubleQuoted, sopsDoubleQuoted, sopsStyle } from './scalar-style.ts'
import { sopsSpelling } from './spelling.ts'

const DEFAULT_INDENT = 4
/** Keys longer than this, in bytes, or of several lines are written with `?`. */
const MAX_SIMPLE_KEY = 128

/** Columns per level for `--indent`, as go-yaml reads the number. @throws FormatError `ERR_EMIT` when negative */
export function yamlIndent(indent = 0): number {
  if (indent < 0) throw new FormatError('ERR_EMIT', 'YAML cannot be indented by a negative number of columns')
  if (indent === 0) return DEFAULT_INDENT
  return indent === 1 || indent > 9 ? 2 : indent
}

/** Column of what stands below a mapping key at `column`: the next multiple of `indent`. */
export function childColumn(column: number, indent: number): number {
  return indent * Math.floor((column + indent) / indent)
}

/** Write documents in sops's own layout: block style, one entry a line, comments above or behind their entry. */
export function emitYaml(documents: readonly Branch[], indent: number, lineBreak = '\n'): string {
  const writer = new YamlWriter(indent, lineBreak)
  return documents.map((document) => writer.document(document)).join(`---${lineBreak}`)
}

/** Comments that stand directly before an entry or element, and it. */
interface Group<T> {
  readonly head: readonly Comment[]
  readonly inline: readonly Comment[]
  readonly item: T
}

export class YamlWriter {
  private readonly indent: number
  private readonly lineBreak: string

  constructor(indent: number, lineBreak = '\n') {
    this.indent = indent
    this.lineBreak = lineBreak
  }

  document(document: Branch): string {
    const lines = this.branchLines(document.items, 0)
    const hasEntry = document.items.some((item) => item.kind === 'entry')
    return this.join(hasEntry ? lines : [...lines, '{}']) + this.lineBreak
  }

  /** A value that is not a mapping, on its own. */
  value(value: Node): string {
    const lines =
      value.kind === 'list' && value.items.length > 0 ? this.listLines(value, 0) : this.valueLines(value, [], -1, 0)
    return this.join(lines).trimStart() + this.lineBreak
  }

  /** The lines of a mapping whose keys stand at `column`, each with its indentation. */
  branchLines(items: readonly (Entry | Comment)[], column: number): string[] {
    const { groups, tail } = group<Entry>(items)
    const lines = groups.flatMap(({ head, inline, item }) => [
      ...this.commentLines(head, column),
      ...this.entryLines(item, inline, column),
    ])
    return [...lines, ...this.commentLines(tail, column)]
  }

  /** A value as it stands behind `key:` or `-`: the rest of that line, and the lines below it. */
  valueLines(value: Node, inline: readonly Comment[], column: number, child: number): string[] {
    if (value.kind === 'branch' || value.kind === 'list') {
      const empty = value.items.every((item) => item.kind === 'comment')
      const below = value.kind === 'branch' ? this.branchLines(value.items, child) : this.listLines(value, child)
      const brackets = value.kind === 'branch' ? '{}' : '[]'
      if (value.items.length === 0) return [` ${brackets}${this.inlineText(inline)}`]
      return [this.inlineText(inline), ...below, ...(empty ? [`${' '.repeat(child)}${brackets}`] : [])]
    }
    if (value.kind === 'null') return [` null${this.inlineText(inline)}`]
    return this.scalarLines(value, inline, column, child)
  }

  private entryLines({ key, value }: Entry, inline: readonly Comment[], column: number): string[] {
    const child = childColumn(column, this.indent)
    const [first = '', ...rest] = this.valueLines(value, inline, column, child)
    const margin = ' '.repeat(column)
    const simple = !key.includes('\n') && Buffer.byteLength(key) <= MAX_SIMPLE_KEY
    if (simple) return [`${margin}${keyText(key)}:${first}`, ...rest]
    const keyLines = this.scalarLines({ kind: 'scalar', type: 'str', value: key }, [], column, child)
    const [keyFirst = '', ...keyRest] = keyLines
    return [`${margin}?${keyFirst}`, ...keyRest, `${margin}:${first}`, ...rest]
  }

  private listLines(list: List, column: number): string[] {
    const { groups, tail } = group<Node>(list.items)
    const lines = groups.flatMap(({ head, inline, item }) => {
      const own = leadingComments(item)
      const above = this.commentLines([...head, ...own.comments], column)
      return [...above, ...this.elementLines(own.rest, inline, column)]
    })
    return [...lines, ...this.commentLines(tail, column)]
  }

  private elementLines(item: Node, inline: readonly Comment[], column: number): string[] {
    const dash = `${' '.repeat(column)}-`
    const inside = column + 2
    const isCollection =
      (item.kind === 'branch' || item.kind === 'list') && item.items.some((part) => part.kind !== 'comment')
    if (!isCollection || inline.length > 0) {
      const [first = '', ...rest] = this.valueLines(item, inline, column, inside)
      return [dash + first, ...rest]
    }
    const lines = item.kind === 'branch' ? this.branchLines(item.items, inside) : this.listLines(item, inside)
    const [first = '', ...rest] = lines
    return [`${dash} ${first.slice(inside)}`, ...rest]
  }

  private scalarLines(scalar: Scalar, inline: readonly Comment[], column: number, child: number): string[] {
    const comment = this.inlineText(inline)
    const style = scalar.type === 'str' ? sopsStyle(scalar.value, false) : 'plain'
    if (style === 'literal') {
      const header = literalHeader(scalar.value, child - Math.max(column, 0))
      return [` ${header}${comment}`, ...blockText(scalar.value, child)]
    }
    if (style === 'binary') {
      const base64 = wrappedBase64(scalar.value)
      if (base64.length === 1) return [` !!binary ${base64[0]}${comment}`]
      return [` !!binary |${comment}`, ...base64.map((line) => ' '.repeat(child) + line)]
    }
    return [` ${plainText(scalar)}${comment}`]
  }

  private commentLines(comments: readonly Comment[], column: number): string[] {
    return comments.flatMap(({ text }) => splitLines(text).map((line) => `${' '.repeat(column)}#${line}`))
  }

  private inlineText(comments: readonly Comment[]): string {
    return comments.map(({ text }) => ` #${splitLines(text).join(' ')}`).join('')
  }

  private join(lines: readonly string[]): string {
    return lines.join(this.lineBreak)
  }
}

/** `<<` would be a merge; as a value only quotes keep it text for every reader. */
function plainText(scalar: Scalar): string {
  const text = sopsSpelling(scalar, { flow: false, tagged: false })
  return text === '<<' ? doubleQuoted(text) : text
}

function keyText(key: string): string {
  if (key === '<<') return '!!merge <<'
  const style = sopsStyle(key, false)
  if (style === 'binary') throw new FormatError('ERR_EMIT', 'a key that is not UTF-8 cannot be written as YAML')
  return style === 'literal'
    ? sopsDoubleQuoted(key)
    : sopsSpelling({ kind: 'scalar', type: 'str', value: key }, { flow: false, tagged: false })
}

function splitLines(text: string): string[] {
  return text.split(/\r\n|[\n\r\x85\u2028\u2029]/)
}

function group<T extends Node | Entry>(items: readonly (T | Comment)[]): { groups: Group<T>[]; tail: Comment[] } {
  const groups: Group<T>[] = []
  let head: Comment[] = []
  let inline: Comment[] = []
  for (const item of items) {
    if (item.kind === 'comment') {
      ;(item.inline ? inline : head).push(item)
    } else {
      groups.push({ head, inline, item })
      head = []
      inline = []
    }
  }
  return { groups, tail: [...head, ...inline] }
}

/** Comments at the start of a collection that is a list element: they can only stand above its `-`. */
function leadingComments(item: Node): { comments: Comment[]; rest: Node } {
  if (item.kind !== 'branch' && item.kind !== 'list') return { comments: [], rest: item }
  const first = item.items.findIndex((part) => part.kind !== 'comment')
  const leading = item.items
    .slice(0, Math.max(first, 0))
    .filter((part): part is Comment => part.kind === 'comment' && !part.inline)
  if (leading.length === 0) return { comments: [], rest: item }
  const own = new Set<unknown>(leading)
  return item.kind === 'branch'
    ? { comments: leading, rest: { kind: 'branch', items: item.items.filter((part) => !own.has(part)) } }
    : { comments: leading, rest: { kind: 'list', items: item.items.filter((part) => !own.has(part)) } }
}
