import { FormatError } from '../../errors.ts'
import { FORBIDDEN } from './chars.ts'
import { syntaxError } from './cursor.ts'
import type {
  Attached,
  TagUse,
  YamlAlias,
  YamlDocument,
  YamlMapping,
  YamlNode,
  YamlPair,
  YamlScalar,
  YamlSequence,
} from './nodes.ts'
import { CORE_TAG_PREFIX } from './resolve-scalar.ts'
import { Scanner } from './scanner.ts'
import { type CommentLine, type CommentText, NEWLINE, type Token, type TokenType } from './tokens.ts'

/** Collections that may stand in one another. */
const MAX_DEPTH = 1000

export interface ParsedYaml {
  readonly documents: readonly YamlDocument[]
  /** Every comment of the text; what is attached to nodes refers to these by index. */
  readonly comments: readonly CommentLine[]
  readonly hasAliases: boolean
}

/**
 * Parse YAML into nodes with their places and comments, the way go-yaml v3 does it, because that is what sops sees.
 *
 * @throws FormatError `ERR_SYNTAX`, `ERR_UTF8`, `ERR_LIMIT`, with line and column
 */
export function parseYaml(text: string): ParsedYaml {
  checkCharacters(text)
  return new Parser(text).parse()
}

function checkCharacters(text: string): void {
  if (!text.isWellFormed()) {
    throw new FormatError('ERR_UTF8', 'YAML: the file is not UTF-8', { hint: 'convert it to UTF-8 first' })
  }
  const mark = text.indexOf('\ufeff', 1)
  if (mark >= 0) {
    // go-yaml looks for it at the wrong place and then loses the first character of lines
    throw syntaxError(
      text,
      mark,
      'a byte order mark stands inside the file',
      'remove it, or write it as "\\uFEFF" in double quotes',
    )
  }
  const found = text.search(FORBIDDEN)
  if (found >= 0)
    throw syntaxError(text, found, 'control characters are not allowed; write them as escapes in double quotes')
}

interface Properties {
  readonly start: number
  readonly end: number
  readonly anchor?: string
  readonly tag?: TagUse
}

class Parser {
  private readonly text: string
  private readonly scanner: Scanner
  private readonly anchors = new Map<string, YamlNode>()
  private readonly tagPrefixes = new Map<string, string>()
  private head: CommentText = []
  private line: CommentText = []
  private foot: CommentText = []
  private stem: CommentText = []
  private hasAliases = false

  constructor(text: string) {
    this.text = text
    this.scanner = new Scanner(text, MAX_DEPTH)
  }

  parse(): ParsedYaml {
    this.skip()
    const documents: YamlDocument[] = []
    for (let document = this.document(true); document !== undefined; document = this.document(false))
      documents.push(document)
    return { documents, comments: this.scanner.comments.lines, hasAliases: this.hasAliases }
  }

  // --- tokens and comments -----------------------------------------------------------------------------------------

  /** The next token; comments that belong before its end become pending. */
  private peek(): Token {
    const token = this.scanner.peek()
    this.scanner.comments.deliver(token, (role, text) => {
      this[role] = this[role].length > 0 ? [...this[role], NEWLINE, ...text] : text
    })
    return token
  }

  private skip(): void {
    this.scanner.peek()
    this.scanner.skip()
  }

  private next(): Token {
    this.skip()
    return this.peek()
  }

  /** All pending comments; there are none afterwards. */
  private takeComments(): Attached {
    const { head, line, foot } = this
    this.head = []
    this.line = []
    this.foot = []
    this.stem = []
    return { head, line, foot }
  }

  private takeStem(): Attached {
    const head = this.stem
    this.stem = []
    return { head, line: [], foot: [] }
  }

  private error(token: Token, message: string): FormatError {
    return syntaxError(this.text, Math.max(0, Math.min(token.start.offset, this.text.length)), message)
  }

  // --- documents ---------------------------------------------------------------------------------------------------

  private document(first: boolean): YamlDocument | undefined {
    let token = this.peek()
    while (!first && token.type === 'document-end') token = this.next()
    if (token.type === 'stream-end') return undefined
    const explicit = isOneOf(token, ['version-directive', 'tag-directive', 'document-start'])
    if (!explicit && !first) throw this.error(token, 'a document must start with "---" here')
    const head = explicit ? [] : this.splitDocumentHead()
    if (explicit) token = this.directives()
    const marker = explicit ? token.start.offset : undefined
    if (explicit) token = this.next()
    const ends: TokenType[] = ['version-directive', 'tag-directive', 'document-start', 'document-end', 'stream-end']
    const root = explicit && isOneOf(token, ends) ? emptyScalar(token.start.offset) : this.node(true, false)
    const last = this.peek()
    if (last.type === 'document-end') this.skip()
    const comments = this.takeComments()
    this.tagPrefixes.clear()
    const foot = comments.foot.length === 0 ? comments.head : comments.foot
    return { head, foot, root, marker, end: Math.min(last.start.offset, this.text.length) }
  }

  /** Comments before the last empty line are the document's, those behind it belong to what follows. */
  private splitDocumentHead(): CommentText {
    const { head } = this
    for (let index = head.length - 1; index > 0; index -= 1) {
      if (head[index] !== NEWLINE) continue
      if (index !== head.length - 1 && head[index - 1] !== NEWLINE) continue
      this.head = head.slice(index + 1)
      return head.slice(0, index === head.length - 1 ? index : index - 1)
    }
    return []
  }

  private directives(): Token {
    let token = this.peek()
    let version = false
    for (; token.type === 'version-directive' || token.type === 'tag-directive'; token = this.next()) {
      if (token.type === 'version-directive') {
        if (version) throw this.error(token, 'a second %YAML directive')
        if (!/^0?1\.0?1$/.test(token.value ?? '')) throw this.error(token, 'only %YAML 1.1 can be read, as by sops')
        version = true
      } else {
        const handle = token.value ?? ''
        if (this.tagPrefixes.has(handle)) throw this.error(token, 'a second %TAG directive for the same handle')
        this.tagPrefixes.set(handle, token.suffix ?? '')
      }
    }
    if (token.type !== 'document-start') throw this.error(token, 'directives must be followed by "---"')
    return token
  }

  // --- nodes -------------------------------------------------------------------------------------------------------

  private node(block: boolean, indentless: boolean): YamlNode {
    let token = this.peek()
    if (token.type === 'alias') return this.alias(token)
    const properties = this.properties(token)
    if (properties.end > properties.start) token = this.peek()
    switch (token.type) {
      case 'block-entry':
        if (indentless) return this.indentlessSequence(properties, token)
        break
      case 'scalar':
        return this.scalar(properties, token)
      case 'flow-sequence-start':
        return this.flowSequence(properties, token)
      case 'flow-mapping-start':
        return this.flowMapping(properties, token)
      case 'block-sequence-start':
        if (block) return this.blockSequence(properties, token)
        break
      case 'block-mapping-start':
        if (block) return this.blockMapping(properties, token)
        break
      default:
    }
    if (properties.end === properties.start) throw this.error(token, 'a value is missing or stands in the wrong place')
    return this.remember({ ...emptyScalar(properties.end), ...ofProperties(properties) })
  }

  private properties(first: Token): Properties {
    const { offset: start } = first.start
    let end = start
    let anchor: string | undefined
    let tag: TagUse | undefined
    for (let token = first; ; token = this.next()) {
      if (token.type === 'anchor' && anchor === undefined) anchor = token.value ?? ''
      else if (token.type === 'tag' && tag === undefined) tag = this.tag(token)
      else break
      end = token.end
    }
    return { start, end, ...(anchor === undefined ? {} : { anchor }), ...(tag === undefined ? {} : { tag }) }
  }

  private tag(token: Token): TagUse {
    const handle = token.value ?? ''
    const suffix = token.suffix ?? ''
    const place = { start: token.start.offset, end: token.end }
    if (handle === '') return { name: suffix, ...place }
    const prefix = this.tagPrefixes.get(handle) ?? (handle === '!!' ? CORE_TAG_PREFIX : handle === '!' ? '!' : '')
    if (prefix === '') throw this.error(token, 'this tag uses a handle that no %TAG directive names')
    return { name: prefix + suffix, ...place }
  }

  /** Known by its anchor from here on, also inside itself. */
  private remember<T extends YamlNode>(node: T): T {
    if (node.anchor !== undefined) this.anchors.set(node.anchor, node)
    return node
  }

  private alias(token: Token): YamlAlias {
    const name = token.value ?? ''
    this.hasAliases = true
    const target = this.anchors.get(name)
    if (target === undefined) throw this.error(token, 'this alias names no anchor that stands above it')
    const node: YamlAlias = {
      kind: 'alias',
      name,
      target,
      start: token.start.offset,
      end: token.end,
      ...this.takeComments(),
    }
    this.skip()
    return node
  }

  private scalar(properties: Properties, token: Token): YamlScalar {
    const node: YamlScalar = {
      kind: 'scalar',
      ...this.takeComments(),
      ...ofProperties(properties),
      end: token.end,
      value: token.value ?? '',
      style: token.style ?? 'plain',
      contentStart: token.start.offset,
      ...(token.block === undefined ? {} : { block: token.block }),
    }
    this.skip()
    return this.remember(node)
  }

  // --- block collections -------------------------------------------------------------------------------------------

  private blockSequence(properties: Properties, start: Token): YamlSequence {
    const node = this.sequence(properties, start, this.takeStem(), false)
    this.skip()
    for (let token = this.peek(); token.type !== 'block-end'; token = this.peek()) {
      if (token.type !== 'block-entry')
        throw this.error(token, 'an entry of this list must start with "-" in the column of the others')
      this.entry(node, token, ['block-entry', 'block-end'])
    }
    this.skip()
    return node
  }

  /** A list in the column of its key: it has no end of its own. */
  private indentlessSequence(properties: Properties, start: Token): YamlSequence {
    const node = this.sequence(properties, start, noComments(), false)
    for (let token = this.peek(); token.type === 'block-entry'; token = this.peek()) {
      this.entry(node, token, ['block-entry', 'key', 'value', 'block-end'])
    }
    return node
  }

  private sequence(properties: Properties, start: Token, comments: Attached, flow: boolean): YamlSequence {
    const column = start.start.column
    return this.remember({
      kind: 'sequence',
      ...comments,
      ...ofProperties(properties),
      end: start.end,
      flow,
      items: [],
      column,
    })
  }

  private entry(node: YamlSequence, dash: Token, empty: readonly TokenType[]): void {
    const stemLength = this.head.length
    this.skip()
    if (stemLength > 0) this.splitStem(stemLength)
    const token = this.peek()
    const value = isOneOf(token, empty) ? emptyScalar(dash.end) : this.node(true, false)
    node.items.push({ start: dash.start.offset, value })
    node.end = Math.max(value.end, dash.end)
  }

  /** Comments above a `-` that opens a collection head the collection, not its first entry. */
  private splitStem(length: number): void {
    if (!isOneOf(this.peek(), ['block-sequence-start', 'block-mapping-start'])) return
    this.stem = this.head.slice(0, length)
    this.head = this.head.slice(length + 1)
  }

  private blockMapping(properties: Properties, start: Token): YamlMapping {
    const node = this.mapping(properties, start, this.takeStem(), false)
    this.skip()
    for (let token = this.peek(); token.type !== 'block-end'; token = this.peek()) {
      if (token.type !== 'key' && token.type !== 'value') {
        throw this.error(token, 'a key of this mapping must stand in the column of the others')
      }
      if (token.type === 'value') throw this.error(token, 'a mapping key is missing')
      this.blockPair(node, token)
    }
    const { line, foot } = this.takeComments()
    const last = node.pairs.at(-1)
    node.line = line
    if (foot.length > 0 && last !== undefined) last.key.foot = foot
    else node.foot = foot
    this.skip()
    return node
  }

  private blockPair(node: YamlMapping, keyToken: Token): void {
    const ends: TokenType[] = ['key', 'value', 'block-end']
    let token = this.next()
    const key = isOneOf(token, ends) ? emptyScalar(keyToken.end) : this.node(true, true)
    const previous = node.pairs.at(-1)
    if (key.foot.length > 0 && previous !== undefined) {
      // found while a key was read, but dedented: it stands below the pair before
      previous.key.foot = key.foot
      key.foot = []
    }
    token = this.peek()
    const colon = token
    let value: YamlNode = emptyScalar(key.end)
    if (colon.type === 'value') {
      token = this.next()
      value = isOneOf(token, ends) ? emptyScalar(colon.end) : this.node(true, true)
    }
    this.addPair(node, { key, value })
  }

  private addPair(node: YamlMapping, pair: YamlPair): void {
    const { key, value } = pair
    if (key.foot.length === 0 && value.foot.length > 0) {
      key.foot = value.foot
      value.foot = []
    }
    node.pairs.push(pair)
    node.end = Math.max(key.end, value.end)
  }

  private mapping(properties: Properties, start: Token, comments: Attached, flow: boolean): YamlMapping {
    const column = start.start.column
    return this.remember({
      kind: 'mapping',
      ...comments,
      ...ofProperties(properties),
      end: start.end,
      flow,
      pairs: [],
      column,
    })
  }

  // --- flow collections --------------------------------------------------------------------------------------------

  private flowSequence(properties: Properties, start: Token): YamlSequence {
    const node = this.sequence(properties, start, this.takeComments(), true)
    this.flowEntries('flow-sequence-end', (token) => {
      const value = token.type === 'key' ? this.flowPairMapping(token) : this.node(false, false)
      node.items.push({ start: value.start, value })
    })
    return this.endFlow(node)
  }

  private flowMapping(properties: Properties, start: Token): YamlMapping {
    const node = this.mapping(properties, start, this.takeComments(), true)
    this.flowEntries('flow-mapping-end', (token) => {
      if (token.type === 'key') return this.flowPair(node, token, 'flow-mapping-end')
      const key = this.node(false, false)
      this.addPair(node, { key, value: emptyScalar(key.end) })
    })
    return this.endFlow(node)
  }

  private flowEntries(end: TokenType, read: (token: Token) => void): void {
    this.skip()
    for (let first = true, token = this.peek(); token.type !== end; first = false, token = this.peek()) {
      if (!first) {
        if (token.type !== 'flow-entry') throw this.error(token, 'a "," or the closing bracket is missing')
        token = this.next()
        if (token.type === end) return
      }
      read(token)
    }
  }

  private endFlow<T extends YamlSequence | YamlMapping>(node: T): T {
    const { line, foot } = this.takeComments()
    node.line = line
    node.foot = foot
    node.end = this.scanner.peek().end
    this.skip()
    return node
  }

  private flowPair(node: YamlMapping, keyToken: Token, end: TokenType): void {
    let token = this.next()
    const key = isOneOf(token, ['value', 'flow-entry', end]) ? emptyScalar(keyToken.end) : this.node(false, false)
    token = this.peek()
    const colon = token
    let value: YamlNode = emptyScalar(key.end)
    if (colon.type === 'value') {
      token = this.next()
      value = isOneOf(token, ['flow-entry', end]) ? emptyScalar(colon.end) : this.node(false, false)
    }
    this.addPair(node, { key, value })
  }

  /** `[a: b]`: a mapping of one pair. */
  private flowPairMapping(keyToken: Token): YamlMapping {
    const { offset } = keyToken.start
    const node = this.mapping({ start: offset, end: offset }, keyToken, noComments(), true)
    this.flowPair(node, keyToken, 'flow-sequence-end')
    return node
  }
}

function isOneOf(token: Token, types: readonly TokenType[]): boolean {
  return types.includes(token.type)
}

function noComments(): Attached {
  return { head: [], line: [], foot: [] }
}

function ofProperties({ start, anchor, tag }: Properties) {
  return { start, ...(anchor === undefined ? {} : { anchor }), ...(tag === undefined ? {} : { tag }) }
}

function emptyScalar(offset: number): YamlScalar {
  return {
    kind: 'scalar',
    ...noComments(),
    start: offset,
    end: offset,
    contentStart: offset,
    value: '',
    style: 'plain',
  }
}
