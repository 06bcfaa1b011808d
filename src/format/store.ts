import type { Edit } from './edits.ts'
import type { Branch, Comment, Node, StoreName } from './tree.ts'

/** A text and the tree that stands in it. */
export interface Source {
  readonly text: string
  /** Without the metadata block. Only YAML can have more than one, or none. */
  readonly documents: readonly Branch[]
  /** Nodes that stand for an alias: copies of what the alias repeats. Only YAML has them. */
  readonly aliases: readonly Node[]
  /**
   * Comments that sops's own reader drops, with the keys of the collection they stand in. sops leaves them out of what it
   * writes; in a text that is sealed in place they would stay readable, so they are sealed beside the tree.
   */
  readonly lostComments: readonly LostComment[]
  /** The metadata block of the first document, not flattened; undefined in a plain file. */
  readonly metadata: Branch | undefined
  /** Whether any document holds something under the name of the metadata block. */
  readonly hasReserved: boolean
  /** Edits that put `metadata` where the block stands, or where it belongs, in every document. */
  placeMetadata(metadata: Branch): Edit[]
  /** Edits that take the block out and leave what was there before {@link placeMetadata} put it in. */
  removeMetadata(): Edit[]
}

export interface LostComment {
  readonly path: readonly string[]
  readonly comment: Comment
}

export interface EmitOptions {
  /** Columns per level, as `--indent`: JSON takes -1 for a tab. Undefined: the store's default. */
  readonly indent?: number
}

/** Reader and writer of one file format. Pure: text in, text out. */
export interface Store {
  readonly name: StoreName
  /**
   * @param options - layout of what is written anew into this text: the metadata block, values that need other lines
   * @throws FormatError `ERR_SYNTAX`, `ERR_LIMIT`, `ERR_UTF8`, `ERR_UNSUPPORTED_VALUE` with line and column;
   *   `ERR_METADATA` when the metadata block is there but is not a block (twice, not a mapping).
   */
  parse(text: string, options?: EmitOptions): Source
  /** Write a tree from nothing, in sops's own layout. @throws FormatError `ERR_EMIT` for what the format cannot hold */
  emit(documents: readonly Branch[], options?: EmitOptions): string
  /** Write one value, as `--extract` prints it. */
  emitValue(value: Node, options?: EmitOptions): string
  /** The metadata as this store writes it into a tree made from nothing. */
  withMetadata(document: Branch, metadata: Branch): Branch
  /** The first top-level name of `document` that is reserved for metadata. */
  reservedName(document: Branch): string | undefined
}
