import type { Mark } from './cursor.ts'

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

export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal' | 'folded'

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

/** A line `key: value` without anything that needs a closer look. */
export interface SimplePair {
  readonly key: string
  readonly keyStart: number
  readonly value: string
  readonly style: ScalarStyle
  readonly valueStart: number
  readonly valueEnd: number
}

/** What a block scalar needs to be written again in place. */
export interface BlockScalarShape {
  /** Offset behind the indicators of the header, `|2-`. */
  readonly headerEnd: number
  /** Offset behind the line break of the header. */
  readonly contentStart: number
  /** Column of the content. */
  readonly indent: number
  /** Column of the collection the scalar stands in; -1 at the root. */
  readonly parentIndent: number
  /** Whether the header names the indent. */
  readonly explicitIndent: boolean
  readonly chomp: 'clip' | 'strip' | 'keep'
  /** Empty lines below the last content line; with `keep` they belong to the value. */
  readonly trailingBreaks: number
}

/**
 * Comment lines of one attachment, in order: an index into the scanner's list of comment lines, or {@link NEWLINE} for
 * a line break between them (two in a row: there was an empty line).
 */
export type CommentText = number[]
export const NEWLINE = -1

/** One `#…` in the text: from the sign to the end of the line. */
export interface CommentLine {
  readonly start: number
  readonly end: number
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
