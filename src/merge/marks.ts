import { ended, linesOf } from './lines.ts'
import { longestCommon } from './sequence.ts'

/** How conflicts are marked in a text. */
export interface Marking {
  /** What the sides are called. */
  readonly labels: { readonly ours: string; readonly theirs: string }
  /** How many characters a mark has: 7, and more where git merges what will be the base of another merge. */
  readonly markerSize: number
}

/** Two texts in one: git's marks around the lines in which they differ, and around nothing else. */
export function markDifferences(ours: string, theirs: string, { labels, markerSize }: Marking): string {
  if (ours === theirs) return ours
  const [own, other] = [ours, theirs].map((text) => linesOf(text).map(ended))
  const [ourLines, theirLines] = [own ?? [], other ?? []]
  // marks end as the lines do
  const end = ourLines[0]?.endsWith('\r\n') === true ? '\r\n' : '\n'
  const mark = (sign: string, label = '') => `${sign.repeat(markerSize)}${label === '' ? '' : ` ${label}`}${end}`
  const result: string[] = []
  let [inOurs, inTheirs] = [0, 0]
  for (const [nextOurs, nextTheirs] of [
    ...longestCommon(ourLines, theirLines),
    [ourLines.length, theirLines.length] as const,
  ]) {
    if (nextOurs > inOurs || nextTheirs > inTheirs) {
      result.push(mark('<', labels.ours), ...ourLines.slice(inOurs, nextOurs), mark('='))
      result.push(...theirLines.slice(inTheirs, nextTheirs), mark('>', labels.theirs))
    }
    result.push(...ourLines.slice(nextOurs, nextOurs + 1))
    ;[inOurs, inTheirs] = [nextOurs + 1, nextTheirs + 1]
  }
  return result.join('')
}

/** What a text with marks was made of. */
export interface MarkedSides {
  readonly ours: string
  readonly theirs: string
  /** Set when the marks say what stood there before (`merge.conflictStyle`). */
  readonly base?: string
}

/** The texts that a text with marks was made of, inverse of {@link markDifferences}; all the same without marks. */
export function sidesOf(text: string): MarkedSides {
  const [ours, theirs, base]: [string[], string[], string[]] = [[], [], []]
  let side: 'both' | 'ours' | 'base' | 'theirs' = 'both'
  let [count, baseCount] = [0, 0]
  for (const line of linesOf(text)) {
    if (side === 'both' && /^<{7,} /.test(line)) [side, count] = ['ours', count + 1]
    else if (side === 'ours' && /^\|{7,}(?: |\s*$)/.test(line)) [side, baseCount] = ['base', baseCount + 1]
    else if ((side === 'ours' || side === 'base') && /^={7,}\s*$/.test(line)) side = 'theirs'
    else if (side === 'theirs' && /^>{7,} /.test(line)) side = 'both'
    else {
      if (side === 'both' || side === 'ours') ours.push(line)
      if (side === 'both' || side === 'theirs') theirs.push(line)
      if (side === 'both' || side === 'base') base.push(line)
    }
  }
  const sides = { ours: ours.join(''), theirs: theirs.join('') }
  return count === baseCount ? { ...sides, base: base.join('') } : sides
}
