import { FormatError } from '../../errors.ts'
import type { Branch, Comment, Entry, List, Node, Scalar } from '../tree.ts'
import { blockText, literalHeader, wrappedBase64 } from './block-text.ts'
import { commentLines } from './comment-text.ts'
import { keyText } from './key-text.ts'
import { doubleQuoted, sopsStyle } from './scalar-style.ts'
import { sopsSpelling } from './spelling.ts'

const DEFAULT_INDENT = 4
const BRACKETS = { branch: '{}', list: '[]' } as const

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
  const texts = documents.map((document, index) => {
    const isLast = index === documents.length - 1
    return new YamlWriter(indent, { lineBreak }).document(document, isLast ? undefined : '---')
  })
  return texts.join('')
}

interface WriterOptions {
  /** Default: LF. */
  readonly lineBreak?: string
  /** Whether strings of several lines become block scalars, as sops writes them; else they are quoted. Default: true. */
  readonly blocks?: boolean
}

/** Writes one tree. */
export class YamlWriter {
  private readonly indent: number
  private readonly lineBreak: string
  private readonly blocks: boolean
  private readonly lines: string[] = []
  /** What the next line starts with instead of its indentation: it stands behind a `-` or a `:`. */
  private lead: string | undefined
  private endsWithComment = false
  private needsEmptyLine = false

  constructor(indent: number, { lineBreak = '\n', blocks = true }: WriterOptions = {}) {
    this.indent = indent
    this.lineBreak = lineBreak
    this.blocks = blocks
  }

  /** @param end - the marker below the document, if there is one */
  document(document: Branch, end?: string): string {
    this.branch(document, 0)
    if (!hasItems(document)) this.line(0, BRACKETS.branch)
    if (end !== undefined) this.line(0, end)
    return this.lines.join(this.lineBreak) + this.lineBreak
  }

  /** A value that is not a mapping, on its own. */
  value(value: Node): string {
    if (isFilled(value)) this.collection(value, 0)
    else return this.valueBehind(value, 0, this.indent).join(this.lineBreak).trimStart() + this.lineBreak
    return this.lines.join(this.lineBreak) + this.lineBreak
  }

  /**
   * A value as it stands behind a `key:` at `column`, or behind the `-` of a list in this column.
   *
   * @param child - column of what does not fit into the line of the key
   * @returns the rest of the line of the key, and the lines below it
   */
  valueBehind(value: Node, column: number, child: number): string[] {
    this.lines.push('')
    this.behind(value, [], column, child)
    return this.lines
  }

  // --- collections -------------------------------------------------------------------------------------------------

  private collection(node: Branch | List, column: number): void {
    if (node.kind === 'branch') this.branch(node, column)
    else this.list(node, column)
  }

  /** A mapping whose keys stand at `column`. */
  private branch({ items }: Branch, column: number): void {
    const tail = this.groups<Entry>(items, column, (entry, inline) => this.entry(entry, inline, column))
    const directlyBelow = !this.endsWithComment
    this.comments(tail, column)
    // without an empty line behind it, a comment below a collection is read as part of that
    const last = items.findLast((item) => item.kind === 'entry')
    if (tail.length > 0 && directlyBelow && column > 0 && last !== undefined && isFilled(last.value)) {
      this.needsEmptyLine = true
    }
  }

  /** A list whose dashes stand at `column`. */
  private list({ items }: List, column: number): void {
    const tail = this.groups<Node>(items, column, (element, inline) => {
      if (isFilled(element)) {
        // behind the dash, a comment would stand inside the element
        this.comments(inline, column)
        this.lead = `${this.lead ?? ' '.repeat(column)}- `
        this.collection(element, column + 2)
      } else {
        this.line(column, '-')
        this.behind(element, inline, column, column + 2)
      }
    })
    this.comments(tail, column)
  }

  /** Write the comments above each item and hand it over with those that go behind it; returns those below the last. */
  private groups<T extends Node | Entry>(
    items: readonly (T | Comment)[],
    column: number,
    write: (item: T, inline: readonly Comment[]) => void,
  ): readonly Comment[] {
    let inline: Comment[] = []
    let above: Comment[] = []
    for (const item of items) {
      if (item.kind === 'comment') {
        // only one comment has room behind a value
        if (!item.inline) above.push(item)
        else {
          above.push(...inline)
          inline = [item]
        }
      } else {
        this.comments(above, column)
        write(item, inline)
        above = []
        inline = []
      }
    }
    return inline.length === 0 ? above : [...above, ...inline]
  }

  private entry({ key, value }: Entry, inline: readonly Comment[], column: number): void {
    const child = childColumn(column, this.indent)
    const name = keyText(key, value)
    if (name === undefined) {
      this.line(column, '?')
      this.scalar({ kind: 'scalar', type: 'str', value: key }, [], column, child)
    }
    const fitsBehindColon = name === undefined && inline.length === 0 && child > column + 1
    if (fitsBehindColon && isFilled(value) && !startsWithComment(value)) {
      this.lead = `${' '.repeat(column)}:`.padEnd(child)
      this.collection(value, child)
    } else {
      this.line(column, `${name ?? ''}:`)
      this.behind(value, inline, column, child)
    }
  }

  // --- values ------------------------------------------------------------------------------------------------------

  private behind(value: Node, inline: readonly Comment[], column: number, child: number): void {
    if (value.kind === 'scalar') {
      this.scalar(value, inline, column, child)
    } else if (value.kind === 'null') {
      this.append(' null', inline)
    } else if (value.items.length === 0) {
      this.append(` ${BRACKETS[value.kind]}`, inline)
    } else {
      this.append('', inline)
      this.collection(value, child)
      if (!hasItems(value)) this.line(child, BRACKETS[value.kind])
    }
  }

  private scalar(scalar: Scalar, inline: readonly Comment[], column: number, child: number): void {
    const style = scalar.type === 'str' ? sopsStyle(scalar.value, false) : 'plain'
    if (style === 'literal' && this.blocks) {
      this.append(` ${literalHeader(scalar.value, child - column, this.indent)}`, inline)
      this.lines.push(...blockText(scalar.value, child))
    } else if (style === 'binary') {
      const base64 = wrappedBase64(scalar.value)
      const inLines = this.blocks && base64.length > 1
      this.append(inLines ? ' !!binary |' : ` !!binary ${base64.join('')}`, inline)
      if (inLines) for (const line of base64) this.line(child, line)
    } else {
      this.append(` ${plainText(scalar)}`, inline)
    }
  }

  // --- lines -------------------------------------------------------------------------------------------------------

  private comments(comments: readonly Comment[], column: number): void {
    for (const { text } of comments) for (const line of commentLines(text)) this.line(column, line)
    if (comments.length > 0) this.endsWithComment = true
  }

  private line(column: number, text: string): void {
    if (this.needsEmptyLine) this.lines.push('')
    this.needsEmptyLine = false
    this.endsWithComment = false
    this.lines.push((this.lead ?? ' '.repeat(column)) + text)
    this.lead = undefined
  }

  /** Put `text` behind the last line, and the comment behind that. */
  private append(text: string, inline: readonly Comment[]): void {
    const comment = inline.length === 0 ? '' : inline.map((each) => ` ${commentLines(each.text).join(' ')}`).join('')
    this.lines.push(`${this.lines.pop() ?? ''}${text}${comment}`)
  }
}

/** Whether a value is a collection with something in it but comments. */
function isFilled(node: Node): node is Branch | List {
  return (node.kind === 'branch' || node.kind === 'list') && hasItems(node)
}

function hasItems({ items }: Branch | List): boolean {
  return items.some((item) => item.kind !== 'comment')
}

/** Behind a `:`, a comment would not be read as one of the collection. */
function startsWithComment({ items: [first] }: Branch | List): boolean {
  return first?.kind === 'comment' && !first.inline
}

/** `<<` would be a merge; as a value only quotes keep it text for every reader. */
function plainText(scalar: Scalar): string {
  const text = sopsSpelling(scalar, { flow: false, tagged: false })
  return text === '<<' ? doubleQuoted(text) : text
}
