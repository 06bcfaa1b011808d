import type { FormatError } from '../../../errors.ts'
import { checkCharacters } from './check-characters.ts'
import { syntaxError } from './cursor.ts'
import { liftFoot, moveFootUp } from './foot-comments.ts'
import { emptyScalar, mappingNode, noProperties, scalarNode, sequenceNode } from './make-nodes.ts'
import type {
  CommentLine,
  Properties,
  TagUse,
  YamlAlias,
  YamlDocument,
  YamlMapping,
  YamlNode,
  YamlPair,
  YamlSequence,
} from './nodes.ts'
import { NO_COMMENTS, NO_TEXT } from './nodes.ts'
import { CORE_TAG_PREFIX } from './resolve-scalar.ts'
import type { SimplePair } from './simple-pair.ts'
import { TokenReader } from './token-reader.ts'
import type { Token, TokenType } from './tokens.ts'

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

/** Tokens before which a value can be missing. */
const BLOCK_PAIR_ENDS: readonly TokenType[] = ['key', 'value', 'pairs', 'block-end']

class Parser {
  private readonly text: string
  private readonly tokens: TokenReader
  private readonly anchors = new Map<string, YamlNode>()
  private readonly tagPrefixes = new Map<string, string>()
  private hasAliases = false

  constructor(text: string) {
    this.text = text
    this.tokens = new TokenReader(text, MAX_DEPTH)
  }

  parse(): ParsedYaml {
    const documents: YamlDocument[] = []
    for (let document = this.document(true); document !== undefined; document = this.document(false))
      documents.push(document)
    return { documents, comments: this.tokens.comments, hasAliases: this.hasAliases }
  }

  private error(token: Token, message: string): FormatError {
    return syntaxError(this.text, Math.max(0, Math.min(token.start.offset, this.text.length)), message)
  }

  // --- documents ---------------------------------------------------------------------------------------------------

  private document(first: boolean): YamlDocument | undefined {
    let token = this.tokens.peek()
    while (!first && token.type === 'document-end') token = this.tokens.next()
    if (token.type === 'stream-end') return undefined
    const explicit = isOneOf(token, ['version-directive', 'tag-directive', 'document-start'])
    if (!explicit && !first) throw this.error(token, 'a document must start with "---" here')
    const head = explicit ? NO_TEXT : this.tokens.splitDocumentHead()
    if (explicit) token = this.directives()
    const marker = explicit ? token.start.offset : undefined
    if (explicit) token = this.tokens.next()
    const ends: TokenType[] = ['version-directive', 'tag-directive', 'document-start', 'document-end', 'stream-end']
    const root = explicit && isOneOf(token, ends) ? emptyScalar(token.start.offset) : this.node(true, false)
    const last = this.tokens.peek()
    if (last.type === 'document-end') this.tokens.skip()
    const comments = this.tokens.takeComments()
    this.tagPrefixes.clear()
    const foot = comments.foot.length === 0 ? comments.head : comments.foot
    return { head, foot, root, marker, end: Math.min(last.start.offset, this.text.length) }
  }

  private directives(): Token {
    let token = this.tokens.peek()
    let version = false
    for (; token.type === 'version-directive' || token.type === 'tag-directive'; token = this.tokens.next()) {
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
    let token = this.tokens.peek()
    if (token.type === 'alias') return this.alias(token)
    const properties = this.properties(token)
    if (properties.end > properties.start) token = this.tokens.peek()
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
    return this.remember(scalarNode(properties, NO_COMMENTS, properties.end))
  }

  private properties(first: Token): Properties {
    const { offset: start } = first.start
    let end = start
    let anchor: string | undefined
    let tag: TagUse | undefined
    for (let token = first; ; token = this.tokens.next()) {
      if (token.type === 'anchor' && anchor === undefined) anchor = token.value ?? ''
      else if (token.type === 'tag' && tag === undefined) tag = this.tag(token)
      else break
      end = token.end
    }
    return { start, end, anchor, tag }
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
    const place = { start: token.start.offset, end: token.end, anchor: undefined, tag: undefined }
    const node: YamlAlias = { kind: 'alias', name, target, ...place, ...this.tokens.takeComments() }
    this.tokens.skip()
    return node
  }

  private scalar(properties: Properties, token: Token): YamlNode {
    const node = scalarNode(properties, this.tokens.takeComments(), token.end, token)
    this.tokens.skip()
    return this.remember(node)
  }

  // --- block collections -------------------------------------------------------------------------------------------

  private blockSequence(properties: Properties, start: Token): YamlSequence {
    const node = this.remember(sequenceNode(properties, this.tokens.takeStem(), start, false))
    this.tokens.skip()
    for (let token = this.tokens.peek(); token.type !== 'block-end'; token = this.tokens.peek()) {
      if (token.type !== 'block-entry')
        throw this.error(token, 'an entry of this list must start with "-" in the column of the others')
      this.entry(node, token, ['block-entry', 'block-end'])
    }
    this.tokens.skip()
    return node
  }

  /** A list in the column of its key: it has no end of its own. */
  private indentlessSequence(properties: Properties, start: Token): YamlSequence {
    const node = this.remember(sequenceNode(properties, NO_COMMENTS, start, false))
    for (let token = this.tokens.peek(); token.type === 'block-entry'; token = this.tokens.peek()) {
      this.entry(node, token, ['block-entry', ...BLOCK_PAIR_ENDS])
    }
    return node
  }

  private entry(node: YamlSequence, dash: Token, empty: readonly TokenType[]): void {
    this.tokens.skipDash()
    const token = this.tokens.peek()
    const value = isOneOf(token, empty) ? emptyScalar(dash.end) : this.node(true, false)
    node.items.push({ start: dash.start.offset, value })
    node.end = Math.max(value.end, dash.end)
  }

  private blockMapping(properties: Properties, start: Token): YamlMapping {
    const node = this.remember(mappingNode(properties, this.tokens.takeStem(), start, false))
    this.tokens.skip()
    for (let token = this.tokens.peek(); token.type !== 'block-end'; token = this.tokens.peek()) {
      if (token.pairs !== undefined) {
        this.simplePairs(node, token.pairs)
        continue
      }
      if (token.type !== 'key' && token.type !== 'value') {
        throw this.error(token, 'a key of this mapping must stand in the column of the others')
      }
      if (token.type === 'value') throw this.error(token, 'a mapping key is missing')
      this.blockPair(node, token)
    }
    const { line, foot } = this.tokens.takeComments()
    const last = node.pairs.at(-1)
    node.line = line
    if (foot.length > 0 && last !== undefined) last.key.foot = foot
    else node.foot = foot
    this.tokens.skip()
    return node
  }

  private blockPair(node: YamlMapping, keyToken: Token): void {
    let token = this.tokens.next()
    const key = isOneOf(token, BLOCK_PAIR_ENDS) ? emptyScalar(keyToken.end) : this.node(true, true)
    moveFootUp(node, key)
    token = this.tokens.peek()
    const colon = token
    let value: YamlNode = emptyScalar(key.end)
    if (colon.type === 'value') {
      token = this.tokens.next()
      value = isOneOf(token, BLOCK_PAIR_ENDS) ? emptyScalar(colon.end) : this.node(true, true)
    }
    this.addPair(node, { key, value })
  }

  /** Keys and values that the scanner found together. No comments stand among them, only before and behind. */
  private simplePairs(node: YamlMapping, pairs: readonly SimplePair[]): void {
    const [first] = pairs
    const last = pairs.at(-1)
    if (first === undefined || last === undefined) return
    const before = this.tokens.takeComments()
    if (before !== NO_COMMENTS) {
      Object.assign(first.key, before)
      moveFootUp(node, first.key)
    }
    pairs.forEach((pair) => {
      node.pairs.push(pair)
    })
    node.end = last.valueEnd
    this.tokens.reach(last.valueStart)
    const behind = this.tokens.takeComments()
    if (behind !== NO_COMMENTS) {
      Object.assign(last.value, behind)
      liftFoot(last)
    }
    this.tokens.skip()
  }

  private addPair(node: YamlMapping, pair: YamlPair): void {
    liftFoot(pair)
    node.pairs.push(pair)
    node.end = Math.max(pair.key.end, pair.value.end)
  }

  // --- flow collections --------------------------------------------------------------------------------------------

  private flowSequence(properties: Properties, start: Token): YamlSequence {
    const node = this.remember(sequenceNode(properties, this.tokens.takeComments(), start, true))
    this.flowEntries('flow-sequence-end', (token) => {
      const value = token.type === 'key' ? this.flowPairMapping(token) : this.node(false, false)
      node.items.push({ start: value.start, value })
    })
    return this.endFlow(node)
  }

  private flowMapping(properties: Properties, start: Token): YamlMapping {
    const node = this.remember(mappingNode(properties, this.tokens.takeComments(), start, true))
    this.flowEntries('flow-mapping-end', (token) => {
      if (token.type === 'key') return this.flowPair(node, token, 'flow-mapping-end')
      const key = this.node(false, false)
      this.addPair(node, { key, value: emptyScalar(key.end) })
    })
    return this.endFlow(node)
  }

  private flowEntries(end: TokenType, read: (token: Token) => void): void {
    this.tokens.skip()
    for (let first = true, token = this.tokens.peek(); token.type !== end; first = false, token = this.tokens.peek()) {
      if (!first) {
        if (token.type !== 'flow-entry') throw this.error(token, 'a "," or the closing bracket is missing')
        token = this.tokens.next()
        if (token.type === end) return
      }
      read(token)
    }
  }

  private endFlow<T extends YamlSequence | YamlMapping>(node: T): T {
    const { line, foot } = this.tokens.takeComments()
    node.line = line
    node.foot = foot
    node.end = this.tokens.peek().end
    this.tokens.skip()
    return node
  }

  private flowPair(node: YamlMapping, keyToken: Token, end: TokenType): void {
    let token = this.tokens.next()
    const key = isOneOf(token, ['value', 'flow-entry', end]) ? emptyScalar(keyToken.end) : this.node(false, false)
    token = this.tokens.peek()
    const colon = token
    let value: YamlNode = emptyScalar(key.end)
    if (colon.type === 'value') {
      token = this.tokens.next()
      value = isOneOf(token, ['flow-entry', end]) ? emptyScalar(colon.end) : this.node(false, false)
    }
    this.addPair(node, { key, value })
  }

  /** `[a: b]`: a mapping of one pair. */
  private flowPairMapping(keyToken: Token): YamlMapping {
    const { offset } = keyToken.start
    const node = mappingNode(noProperties(offset), NO_COMMENTS, keyToken, true)
    this.flowPair(node, keyToken, 'flow-sequence-end')
    return node
  }
}

function isOneOf(token: Token, types: readonly TokenType[]): boolean {
  return types.includes(token.type)
}
