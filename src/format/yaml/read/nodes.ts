export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal' | 'folded'

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

/** Comments attached to a node, as go-yaml v3 attaches them. */
export interface Attached {
  head: CommentText
  line: CommentText
  foot: CommentText
}

interface NodeBase extends Attached {
  /** Offset of the first property (`&anchor`, `!tag`) or of the content. */
  readonly start: number
  end: number
  readonly anchor: string | undefined
  /** Resolved tag, `tag:yaml.org,2002:int` or `!custom`. */
  readonly tag: TagUse | undefined
}

/** What may stand in front of a node: from its first property to behind its last. */
export interface Properties {
  readonly start: number
  readonly end: number
  readonly anchor: string | undefined
  readonly tag: TagUse | undefined
}

export interface TagUse {
  readonly name: string
  readonly start: number
  readonly end: number
}

export interface YamlScalar extends NodeBase {
  readonly kind: 'scalar'
  readonly value: string
  readonly style: ScalarStyle
  /** Offset of the content, behind the properties. */
  readonly contentStart: number
  readonly block: BlockScalarShape | undefined
}

export interface YamlAlias extends NodeBase {
  readonly kind: 'alias'
  readonly name: string
  readonly target: YamlNode
}

export interface YamlPair {
  readonly key: YamlNode
  readonly value: YamlNode
}

export interface YamlMapping extends NodeBase {
  readonly kind: 'mapping'
  readonly flow: boolean
  readonly pairs: YamlPair[]
  /** Column of the keys of a block mapping. */
  readonly column: number
}

export interface YamlSequence extends NodeBase {
  readonly kind: 'sequence'
  readonly flow: boolean
  readonly items: YamlItem[]
  /** Column of the dashes of a block sequence. */
  readonly column: number
}

export interface YamlItem {
  /** Offset of the `-`; of the value in a flow sequence. */
  readonly start: number
  readonly value: YamlNode
}

export type YamlCollection = YamlMapping | YamlSequence
export type YamlNode = YamlScalar | YamlAlias | YamlCollection

export interface YamlDocument {
  readonly head: CommentText
  foot: CommentText
  readonly root: YamlNode
  /** Offset of `---`, if there is one. */
  readonly marker: number | undefined
  /** Offset at which the document ends: that of `...`, of the next `---` or directive, or the end of the text. */
  readonly end: number
}

/** Shared by all nodes that have no comments; never changed, only replaced. */
export const NO_TEXT: CommentText = []
export const NO_COMMENTS: Attached = { head: NO_TEXT, line: NO_TEXT, foot: NO_TEXT }

/** A scalar without properties. */
export function bareScalar(
  value: string,
  style: ScalarStyle,
  start: number,
  end: number,
  { head, line, foot }: Attached,
): YamlScalar {
  const none = undefined
  return {
    kind: 'scalar',
    head,
    line,
    foot,
    start,
    end,
    anchor: none,
    tag: none,
    value,
    style,
    contentStart: start,
    block: none,
  }
}
