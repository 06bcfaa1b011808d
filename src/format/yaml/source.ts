import { FormatError } from '../../errors.ts'
import type { Edit } from '../edits.ts'
import type { EmitOptions, LostComment, Source } from '../store.ts'
import { positionOf } from '../text.ts'
import type { Branch, Node } from '../tree.ts'
import { Composer } from './compose.ts'
import { emitYaml, yamlIndent } from './emit.ts'
import { flowText } from './flow.ts'
import type { Layout } from './layout.ts'
import { metadataPair, parseSealedYaml, simpleEnd } from './parse-sealed.ts'
import { isBreak } from './read/chars.ts'
import {
  type CommentLine,
  NEWLINE,
  type YamlDocument,
  type YamlMapping,
  type YamlNode,
  type YamlPair,
  type YamlScalar,
} from './read/nodes.ts'
import type { ParsedYaml } from './read/parser.ts'
import { METADATA } from './usual-block.ts'

/** A YAML text with its documents, comments and metadata blocks. */
export class YamlSource implements Source {
  readonly text: string
  readonly documents: readonly Branch[]
  readonly aliases: readonly Node[]
  readonly lostComments: readonly LostComment[]
  readonly metadata: Branch | undefined
  readonly hasReserved: boolean
  private readonly parsed: ParsedYaml
  private readonly layout: Layout

  constructor(text: string, options: EmitOptions = {}) {
    this.text = text
    this.layout = { text, lineBreak: /\r\n|[\n\r]/.exec(text)?.[0] ?? '\n', indent: yamlIndent(options.indent) }
    this.parsed = parseSealedYaml(text)
    const composer = new Composer(this.parsed, this.layout)
    const whole = this.parsed.documents.map((document, index) => composer.document(document, index))
    this.documents = whole.map(({ items }) => ({
      kind: 'branch',
      items: items.filter((item) => item.kind === 'comment' || item.key !== METADATA),
    }))
    this.metadata = this.findMetadata(whole[0])
    this.hasReserved = this.parsed.documents.some((document) => metadataPair(document) !== undefined)
    this.aliases = composer.aliases
    this.lostComments = composer
      .lostComments()
      .map(({ index, offset }) => ({
        path: this.pathAt(offset),
        comment: composer.comment(index, false, { copy: false }),
      }))
      .filter(({ path }) => path[0] !== METADATA)
  }

  placeMetadata(metadata: Branch): Edit[] {
    return this.parsed.documents.flatMap((document) => this.placeInDocument(document, metadata))
  }

  removeMetadata(): Edit[] {
    return this.parsed.documents.flatMap((document, index) => this.removeFromDocument(document, index))
  }

  // --- finding -----------------------------------------------------------------------------------------------------

  private findMetadata(first: Branch | undefined): Branch | undefined {
    const entry = first?.items.find((item) => item.kind === 'entry' && item.key === METADATA)
    if (entry === undefined || entry.kind !== 'entry') return undefined
    if (entry.value.kind === 'branch') return entry.value
    const [document] = this.parsed.documents
    const pair = document === undefined ? undefined : metadataPair(document)
    throw new FormatError('ERR_METADATA', 'the sops entry is not a mapping', {
      where: positionOf(this.text, pair?.key.start ?? 0),
      hint: 'restore the file from git; in a plain file, give the key another name',
    })
  }

  /** Keys of the innermost collection around `offset`. */
  private pathAt(offset: number): string[] {
    const path: string[] = []
    const descend = (node: YamlNode): void => {
      if (node.kind === 'sequence') {
        const item = lastAt(node.items, ({ value }) => value.start, offset)
        if (item !== undefined && offset < item.value.end) descend(item.value)
      } else if (node.kind === 'mapping') {
        const pair = lastAt(node.pairs, ({ key }) => key.start, offset)
        if (pair === undefined || offset >= pair.value.end) return
        if (pair.key.kind !== 'scalar' || pair.value.kind === 'scalar') return
        path.push(pair.key.value)
        descend(pair.value)
      }
    }
    const document = lastAt(this.parsed.documents, ({ root }) => root.start, offset)
    if (document !== undefined && offset < document.root.end) descend(document.root)
    return path
  }

  // --- writing -----------------------------------------------------------------------------------------------------

  private placeInDocument(document: YamlDocument, metadata: Branch): Edit[] {
    const { root } = document
    const existing = metadataPair(document)
    if (root.kind === 'mapping' && root.flow) {
      const text = `${METADATA}: ${flowText(metadata)}`
      return existing === undefined ? [insertIntoFlow(this.text, root, text)] : [replacePair(existing, text)]
    }
    const column = root.kind === 'mapping' ? root.column : 0
    const { lineBreak } = this.layout
    if (existing !== undefined) {
      return [this.replaceBlock(existing, this.blockText(metadata, column).slice(column, -lineBreak.length))]
    }
    const edits: Edit[] = [...this.strippedLastScalar(document)]
    if (root.kind === 'scalar' && root.end > root.start) edits.push({ start: root.start, end: root.end, text: '' })
    const { end } = document
    if (end === this.text.length && root.kind === 'mapping' && column === 0 && simpleEnd(root) === end - 1) {
      return [new BlockInsertion(end, () => this.blockText(metadata, column))]
    }
    const bare = end > 0 && !/[\n\r]$/.test(this.text.slice(end - 1, end))
    const block = this.blockText(metadata, column)
    // a file that does not end with a line break does not end with one when it is sealed either
    const text = bare ? lineBreak + block.slice(0, -lineBreak.length) : block
    return [...edits, { start: end, end, text }]
  }

  private replaceBlock(pair: YamlPair, block: string): Edit {
    const comment = this.commentBehind(pair)
    if (comment === undefined) return replacePair(pair, block)
    return { start: comment.end, end: pair.value.end, text: block.slice(`${METADATA}:`.length) }
  }

  /** Behind the key of the block sops writes the last comment of a file when it stood behind a value. */
  private commentBehind({ key, value }: YamlPair): CommentLine | undefined {
    return key.line
      .map((index) => (index === NEWLINE ? undefined : this.parsed.comments[index]))
      .find((line) => line !== undefined && line.start >= key.end && line.end <= value.start)
  }

  /** The block with its key at `column`, each line ended. */
  private blockText(metadata: Branch, column: number): string {
    const { indent, lineBreak } = this.layout
    const text = emitYaml(
      [{ kind: 'branch', items: [{ kind: 'entry', key: METADATA, value: metadata }] }],
      indent,
      lineBreak,
    )
    if (column === 0) return text
    const margin = ' '.repeat(column)
    return text.replace(/^(?=.)/gm, margin)
  }

  /** A block scalar that ends with the text has no line break at its end; what is put behind it would give it one. */
  private strippedLastScalar(document: YamlDocument): Edit[] {
    const last = lastScalar(document.root)
    if (last?.block === undefined || last.end !== this.text.length || last.value === '' || last.block.chomp === 'strip')
      return []
    const header = this.text.slice(last.contentStart, last.block.headerEnd).replace('+', '')
    return [{ start: last.contentStart, end: last.block.headerEnd, text: `${header}-` }]
  }

  private removeFromDocument(document: YamlDocument, index: number): Edit[] {
    const { root } = document
    const pair = metadataPair(document)
    if (pair === undefined || root.kind !== 'mapping') return []
    if (root.flow) return [removeFromFlow(this.text, root, pair)]
    const { text } = this
    const { start: lineStart } = lineAround(text, pair.key.start)
    const { end, ended } = lineAround(text, pair.value.end)
    const { lineBreak } = this.layout
    const rest = root.pairs.length === 1 && document.marker === undefined && index === 0 ? `{}${lineBreak}` : ''
    const comment = this.commentBehind(pair)
    if (comment !== undefined) {
      const next = lineAround(text, comment.end).end
      return [
        { start: pair.key.start, end: comment.start, text: '' },
        { start: ended ? next : comment.end, end, text: rest },
      ]
    }
    if (rest !== '') return [{ start: lineStart, end, text: rest }]
    // sealed without a line break at its end: the file had none before either
    if (ended && end === document.end && root.pairs.at(-1) === pair && simpleEnd(root, 1) === lineStart - 1) {
      return [{ start: lineStart, end, text: '', isSure: true }]
    }
    const start = ended ? lineStart : lineStart - (text.slice(0, lineStart).endsWith(lineBreak) ? lineBreak.length : 0)
    return [{ start, end, text: '' }]
  }
}

/** A block behind everything else. It is written when it is asked for: whoever only wants to know whether it is sure does not. */
class BlockInsertion implements Edit {
  readonly start: number
  readonly end: number
  readonly isSure = true
  private readonly write: () => string

  constructor(offset: number, write: () => string) {
    this.start = offset
    this.end = offset
    this.write = write
  }

  get text(): string {
    return this.write()
  }
}

/** The last of `items` that starts at `offset` or before; they are sorted. There may be as many searches as items. */
function lastAt<T>(items: readonly T[], startOf: (item: T) => number, offset: number): T | undefined {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const item = items[middle]
    if (item !== undefined && startOf(item) <= offset) low = middle + 1
    else high = middle
  }
  return items[low - 1]
}

/** The line of `offset`: where it starts, where the next one starts, and whether a line break ends it. */
function lineAround(text: string, offset: number): { start: number; end: number; ended: boolean } {
  let start = offset
  while (start > 0 && !isBreak(text.charCodeAt(start - 1))) start -= 1
  const rest = /(?:\r\n|[\n\r])/g
  rest.lastIndex = offset
  const ended = rest.exec(text) !== null
  return { start, end: ended ? rest.lastIndex : text.length, ended }
}

function replacePair({ key, value }: YamlPair, text: string): Edit {
  return { start: key.start, end: value.end, text }
}

/** As the last entry before the closing brace. A comma at the end of the mapping stays at its end. */
function insertIntoFlow(text: string, root: YamlMapping, entry: string): Edit {
  const close = root.end - 1
  const behindLast = text.slice(root.pairs.at(-1)?.value.end ?? close, close).replace(/#.*/g, '')
  const trailingComma = behindLast.includes(',')
  const body = root.pairs.length === 0 ? entry : trailingComma ? `${entry},` : `, ${entry}`
  return { start: close, end: close, text: body }
}

function removeFromFlow(text: string, root: YamlMapping, pair: YamlPair): Edit {
  const after = /^\s*,/.exec(text.slice(pair.value.end, root.end))
  if (after !== null) return { start: pair.key.start, end: pair.value.end + after[0].length, text: '' }
  const before = /, ?$/.exec(text.slice(root.start, pair.key.start))
  return { start: pair.key.start - (before?.[0].length ?? 0), end: pair.value.end, text: '' }
}

function lastScalar(node: YamlNode): YamlScalar | undefined {
  switch (node.kind) {
    case 'scalar':
      return node
    case 'alias':
      return undefined
    case 'mapping': {
      const last = node.pairs.at(-1)
      return last === undefined ? undefined : lastScalar(last.value)
    }
    case 'sequence': {
      const last = node.items.at(-1)
      return last === undefined ? undefined : lastScalar(last.value)
    }
  }
}
