import {
  type Attached,
  bareScalar,
  NO_COMMENTS,
  type Properties,
  type YamlMapping,
  type YamlScalar,
  type YamlSequence,
} from './nodes.ts'
import type { Token } from './tokens.ts'

/** A scalar with the content of `token`; without one, an empty scalar that ends at `end`. */
export function scalarNode(
  { start, anchor, tag }: Properties,
  comments: Attached,
  end: number,
  token?: Token,
): YamlScalar {
  const { head, line, foot } = comments
  const value = token?.value ?? ''
  const style = token?.style ?? 'plain'
  const contentStart = token?.start.offset ?? end
  return { kind: 'scalar', head, line, foot, start, end, anchor, tag, value, style, contentStart, block: token?.block }
}

/** Nothing where a value could stand. */
export function emptyScalar(offset: number): YamlScalar {
  return bareScalar('', 'plain', offset, offset, NO_COMMENTS)
}

export function sequenceNode(
  properties: Properties,
  { head, line, foot }: Attached,
  token: Token,
  flow: boolean,
): YamlSequence {
  const { start, anchor, tag } = properties
  const { column } = token.start
  return { kind: 'sequence', head, line, foot, start, end: token.end, anchor, tag, flow, items: [], column }
}

export function mappingNode(
  properties: Properties,
  { head, line, foot }: Attached,
  token: Token,
  flow: boolean,
): YamlMapping {
  const { start, anchor, tag } = properties
  const { column } = token.start
  return { kind: 'mapping', head, line, foot, start, end: token.end, anchor, tag, flow, pairs: [], column }
}

export function noProperties(offset: number): Properties {
  return { start: offset, end: offset, anchor: undefined, tag: undefined }
}
