import type { Edit, Span } from './edits.ts'

/**
 * A parsed file as sops sees it: ordered, keys may repeat, comments are nodes in document order.
 * The same tree is what a store reads, what the walk visits and what an emitter writes; a tree that was read from a
 * text also knows its places in it (see {@link LeafPlace}), one that was made does not.
 */
export type Node = Scalar | NullNode | Branch | List

/** `type:` of a sealed value; `bytes` exists in the format, is never written, and crashes sops. */
export type ScalarType = 'str' | 'int' | 'float' | 'bool' | 'time'

export interface Scalar {
  readonly kind: 'scalar'
  readonly type: ScalarType
  /**
   * The plaintext as sops hashes it: text as is, decimal integers, floats without exponent, `True`/`False`, RFC 3339.
   * Bytes that are not UTF-8 are lone surrogates, see `text.ts`. Empty when `bytes` is set.
   */
  readonly value: string
  /** What to seal instead of `value` because it keeps more of the spelling: `1.10` where `value` is `1.1`. */
  readonly exact?: string
  /** The value of a binary file: too large and too seldom text for `value`. */
  readonly bytes?: Uint8Array
  readonly place?: LeafPlace
  /** Set on a leaf below an alias: the leaf it repeats. */
  readonly origin?: Scalar
  readonly alias?: AliasPlace
}

export interface NullNode {
  readonly kind: 'null'
  readonly alias?: AliasPlace
}

export interface Comment {
  readonly kind: 'comment'
  /** Everything after the comment sign; usually starts with a space. */
  readonly text: string
  /** Whether it stands behind a value on its line. */
  readonly inline: boolean
  readonly place?: LeafPlace
  readonly origin?: Comment
}

export interface Entry {
  readonly kind: 'entry'
  readonly key: string
  readonly value: Node
}

export interface Branch {
  readonly kind: 'branch'
  readonly items: readonly (Entry | Comment)[]
  readonly alias?: AliasPlace
}

export interface List {
  readonly kind: 'list'
  readonly items: readonly (Node | Comment)[]
  readonly alias?: AliasPlace
}

/** What the walk visits. */
export type Leaf = Scalar | Comment

/** Where a leaf stands in the text it was read from, and how it is written there. */
export interface LeafPlace extends Span {
  /**
   * The edits that put `sealed` where the leaf stands, keeping as much of its style as the format can carry.
   *
   * @param sealed - an `ENC[…]` string
   */
  seal(sealed: string, leaf: Leaf): Edit[]
  /** The edits that put the opened leaf where its sealed form stands, in the style kept by {@link seal}. */
  open(opened: Leaf): Edit[]
}

/**
 * Where an alias (YAML `*name`) stands; the node that carries it is a copy of what the alias repeats. Copies of this node,
 * below other aliases, carry the same place.
 */
export interface AliasPlace extends Span {
  /** The edits that write `copy` out in place of the alias. */
  replace(copy: Node): Edit[]
}

/** The stores of SOPS. */
export type StoreName = 'yaml' | 'json' | 'dotenv' | 'ini' | 'binary'
