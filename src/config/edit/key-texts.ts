import type { Edit, Span } from '../../format/edits.ts'
import type { YamlScalar } from '../../format/yaml/read/nodes.ts'
import { cannotEdit } from './cannot-edit.ts'

/** The keys of a comma list, without the blanks around them. */
export function keysOf(text: string): string[] {
  return text.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]))
}

/**
 * Where the keys of a scalar stand in its text.
 *
 * @throws ConfigError `ERR_CONFIG` when the text does not show them as they are
 */
export function keySpans(text: string, node: YamlScalar): Span[] {
  const quote = node.style === 'single' || node.style === 'double' ? 1 : 0
  const start = node.block === undefined ? node.contentStart + quote : node.block.contentStart
  const content = text.slice(start, node.end - quote)
  const spans: Span[] = []
  for (const match of content.matchAll(/[^,]+/g)) {
    const key = match[0].trim()
    if (key === '') continue
    const from = start + match.index + match[0].indexOf(key)
    spans.push({ start: from, end: from + key.length })
  }
  const shown = spans.map((span) => text.slice(span.start, span.end))
  if (shown.join() === keysOf(node.value).join()) return spans
  throw cannotEdit(text, node.start, 'the keys here are written with escapes, or broken over lines')
}

/** How the text separates keys in one line where it does. */
function usualSeparator(text: string): string {
  return /age1[0-9a-z]+(, *)age1/.exec(text)?.[1] ?? ','
}

/** Put a key behind the others, separated as they are. @param flow - whether it stands in a flow collection */
export function addToText(text: string, node: YamlScalar, key: string, flow: boolean, lineBreak: string): Edit[] {
  const spans = keySpans(text, node)
  const [before, last] = [spans.at(-2), spans.at(-1)]
  if (last === undefined) throw cannotEdit(text, node.start, 'there is no key here to put another one behind')
  const { block } = node
  const alone = block === undefined ? usualSeparator(text) : `,${lineBreak}${' '.repeat(block.indent)}`
  const separator = before === undefined ? alone : text.slice(before.end, last.start)
  const added = { start: last.end, end: last.end, text: separator + key }
  if (!flow || node.style !== 'plain') return [added]
  // a comma would end it
  return [
    { start: node.contentStart, end: node.contentStart, text: '"' },
    { ...added, text: `${added.text}"` },
  ]
}

/** Take keys out of a comma list, each with one comma. Undefined when none would be left. */
export function removeFromText(text: string, node: YamlScalar, key: string): Edit[] | undefined {
  const spans = keySpans(text, node)
  const isGone = spans.map((span) => text.slice(span.start, span.end) === key)
  const firstKept = isGone.indexOf(false)
  if (firstKept < 0) return undefined
  const edits: Edit[] = []
  for (const [index, span] of spans.entries()) {
    if (isGone[index] !== true) continue
    // those in front of the first that stays go with the comma behind them, others with the one before
    const start = index < firstKept ? span.start : (spans[index - 1]?.end ?? span.start)
    const end = index < firstKept ? (spans[index + 1]?.start ?? span.end) : span.end
    edits.push({ start, end, text: '' })
  }
  return edits
}
