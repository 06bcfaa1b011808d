import { FormatError } from '../../errors.ts'
import { sealedType } from '../enc.ts'
import { positionOf } from '../text.ts'
import type { Branch, Comment, Entry, LeafPlace, List, Node, NullNode, Scalar } from '../tree.ts'
import { AliasCounter } from './alias-limit.ts'
import type { Layout } from './layout.ts'
import { YamlPairPlace } from './pair-place.ts'
import { YamlAliasPlace, YamlCommentPlace, YamlScalarPlace } from './places.ts'
import { syntaxError } from './read/cursor.ts'
import type {
  YamlAlias,
  YamlCollection,
  YamlDocument,
  YamlItem,
  YamlMapping,
  YamlNode,
  YamlScalar,
  YamlSequence,
} from './read/nodes.ts'
import { type CommentText, NEWLINE } from './read/nodes.ts'
import type { ParsedYaml } from './read/parser.ts'
import { type Resolved, resolveUnlessText, UINT64 } from './read/resolve.ts'
import { coreTag, resolveScalar } from './read/resolve-scalar.ts'
import { SimplePair } from './read/simple-pair.ts'
import { isPlainString } from './scalar-style.ts'
import { UsualBlock } from './usual-block.ts'

/** Where a node stands: what its place needs to write it again. */
interface Position {
  readonly flow: boolean
  /** Column of the block collection it stands in. */
  readonly column: number
  /** Offset of the `-` in front of a list entry. */
  readonly dash?: number
  /** Whether the list is empty when its sealed comments, which sops writes as elements, are comments again. */
  readonly emptiesList?: boolean
}

/** What is composed below an alias is a copy: it has no place of its own. */
type Context = Position & { readonly copy: boolean }

/**
 * Nodes of the parser to the tree that sops sees: values resolved, aliases written out, comments in the collections
 * that sops puts them into.
 */
export class Composer {
  /** Nodes that stand for an alias of the text. */
  readonly aliases: Node[] = []
  private readonly text: string
  private readonly layout: Layout
  private readonly parsed: ParsedYaml
  private readonly comments = new Map<number, Comment>()
  private readonly scalars = new Map<YamlScalar, Scalar>()
  private readonly aliasPlaces = new Map<YamlAlias, YamlAliasPlace>()
  private readonly open = new Set<YamlNode>()
  private readonly counter = new AliasCounter()
  private uniqueKeys = true
  private aliasDepth = 0

  constructor(parsed: ParsedYaml, layout: Layout) {
    this.text = layout.text
    this.layout = layout
    this.parsed = parsed
  }

  /** Comments that go-yaml drops and sops therefore never sees. */
  lostComments(): { readonly index: number; readonly offset: number }[] {
    return this.parsed.comments
      .map((line, index) => ({ index, offset: line.start }))
      .filter(({ index }) => !this.comments.has(index))
  }

  document(document: YamlDocument, index: number): Branch {
    this.uniqueKeys = index === 0
    const { root } = document
    const context: Context = { flow: false, column: 0, copy: false }
    const items: (Entry | Comment)[] = []
    this.addComments(items, document.head, false, context)
    if (root.kind === 'mapping') {
      this.addMapping(items, root, context, true)
    } else if (root.kind === 'scalar' && this.scalar(root, context).kind === 'null') {
      this.addComments(items, root.head, false, context)
      this.addComments(items, root.line, false, context)
    } else {
      throw syntaxError(this.text, root.start, 'a document must be a mapping', 'put the value under a key')
    }
    this.addComments(items, document.foot, false, context)
    return { kind: 'branch', items }
  }

  // --- comments ----------------------------------------------------------------------------------------------------

  private addComments(items: Pick<Comment[], 'push'>, text: CommentText, inline: boolean, context: Context): void {
    if (text.length === 0) return
    for (const index of text) if (index !== NEWLINE) items.push(this.comment(index, inline, context))
  }

  /** The comment leaf with the given index. Composed a second time it is a copy below an alias. */
  comment(index: number, inline: boolean, context: Pick<Context, 'copy'>): Comment {
    const line = this.parsed.comments[index] ?? { start: 0, end: 0 }
    const text = this.text.slice(line.start + 1, line.end)
    const known = this.comments.get(index)
    if (known !== undefined || context.copy) {
      return { kind: 'comment', text, inline, ...(known === undefined ? {} : { origin: known }) }
    }
    const place = new YamlCommentPlace(this.layout, line.start + 1, line.end, inline)
    const comment: Comment = { kind: 'comment', text, inline, place }
    this.comments.set(index, comment)
    return comment
  }

  // --- nodes -------------------------------------------------------------------------------------------------------

  private node(node: YamlNode, context: Context, ownComments: boolean): Node {
    switch (node.kind) {
      case 'scalar':
        this.count(node)
        return this.scalar(node, context)
      case 'alias':
        return this.alias(node, context)
      case 'mapping':
        return this.branch(node, context, ownComments)
      case 'sequence':
        return this.list(node, context, ownComments)
    }
  }

  private count(node: YamlNode): void {
    if (this.counter.count(this.aliasDepth > 0)) return
    throw new FormatError('ERR_LIMIT', 'YAML: aliases make this document grow far beyond its text', {
      where: positionOf(this.text, node.start),
      hint: 'write the repeated values out, or use fewer nested aliases',
    })
  }

  private alias(node: YamlAlias, context: Context): Node {
    const { target } = node
    if (this.open.has(target))
      throw syntaxError(this.text, node.start, 'an alias stands inside the value that it repeats')
    this.aliasDepth += 1
    const copy = this.node(target, { ...context, copy: true }, true)
    this.aliasDepth -= 1
    const place = this.aliasPlaces.get(node) ?? new YamlAliasPlace(this.layout, node, context)
    const repeated: Node = { ...copy, alias: place }
    if (context.copy) return repeated
    this.aliasPlaces.set(node, place)
    this.aliases.push(repeated)
    return repeated
  }

  private list(node: YamlSequence, context: Context, ownComments: boolean): List {
    this.enter(node)
    const inside: Context = { flow: node.flow, column: node.column, copy: context.copy }
    const items: (Node | Comment)[] = []
    if (ownComments) {
      this.addComments(items, node.head, false, context)
      this.addComments(items, node.line, false, context)
    }
    const last = node.flow ? undefined : lastOfComments(node)
    for (const item of node.items) {
      const { start, value } = item
      const position = node.flow ? inside : { ...inside, dash: start, emptiesList: item === last }
      this.addComments(items, value.head, false, context)
      this.addComments(items, value.line, true, context)
      items.push(this.node(value, position, false))
      this.addComments(items, value.foot, false, context)
    }
    if (ownComments) this.addComments(items, node.foot, false, context)
    this.open.delete(node)
    return { kind: 'list', items }
  }

  private branch(node: YamlMapping, context: Context, ownComments: boolean): Branch {
    const items: (Entry | Comment)[] = []
    this.addMapping(items, node, context, ownComments)
    return { kind: 'branch', items }
  }

  private addMapping(items: (Entry | Comment)[], node: YamlMapping, context: Context, ownComments: boolean): void {
    this.enter(node)
    const inside: Context = { flow: node.flow, column: node.column, copy: context.copy }
    const names = new Set<string>()
    if (ownComments) {
      this.addComments(items, node.head, false, context)
      this.addComments(items, node.line, false, context)
    }
    const { hasAliases } = this.parsed
    node.pairs.forEach((pair) => {
      if (pair instanceof SimplePair && !hasAliases && !pair.hasComments) {
        items.push(this.simpleEntry(pair, names, inside))
        return
      }
      if (pair instanceof UsualBlock) {
        items.push({ kind: 'entry', key: pair.key.value, value: pair.metadata })
        return
      }
      const { key, value } = pair
      this.addComments(items, key.head, false, context)
      this.addComments(items, key.line, false, context)
      const isLeaf = value.kind === 'scalar' || value.kind === 'alias'
      if (isLeaf) {
        this.addComments(items, value.head, false, context)
        this.addComments(items, value.line, true, context)
      }
      const name = this.key(key, names)
      if (name === '<<' && this.uniqueKeys) this.checkMerge(key, value)
      items.push({ kind: 'entry', key: name, value: this.node(value, inside, !isLeaf) })
      if (isLeaf) this.addComments(items, value.foot, false, context)
      this.addComments(items, key.foot, false, context)
    })
    if (ownComments) this.addComments(items, node.foot, false, context)
    this.open.delete(node)
  }

  /** The short way for what most entries of a large file are. */
  private simpleEntry(pair: SimplePair, names: Set<string>, inside: Context): Entry {
    const { name } = pair
    const value = pair.style === 'plain' ? resolveUnlessText(pair.text) : undefined
    if (!isPlainString(name) || (this.uniqueKeys && names.has(name)) || value === UINT64) {
      // there is an error to be told
      this.key(pair.key, names)
      return { kind: 'entry', key: name, value: this.scalar(pair.value, inside) }
    }
    names.add(name)
    if (value?.kind === 'null') return { kind: 'entry', key: name, value }
    const place = new YamlPairPlace(this.layout, pair, inside.column)
    const scalar: Scalar =
      value === undefined ? { kind: 'scalar', type: 'str', value: pair.text, place } : withPlace(value, place)
    return { kind: 'entry', key: name, value: scalar }
  }

  private enter(node: YamlCollection): void {
    this.count(node)
    this.open.add(node)
  }

  // --- keys --------------------------------------------------------------------------------------------------------

  private key(node: YamlNode, names: Set<string>): string {
    const target = node.kind === 'alias' ? node.target : node
    if (target.kind !== 'scalar') throw this.badKey(node, 'a mapping or a list cannot be a key')
    this.count(node)
    const value = this.resolve(target)
    if (value === UINT64 || value.kind === 'null' || value.type !== 'str') {
      throw this.badKey(node, 'only text can be a key; put this one in quotes')
    }
    // go-yaml compares what is written, and an alias by its name
    const written = node.kind === 'alias' ? `\0*${node.name}` : target.value
    if (this.uniqueKeys && names.has(written)) {
      const hint = written === 'sops' ? 'two sealed files were joined; restore the file from git' : 'remove one of them'
      throw syntaxError(this.text, node.start, 'this key stands twice in its mapping', hint)
    }
    names.add(written)
    return value.value
  }

  private badKey(node: YamlNode, message: string): FormatError {
    return new FormatError('ERR_UNSUPPORTED_VALUE', `YAML: ${message}`, { where: positionOf(this.text, node.start) })
  }

  /**
   * `<<` is an ordinary key for sops, but in the first document go-yaml checks what it merges. A comment that sops sealed into
   * an element of that list makes a file that sops itself does not open any more.
   */
  private checkMerge(key: YamlNode, value: YamlNode): void {
    if (key.kind !== 'scalar' || (key.style !== 'plain' && coreTag(key.tag?.name ?? '') !== 'merge')) return
    const isMap = (node: YamlNode) => (node.kind === 'alias' ? node.target.kind : node.kind) === 'mapping'
    if (
      isMap(value) ||
      (value.kind === 'sequence' && value.items.every((item) => isMap(item.value) || isSealedComment(item)))
    )
      return
    throw syntaxError(this.text, value.start, 'only mappings can be merged by "<<"')
  }

  // --- scalars -----------------------------------------------------------------------------------------------------

  private scalar(node: YamlScalar, context: Context): Scalar | NullNode {
    const value = this.resolve(node)
    if (value === UINT64) {
      throw new FormatError('ERR_UNSUPPORTED_VALUE', 'YAML: sops cannot carry integers beyond 64 signed bits', {
        where: positionOf(this.text, node.start),
        hint: 'put the number in quotes',
      })
    }
    if (value.kind === 'null') return value
    if (context.copy) {
      const origin = this.scalars.get(node)
      return origin === undefined ? value : { ...value, origin }
    }
    const place = new YamlScalarPlace(this.layout, node, context)
    const scalar = withPlace(value, place)
    if (this.parsed.hasAliases) this.scalars.set(node, scalar)
    return scalar
  }

  private resolve(node: YamlScalar): Resolved {
    const value = resolveScalar(node)
    if (value !== undefined) return value
    throw syntaxError(
      this.text,
      node.start,
      `this value is not what its tag says (!!${coreTag(node.tag?.name ?? '') ?? ''})`,
    )
  }
}

function withPlace({ type, value, exact }: Scalar, place: LeafPlace): Scalar {
  return exact === undefined ? { kind: 'scalar', type, value, place } : { kind: 'scalar', type, value, exact, place }
}

/** The last element of a list whose elements are sealed comments, all of them. */
function lastOfComments({ items }: YamlSequence): YamlItem | undefined {
  return items.every(isSealedComment) ? items.at(-1) : undefined
}

function isSealedComment({ value }: YamlItem): boolean {
  return value.kind === 'scalar' && sealedType(value.value) === 'comment'
}
