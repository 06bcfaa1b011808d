import type { Scalar } from '../tree.ts'
import { chompingIndicator } from './block-text.ts'
import type { YamlScalar } from './nodes.ts'
import type { Layout } from './places.ts'
import type { BlockScalarShape } from './tokens.ts'

/**
 * The text of a block scalar whose sealed value was opened: header and indentation stay as they are, as far as they can
 * carry the value.
 *
 * @returns undefined when they cannot: the value must be written in quotes
 */
export function openBlockScalar(
  opened: Scalar,
  node: YamlScalar,
  block: BlockScalarShape,
  layout: Layout,
): { end: number; text: string } | undefined {
  const { value } = opened
  if (
    opened.type !== 'str' ||
    value === '' ||
    /[\0-\x08\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff\u2028\u2029\udc80-\udcff]/.test(bytesOnly(value))
  ) {
    return undefined
  }
  const header = blockHeader(value, node, block, layout)
  if (header === undefined) return undefined
  const body = value.replace(/\n+$/, '')
  const folded = header.startsWith('>')
  const lines = folded ? body.replace(/(?<=[^\n])\n+/g, (breaks) => `${breaks}\n`).split('\n') : body.split('\n')
  if (body === '') {
    // nothing but line breaks: the line of the sealed value goes, the empty lines below it stay
    const behind = layout.text.startsWith(layout.lineBreak, node.end) ? layout.lineBreak.length : 0
    return { end: node.end + behind, text: header }
  }
  const margin = ' '.repeat(block.indent)
  return {
    end: node.end,
    text: header + lines.map((line) => (line === '' ? '' : margin + line)).join(layout.lineBreak),
  }
}

/** Lone low surrogates are bytes; pairs are characters. */
function bytesOnly(value: string): string {
  return value.isWellFormed() ? value.replace(/[\ud800-\udbff][\udc00-\udfff]/g, '') : value
}

/** From the indicator to the start of the content, changed only where the value needs it. */
function blockHeader(value: string, node: YamlScalar, block: BlockScalarShape, layout: Layout): string | undefined {
  const { text } = layout
  const rest = text.slice(block.headerEnd, block.contentStart)
  const wanted = chompingIndicator(value)
  const breaks = value.length - value.replace(/\n+$/, '').length
  if (breaks > 1 && breaks !== block.trailingBreaks + 1 && value !== '\n'.repeat(block.trailingBreaks)) return undefined
  const keeps = { clip: '', strip: '-', keep: '+' }[block.chomp]
  const fits = keeps === wanted || (block.chomp === 'keep' && breaks === 1 && block.trailingBreaks === 0)
  const needsHint = !block.explicitIndent && /^\n*[ \t]/.test(value)
  const increment = block.indent - Math.max(block.parentIndent, 0)
  if (needsHint && (increment < 1 || increment > 9)) return undefined
  const literal = node.style === 'literal' || /^[ \t]|\n[ \t]/.test(value)
  if (fits && !needsHint && literal === (node.style === 'literal'))
    return text.slice(node.contentStart, block.contentStart)
  const hint = needsHint || block.explicitIndent ? String(increment) : ''
  return `${literal ? '|' : '>'}${hint}${fits ? keeps : wanted}${rest}`
}
