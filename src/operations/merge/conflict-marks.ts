import type { Store } from '../../format/store.ts'
import type { Branch, Leaf, Node } from '../../format/tree.ts'
import type { MergeStep } from '../../merge/three-way.ts'
import type { OpenConflict } from './choices.ts'

/** The same file twice: with ours, and with theirs, where there is a conflict. Both sealed. */
interface BothTexts {
  readonly ours: string
  readonly theirs: string
}

/**
 * Put git's conflict marks around the lines of the values that are in conflict, and around nothing else. Both sides are
 * ciphertext.
 */
export function markConflicts(
  store: Store,
  { ours, theirs }: BothTexts,
  conflicts: readonly OpenConflict[],
  labels: { readonly ours: string; readonly theirs: string },
): string {
  const [ourLines, theirLines] = [splitLines(ours), splitLines(theirs)]
  const [ourRoots, theirRoots] = [store.parse(ours).documents, store.parse(theirs).documents]
  const marks = conflicts.map(({ document, path }) => ({
    ours: linesOfValue(ours, ourRoots[document], path),
    theirs: linesOfValue(theirs, theirRoots[document], path),
  }))
  const result = [...ourLines]
  // from the end on, so that the numbers of the lines before stay
  const inOrder = marks
    .map((mark) => ({ ...mark, at: mark.ours?.first ?? insertionOf(mark.theirs, ourLines, theirLines) }))
    .sort((a, b) => b.at - a.at)
  let above = Number.POSITIVE_INFINITY
  for (const { ours: own, theirs: other, at } of inOrder) {
    const count = own === undefined ? 0 : own.last - own.first + 1
    // on the lines of another conflict already: flow style, JSON on one line
    if (at + count > above) continue
    above = at
    const slice = (lines: readonly string[], range: LineRange | undefined) =>
      range === undefined ? [] : lines.slice(range.first, range.last + 1).map(ended)
    const block = [
      `<<<<<<< ${labels.ours}\n`,
      ...slice(ourLines, own),
      '=======\n',
      ...slice(theirLines, other),
      `>>>>>>> ${labels.theirs}\n`,
    ]
    result.splice(at, count, ...block)
  }
  return result.join('')
}

/** What changes in the metadata whenever a value does. */
const OF_THE_MAC = /^[\s"']*(?:sops_)?(?:lastmodified|mac)\b/

/** Put marks around the time and the MAC of `text`: those of `theirs` are as wrong for it as its own. */
export function markMetadata(
  store: Store,
  text: string,
  theirs: string,
  labels: { readonly ours: string; readonly theirs: string },
): string {
  const [lines, others] = [splitLines(text), splitLines(theirs)]
  const [own, other] = [lines, others].map((all) => lastRun(all, store))
  if (own === undefined || other === undefined) return text
  lines.splice(
    own.first,
    own.last - own.first + 1,
    ...[
      `<<<<<<< ${labels.ours}\n`,
      ...lines.slice(own.first, own.last + 1).map(ended),
      '=======\n',
      ...others.slice(other.first, other.last + 1).map(ended),
      `>>>>>>> ${labels.theirs}\n`,
    ],
  )
  return lines.join('')
}

/** A text in which only time and MAC are in conflict, with those of ours; undefined when values are. */
export function withoutMarks(text: string): string | undefined {
  const lines: string[] = []
  let side: 'both' | 'ours' | 'theirs' = 'both'
  for (const line of splitLines(text)) {
    if (side === 'both' && line.startsWith('<<<<<<< ')) side = 'ours'
    else if (side === 'ours' && /^={7}\s*$/.test(line)) side = 'theirs'
    else if (side === 'theirs' && line.startsWith('>>>>>>> ')) side = 'both'
    else if (side === 'both') lines.push(line)
    else if (!OF_THE_MAC.test(line)) return undefined
    else if (side === 'ours') lines.push(line)
  }
  return lines.join('')
}

/** The metadata stands at the end, or in JSON at least behind the values. */
function lastRun(lines: readonly string[], store: Store): LineRange | undefined {
  const last = lines.findLastIndex((line) => OF_THE_MAC.test(line))
  if (last < 0) return undefined
  let first = last
  while (first > 0 && OF_THE_MAC.test(lines[first - 1] ?? '')) first -= 1
  // a MAC may be folded over several lines in YAML
  let end = last
  while (store.name === 'yaml' && /^\s{8,}\S/.test(lines[end + 1] ?? '') && !/ENC\[.*\]/.test(lines[end] ?? ''))
    end += 1
  return { first, last: end }
}

/** 0-based, both included. */
interface LineRange {
  readonly first: number
  readonly last: number
}

function linesOfValue(text: string, root: Branch | undefined, path: readonly MergeStep[]): LineRange | undefined {
  const node = root === undefined ? undefined : nodeAt(root, path)
  const spans = node === undefined ? [] : leavesOf(node).flatMap(({ place }) => (place === undefined ? [] : [place]))
  if (spans.length === 0) return undefined
  const start = Math.min(...spans.map((span) => span.start))
  const end = Math.max(...spans.map((span) => span.end))
  const lineOf = (offset: number) => text.slice(0, offset).split('\n').length - 1
  return { first: lineOf(start), last: Math.max(lineOf(start), lineOf(Math.max(start, end - 1))) }
}

/** Ours took it away: the mark goes where the line before it stands in ours. */
function insertionOf(range: LineRange | undefined, ourLines: readonly string[], theirLines: readonly string[]): number {
  const before = range === undefined ? undefined : theirLines[range.first - 1]
  const found = before === undefined ? -1 : ourLines.indexOf(before)
  return found + 1
}

function nodeAt(node: Node, [step, ...rest]: readonly MergeStep[]): Node | undefined {
  if (step === undefined) return node
  if (node.kind === 'branch') {
    for (const item of node.items) {
      if (item.kind === 'entry' && item.key === step) return nodeAt(item.value, rest)
    }
    return undefined
  }
  if (node.kind !== 'list') return undefined
  const element = node.items.filter((item) => item.kind !== 'comment')[Number(step)]
  return element === undefined ? undefined : nodeAt(element, rest)
}

function leavesOf(node: Node): Leaf[] {
  if (node.kind === 'scalar') return [node]
  if (node.kind === 'null') return []
  return node.items.flatMap((item) =>
    item.kind === 'comment' ? [item] : leavesOf(item.kind === 'entry' ? item.value : item),
  )
}

function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

function ended(line: string): string {
  return line.endsWith('\n') ? line : `${line}\n`
}
