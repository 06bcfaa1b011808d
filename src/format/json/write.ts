import { cannotEmit } from '../error-at.ts'
import type { Branch, Comment, List, Node, Scalar } from '../tree.ts'
import { jsonFloat, numberSpellings } from './numbers.ts'
import { goString } from './strings.ts'

/** How a piece of JSON is laid out. */
export interface Layout {
  /** Line break, or nothing to keep it on one line. */
  readonly newline: string
  /** Indentation of the line on which the piece starts. */
  readonly base: string
  /** One level of indentation. */
  readonly unit: string
  /** Between key and value, with the colon. */
  readonly colon: string
  /** Between two members of a piece on one line, with the comma. */
  readonly comma: string
  /** Whether floats keep their spelling: `1.0`, which sops writes `1`. */
  readonly exact?: true
}

/** sops's own layout. @param unit - one level of indentation */
export function sopsLayout(unit: string): Layout {
  return { newline: '\n', base: '', unit, colon: ': ', comma: ',' }
}

/** Write `node` in sops's spelling. Comments are dropped. @throws FormatError `ERR_EMIT` */
export function writeNode(node: Node, layout: Layout): string {
  const parts: string[] = []
  write(node, layout, layout.base, parts)
  return parts.join('')
}

function write(node: Node, layout: Layout, indent: string, parts: string[]): void {
  switch (node.kind) {
    case 'null':
      parts.push('null')
      return
    case 'scalar':
      parts.push(writeScalar(node, layout.exact === true))
      return
    case 'branch':
      writeItems(node, layout, indent, parts, '{}')
      return
    default:
      writeItems(node, layout, indent, parts, '[]')
  }
}

function writeItems(node: Branch | List, layout: Layout, indent: string, parts: string[], signs: string): void {
  type Item = Exclude<Branch['items'][number] | List['items'][number], Comment>
  const items = [...node.items].filter((item): item is Item => item.kind !== 'comment')
  if (items.length === 0) {
    parts.push(signs)
    return
  }
  const inner = layout.newline === '' ? '' : `${layout.newline}${indent}${layout.unit}`
  parts.push(signs.charAt(0), inner)
  items.forEach((item, index) => {
    if (index > 0) parts.push(layout.newline === '' ? layout.comma : `,${inner}`)
    if (item.kind === 'entry') parts.push(goString(item.key), layout.colon)
    write(item.kind === 'entry' ? item.value : item, layout, indent + layout.unit, parts)
  })
  parts.push(layout.newline === '' ? '' : `${layout.newline}${indent}`, signs.charAt(1))
}

function writeScalar(scalar: Scalar, exact: boolean): string {
  switch (scalar.type) {
    case 'int':
      return scalar.value
    case 'bool':
      return scalar.value.toLowerCase()
    case 'float': {
      const text = exact ? numberSpellings(scalar)[0] : jsonFloat(scalar.value)
      if (text === undefined) throw cannotEmit('JSON has no infinite numbers and no NaN', 'write it as a string')
      return text
    }
    default:
      return goString(scalar.value)
  }
}
