import { type BaselineEntry, baselineKey, formatBaseline, parseBaseline } from '../../scan/exceptions/baseline.ts'
import type { Finding } from '../judge/findings/finding.ts'
import type { FileVersion } from '../ports.ts'

export interface BaselineRequest {
  /** The baseline that is there. */
  readonly before: FileVersion | undefined
  /** In the files as they are, without what other exceptions accept. */
  readonly inTree: readonly Finding[]
  /** In all commits; undefined when those were not looked into. */
  readonly inHistory: readonly Finding[] | undefined
  /** Which files were looked into: entries of others stay as they are. */
  readonly isWanted: (path: string) => boolean
}

export interface NewBaseline {
  readonly text: string
  readonly entryCount: number
  readonly addedCount: number
  readonly removedCount: number
}

/**
 * Accept what stands there now. Entries that still are for something keep what people wrote to them; those for nothing go.
 *
 * @throws ConfigError `ERR_CONFIG` when the baseline that is there cannot be read
 */
export function newBaseline({ before, inTree, inHistory, isWanted }: BaselineRequest): NewBaseline {
  const old = before === undefined ? [] : parseBaseline(before.bytes, before.path)
  const known = new Map(old.map((entry) => [baselineKey(entry), entry]))
  const entries = new Map<string, BaselineEntry>()
  for (const finding of inTree) add(entries, finding, 1, known)
  for (const finding of inHistory ?? []) add(entries, finding, 0, known)
  for (const [key, entry] of known) {
    const found = entries.get(key)
    if (found === undefined) {
      // what only history holds was not looked for
      if (!isWanted(entry.file) || (inHistory === undefined && entry.count === 0)) entries.set(key, entry)
    } else if (!isWanted(entry.file)) entries.set(key, { ...found, count: Math.max(found.count, entry.count) })
  }
  const all = [...entries.values()]
  return {
    text: formatBaseline(all),
    entryCount: all.length,
    addedCount: [...entries.keys()].filter((key) => !known.has(key)).length,
    removedCount: [...known.keys()].filter((key) => !entries.has(key)).length,
  }
}

function add(
  entries: Map<string, BaselineEntry>,
  { rule, file, keyPath, fingerprint }: Finding,
  count: 0 | 1,
  known: ReadonlyMap<string, BaselineEntry>,
): void {
  // what has none is about an exception, or cannot be read
  if (fingerprint === undefined) return
  const key = baselineKey({ rule, fingerprint })
  const before = entries.get(key)
  if (before !== undefined) {
    entries.set(key, { ...before, count: before.count + count })
    return
  }
  const reason = known.get(key)?.reason
  entries.set(key, {
    ...{ fingerprint, rule, file },
    ...(keyPath === undefined ? {} : { keyPath }),
    count,
    ...(reason === undefined ? {} : { reason }),
  })
}
