import { withLineFeeds } from '../../scan/text/line-feeds.ts'
import type { Finding } from '../judge/findings/finding.ts'

/** A finding, and the value, or the line that tells it from others; it is never printed. */
interface Found {
  readonly finding: Finding
  readonly line: string
}

/** A text, and what is found in it. */
export interface Looked {
  readonly text: string
  readonly found: readonly Found[]
}

/**
 * Which findings a change did not bring: they stand on a line that is the same, and so does the rest of a value of several
 * lines; or the same value stood under the same key on a line of which something else was changed. A value that stands there
 * once more is new.
 *
 * @param before - the text as it was; what is found in it is only asked for when lines do not tell
 */
export async function oldFindings(
  { text, found }: Looked,
  before: { readonly text: string; find(): Promise<Looked['found']> | Looked['found'] },
): Promise<ReadonlySet<Finding>> {
  const known = new Set(withLineFeeds(before.text).split('\n'))
  const lines = withLineFeeds(text).split('\n')
  const old = new Set<Finding>()
  for (const { finding, line } of found) {
    // every private key begins with a line that others have too
    if (known.has(lines[(finding.line ?? 1) - 1] ?? '') && before.text.includes(line)) old.add(finding)
  }
  if (old.size === found.length) return old
  const counts = new Map<string, number>()
  for (const one of await before.find()) counts.set(nameOf(one), (counts.get(nameOf(one)) ?? 0) + 1)
  // those on the same lines first: they are the ones that were there
  for (const one of [...found].sort((a, b) => Number(old.has(b.finding)) - Number(old.has(a.finding)))) {
    const count = counts.get(nameOf(one)) ?? 0
    if (count === 0) continue
    counts.set(nameOf(one), count - 1)
    old.add(one.finding)
  }
  return old
}

/** Items of lists move; their keys do not. */
function nameOf({ finding: { rule, keyPath = '' }, line }: Found): string {
  return JSON.stringify([rule, keyPath.replaceAll(/\d+/g, '0'), line])
}
