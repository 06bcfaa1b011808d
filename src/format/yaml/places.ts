import { FormatError } from '../../errors.ts'
import type { Edit } from '../edits.ts'
import { positionOf } from '../text.ts'
import type { AliasPlace, Comment, Leaf, LeafPlace, Node } from '../tree.ts'
import { openBlockScalar } from './block-place.ts'
import { hasRoomForBlock, lineEndAfter } from './block-room.ts'
import { blockText, literalHeader, wrappedBase64 } from './block-text.ts'
import { commentLines } from './comment-text.ts'
import { childColumn, YamlWriter } from './emit.ts'
import { flowText } from './flow.ts'
import type { Layout } from './layout.ts'
import { isBlankOrEnd } from './read/chars.ts'
import type { BlockScalarShape, YamlAlias, YamlScalar } from './read/nodes.ts'
import { coreTag } from './read/resolve-scalar.ts'
import { sopsStyle } from './scalar-style.ts'
import { sealedSpelling, sealedSpellingNumber, spell, spellingOf } from './spelling.ts'
import { lineStart } from './spot.ts'

interface Position {
  readonly flow: boolean
  readonly column: number
  readonly dash?: number
  readonly emptiesList?: boolean
}

export class YamlScalarPlace implements LeafPlace {
  private readonly layout: Layout
  private readonly node: YamlScalar
  private readonly flow: boolean
  /** Column of the block collection around the scalar. */
  private readonly column: number
  private readonly dash: number | undefined
  private readonly emptiesList: boolean

  constructor(layout: Layout, node: YamlScalar, { flow, column, dash, emptiesList = false }: Position) {
    this.layout = layout
    this.node = node
    this.flow = flow
    this.column = column
    this.dash = dash
    this.emptiesList = emptiesList
  }

  get start(): number {
    return this.node.start
  }

  get end(): number {
    return this.node.end
  }

  seal(sealed: string, leaf: Leaf): Edit[] {
    const { node, flow } = this
    if (node.block !== undefined) return this.sealBlock(sealed, node.block)
    const number = leaf.kind === 'scalar' ? spellingOf(leaf, this.written, { flow, tagged: this.tagged }) : 0
    // the name of an anchor may end where its value starts: `&name:value`
    const glued = node.contentStart > node.start && !isBlankOrEnd(this.layout.text.charCodeAt(node.contentStart - 1))
    return this.replace((glued ? ' ' : '') + sealedSpelling(sealed, number, flow))
  }

  open(opened: Leaf): Edit[] {
    const { node, flow } = this
    if (opened.kind === 'comment') return [this.openComment(opened)]
    const inBlock = node.block === undefined ? undefined : openBlockScalar(opened, node, node.block, this.layout)
    if (inBlock !== undefined) return inBlock
    const number = node.block === undefined ? sealedSpellingNumber(this.written, flow) : 2
    const lines = number === 0 && !flow && opened.type === 'str' ? this.blockLines(opened.value) : undefined
    if (lines !== undefined) return this.replaceByBlock(lines)
    if (opened.type === 'str' && sopsStyle(opened.value, true) === 'binary') {
      return this.replace(`!!binary "${wrappedBase64(opened.value).join('')}"`)
    }
    return this.replace(spell(opened, number, { flow, tagged: this.tagged }))
  }

  /** The lines go, the header stays; a comment may stand behind it. */
  private sealBlock(sealed: string, { contentStart, indent }: BlockScalarShape): Edit[] {
    const { node, layout } = this
    // a text of nothing but line breaks has no line of its own to replace
    const rest = node.end <= contentStart ? layout.lineBreak : ''
    const content = {
      start: contentStart,
      end: Math.max(node.end, contentStart),
      text: ' '.repeat(indent) + sealed + rest,
    }
    return [...this.droppedTag(), content]
  }

  /** The scalar as it stands in the text, without properties. */
  private get written(): string {
    return this.layout.text.slice(this.node.contentStart, this.node.end)
  }

  /** Whether a tag that makes the scalar a string stays in front of it. */
  private get tagged(): boolean {
    const { tag } = this.node
    return tag !== undefined && tag.name !== '!' && this.keepsTag
  }

  /** A tag that names a type would not fit a sealed value, so it goes; every other one stays. */
  private get keepsTag(): boolean {
    const core = coreTag(this.node.tag?.name ?? '!')
    return core === undefined || !['bool', 'int', 'float', 'null', 'timestamp', 'binary'].includes(core)
  }

  private droppedTag(): Edit[] {
    const { node, layout } = this
    if (node.tag === undefined || this.keepsTag) return []
    const { start } = node.tag
    const blanks = /^[ \t]*/.exec(layout.text.slice(node.tag.end, node.contentStart))?.[0].length ?? 0
    return [{ start, end: node.tag.end + blanks, text: '' }]
  }

  private replace(text: string): Edit[] {
    return [...this.droppedTag(), { start: this.node.contentStart, end: this.node.end, text }]
  }

  /** A string as sops would write it in lines; undefined when it fits on one, or the lines have no room here. */
  private blockLines(value: string): string[] | undefined {
    const { text, indent } = this.layout
    const column = this.dash === undefined ? childColumn(this.column, indent) : this.column + 2
    const lineEnd = lineEndAfter(text, this.node.end)
    const style = sopsStyle(value, false)
    if (style === 'literal' && hasRoomForBlock(text, lineEnd, column, value)) {
      return [literalHeader(value, column - this.column, indent), ...blockText(value, column)]
    }
    const base64 = style === 'binary' ? wrappedBase64(value) : []
    if (base64.length === 1) return [`!!binary ${base64[0]}`]
    if (base64.length === 0 || !hasRoomForBlock(text, lineEnd, column, '')) return undefined
    return ['!!binary |', ...base64.map((line) => ' '.repeat(column) + line)]
  }

  /** The first line goes where the scalar stands, the others below: a comment may stand behind the first. */
  private replaceByBlock([header = '', ...lines]: readonly string[]): Edit[] {
    const { text, lineBreak } = this.layout
    const lineEnd = lineEndAfter(text, this.node.end)
    const below = lines.map((line) => lineBreak + line).join('')
    return [...this.replace(header), { start: lineEnd, end: lineEnd, text: below }]
  }

  /** sops seals a comment of a list as an element: it becomes a comment again. */
  private openComment(comment: Comment): Edit {
    const { node, layout, dash } = this
    if (dash === undefined) return this.removeElement()
    const margin = ' '.repeat(this.column)
    const lines = commentLines(comment.text, positionOf(layout.text, node.start))
    if (this.emptiesList) lines.push('  []')
    return { start: dash, end: node.end, text: lines.join(layout.lineBreak + margin) }
  }

  /** A flow list has no room for a comment: the element goes, with the comma that belongs to it. */
  private removeElement(): Edit {
    const { text } = this.layout
    const { start, end } = this.node
    const after = /^[ \t]*,[ \t]*/.exec(text.slice(end, end + 256))
    if (after !== null) return { start, end: end + after[0].length, text: '' }
    const before = /,[ \t]*$/.exec(text.slice(Math.max(0, start - 256), start))
    return { start: start - (before?.[0].length ?? 0), end, text: '' }
  }
}

export class YamlCommentPlace implements LeafPlace {
  readonly start: number
  readonly end: number
  private readonly layout: Layout
  private readonly inline: boolean

  constructor(layout: Layout, start: number, end: number, inline: boolean) {
    this.layout = layout
    this.start = start
    this.end = end
    this.inline = inline
  }

  seal(sealed: string): Edit[] {
    return [{ start: this.start, end: this.end, text: sealed }]
  }

  open(opened: Leaf): Edit[] {
    const { layout, start, end } = this
    if (opened.kind !== 'comment')
      throw new FormatError('ERR_VALUE_FORMAT', 'a sealed comment holds a value', {
        where: positionOf(layout.text, start),
      })
    const lines = commentLines(opened.text, positionOf(layout.text, start))
    const sign = start - 1
    if (this.inline) return [{ start: sign, end, text: lines.join(' ') }]
    const lineStart = Math.max(layout.text.lastIndexOf('\n', sign - 1), layout.text.lastIndexOf('\r', sign - 1)) + 1
    const margin = ' '.repeat(sign - lineStart)
    return [{ start: sign, end, text: lines.join(layout.lineBreak + margin) }]
  }
}

export class YamlAliasPlace implements AliasPlace {
  readonly start: number
  readonly end: number
  private readonly layout: Layout
  private readonly position: Position

  constructor(layout: Layout, node: YamlAlias, position: Position) {
    this.layout = layout
    this.start = node.start
    this.end = node.end
    this.position = position
  }

  replace(copy: Node): Edit[] {
    const { start, end, position, layout } = this
    if (position.flow) return [{ start, end, text: flowText(copy) }]
    const { text, indent, lineBreak } = layout
    const inList = position.dash !== undefined
    const child = inList ? this.elementColumn : childColumn(position.column, indent)
    const lineEnd = lineEndAfter(text, end)
    const blocks = hasRoomForBlock(text, lineEnd, child, '\n')
    const [first = '', ...below] = new YamlWriter(indent, { blocks }).valueBehind(copy, position.column, child)
    const lines = below.map((line) => lineBreak + line).join('')
    // what stands behind the alias on its line is a comment, and stays on that line
    if (first !== '')
      return [
        { start, end, text: first.trimStart() },
        { start: lineEnd, end: lineEnd, text: lines },
      ]
    const comment = text.slice(end, lineEnd).trim()
    if (!inList) return [{ start: this.blankStart, end: lineEnd, text: (comment && ` ${comment}`) + lines }]
    const inside = below.join(lineBreak).trimStart()
    if (comment === '') return [{ start, end, text: inside }]
    return this.commentAboveDash(comment, inside, lineEnd)
  }

  /** Where an element of a list starts: not always one blank behind its dash, and maybe on a line of its own. */
  private get elementColumn(): number {
    const { start, layout, position } = this
    const { dash = start, column } = position
    const from = Math.max(dash, lineStart(layout.text, start))
    return from === dash ? column + start - dash : start - from
  }

  /** Where the blanks in front of the alias start: in front of nothing they would trail. */
  private get blankStart(): number {
    const before = this.layout.text.slice(Math.max(0, this.start - 64), this.start)
    return this.start - before.length + before.trimEnd().length
  }

  /** A comment that is said about an element of a list must not get into the element. */
  private commentAboveDash(comment: string, inside: string, lineEnd: number): Edit[] {
    const { start, layout, position } = this
    const { dash = start, column } = position
    const margin = ' '.repeat(column)
    const before = layout.text.slice(Math.max(0, dash - column - 1), dash)
    if (before.trimStart() !== '')
      return [{ start, end: lineEnd, text: inside.replace(/(?=\r?\n|\r|$)/, ` ${comment}`) }]
    return [
      { start: dash, end: dash, text: comment + layout.lineBreak + margin },
      { start, end: lineEnd, text: inside },
    ]
  }
}
