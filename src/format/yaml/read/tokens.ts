import type { Mark } from './cursor.ts'
import type { BlockScalarShape, CommentText, ScalarStyle } from './nodes.ts'
import type { SimplePair } from './simple-pair.ts'

export type TokenType =
  | 'stream-start'
  | 'stream-end'
  | 'version-directive'
  | 'tag-directive'
  | 'document-start'
  | 'document-end'
  | 'block-sequence-start'
  | 'block-mapping-start'
  | 'block-end'
  | 'flow-sequence-start'
  | 'flow-sequence-end'
  | 'flow-mapping-start'
  | 'flow-mapping-end'
  | 'flow-entry'
  | 'block-entry'
  | 'key'
  | 'value'
  | 'alias'
  | 'anchor'
  | 'tag'
  | 'scalar'
  | 'pairs'

/** A simple key ends on its line and within this many characters, or it is none. YAML 1.1, section 8.2.2. */
export const MAX_SIMPLE_KEY = 1024

export interface Token {
  readonly type: TokenType
  readonly start: Mark
  /** Offset behind the token; a block scalar ends with its last content line, without the line break. */
  readonly end: number
  /** Scalar text, anchor name, tag handle. */
  readonly value?: string
  /** Tag suffix or prefix. */
  readonly suffix?: string
  readonly style?: ScalarStyle
  readonly block?: BlockScalarShape
  /** Of `pairs`, which stand for several keys and values; not empty. */
  readonly pairs?: readonly SimplePair[]
}

/** A group of comment lines as the scanner found them, waiting for the token they belong to. */
export interface PendingComment {
  role: 'head' | 'line' | 'foot'
  readonly text: CommentText
  /** The comment goes to the first token that starts here or later. */
  tokenOffset: number
  readonly start: Mark
  /** Where the blank space before the comment began, and where it ends; both 0 for line comments. */
  readonly scanOffset: number
  readonly endOffset: number
}
