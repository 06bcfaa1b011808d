import type { Finding } from './finding.ts'
import type { Draft, Page } from './page.ts'
import { keyPaths } from './text/key-path.ts'
import { isRandom } from './text/randomness.ts'

/** Fewer characters in a row give nothing away. */
const SHORTEST_PART = 5

const WEIGHTS = { form: 2, place: 1, name: 0 } as const

/** Findings of a page in its order, one for each place: the one that says most. */
export function placeFindings(page: Page): Finding[] {
  const drafts = withoutOverlaps(page.drafts)
  const paths = keyPaths(page, drafts)
  let line = 1
  let lineStart = 0
  let position = 0
  return drafts.map((draft, index) => {
    for (; position < draft.start; position += 1) {
      if (page.text.charCodeAt(position) !== 10) continue
      line += 1
      lineStart = position + 1
    }
    const path = paths[index]?.map((key) => maskKey(key, page.text.slice(draft.start, draft.end)))
    return {
      rule: draft.rule,
      level: draft.level,
      line,
      column: draft.start - lineStart + 1,
      ...(path === undefined ? {} : { path }),
      length: draft.end - draft.start,
      message: draft.message,
      span: { start: draft.start, end: draft.end },
    }
  })
}

/** Paths are printed: a key that is a credential, holds what was found, or is a part of it, is not. */
function maskKey(key: string, found: string): string {
  const isPart = key.length >= SHORTEST_PART && found.includes(key)
  return isPart || (found.length >= SHORTEST_PART && key.includes(found)) || isRandom(key) ? '…' : key
}

function withoutOverlaps(drafts: readonly Draft[]): Draft[] {
  const kept: Draft[] = []
  for (const draft of drafts.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = kept.at(-1)
    if (last === undefined || draft.start >= last.end) kept.push(draft)
    else if (rank(draft) > rank(last)) kept[kept.length - 1] = draft
  }
  return kept
}

function rank({ level, weight }: Draft): number {
  return (level === 'block' ? 3 : 0) + WEIGHTS[weight]
}
