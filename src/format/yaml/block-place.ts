import type { Edit } from '../edits.ts'
import type { Scalar } from '../tree.ts'
import { chompingIndicator } from './block-text.ts'
import type { Layout } from './layout.ts'
import type { BlockScalarShape, YamlScalar } from './read/nodes.ts'

/** What a block scalar cannot hold as it is. */
const UNFIT = /[\0-\x08\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff\u2028\u2029]/

/**
 * The edits for a block scalar whose sealed value was opened: header and indentation stay as they are, as far as they
 * can carry the value.
 *
 * @returns undefined when they cannot: the value must be written in quotes
 */
export function openBlockScalar(
  opened: Scalar,
  node: YamlScalar,
  block: BlockScalarShape,
  layout: Layout,
): Edit[] | undefined {
  const { value } = opened
  if (opened.type !== 'str' || value === '' || !value.isWellFormed() || UNFIT.test(value)) return undefined
  const indicators = blockIndicators(value, node, block, layout.text.slice(node.contentStart, block.headerEnd))
  if (indicators === undefined) return undefined
  const header = { start: node.contentStart, end: block.headerEnd, text: indicators }
  const body = value.replace(/\n+$/, '')
  if (body === '') {
    // nothing but line breaks: the line of the sealed value goes, the empty lines below it stay
    const behind = layout.text.startsWith(layout.lineBreak, node.end) ? layout.lineBreak.length : 0
    return [header, { start: block.contentStart, end: node.end + behind, text: '' }]
  }
  const folded = indicators.startsWith('>')
  const lines = folded ? foldedLines(body) : body.split('\n')
  const margin = ' '.repeat(block.indent)
  const text = lines.map((line) => (line === '' ? '' : margin + line)).join(layout.lineBreak)
  return [header, { start: block.contentStart, end: node.end, text }]
}

/** `|` or `>` with what follows it, changed only where the value needs it. */
function blockIndicators(
  value: string,
  node: YamlScalar,
  block: BlockScalarShape,
  written: string,
): string | undefined {
  const wanted = chompingIndicator(value)
  const breaks = value.length - value.replace(/\n+$/, '').length
  // the empty lines below the text are not ours to change
  if (breaks === value.length ? breaks !== block.trailingBreaks : breaks > 1 && breaks !== block.trailingBreaks + 1) {
    return undefined
  }
  const chomping = { clip: '', strip: '-', keep: '+' }[block.chomp]
  const fits = chomping === wanted || (block.chomp === 'keep' && breaks === 1 && block.trailingBreaks === 0)
  const needsHint = !block.explicitIndent && /^\n*[ \t]/.test(value)
  const increment = block.indent - Math.max(block.parentIndent, 0)
  if (needsHint && (increment < 1 || increment > 9)) return undefined
  const hint = needsHint || block.explicitIndent ? String(increment) : ''
  const chomp = fits ? chomping : wanted
  // where the chomping indicator stood before the digit, it stays there
  const chompFirst = /^.[+-][0-9]/.test(written)
  return `${node.style === 'literal' ? '|' : '>'}${chompFirst ? chomp + hint : hint + chomp}`
}

/** In a folded scalar, a line break between two lines of text needs an empty line; next to an indented one it does not. */
function foldedLines(text: string): string[] {
  const lines: string[] = []
  let previous: string | undefined
  for (const line of text.split('\n')) {
    if (line !== '') {
      if (previous !== undefined && !/^[ \t]/.test(previous) && !/^[ \t]/.test(line)) lines.push('')
      previous = line
    }
    lines.push(line)
  }
  return lines
}
