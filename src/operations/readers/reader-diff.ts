import type { KeyDescription } from '../../config/key-text.ts'
import type { KeyEntry, Readers } from '../../format/metadata.ts'
import { idOf } from './readers.ts'

/** What makes the readers of a file those of its rule. Groups are compared by their position. */
export interface ReaderDiff {
  /** How many groups the file has, or its rule. */
  readonly count: number
  /** Of groups in which something changes. */
  readonly groups: readonly GroupDiff[]
  /** How many groups open the file, 0 when there is no choice; undefined when that stays. */
  readonly threshold: { readonly before: number; readonly after: number } | undefined
}

/** What changes in one key group. */
export interface GroupDiff {
  /** 0-based. */
  readonly index: number
  readonly added: readonly KeyDescription[]
  readonly removed: readonly KeyDescription[]
}

/** Who is to read a file. */
export interface WantedReaders {
  readonly groups: readonly (readonly KeyDescription[])[]
  /** 0: the rule does not say. */
  readonly shamirThreshold: number
}

/** Undefined when nothing would change. */
export function compareReaders(before: Readers, wanted: WantedReaders): ReaderDiff | undefined {
  const count = Math.max(before.groups.length, wanted.groups.length)
  const groups = Array.from({ length: count }, (_, index) => compareGroup(index, before, wanted)).filter(
    ({ added, removed }) => added.length + removed.length > 0,
  )
  const [old, next] = [thresholdOf(before), wantedThreshold(before, wanted)]
  if (groups.length === 0 && old === next) return undefined
  return { count, groups, threshold: old === next ? undefined : { before: old, after: next } }
}

function compareGroup(index: number, before: Readers, wanted: WantedReaders): GroupDiff {
  const [old, next] = [before.groups[index] ?? [], wanted.groups[index] ?? []]
  return { index, added: missingIn(old, next), removed: missingIn(next, old) }
}

/** What `others` have and `keys` do not. */
function missingIn(keys: readonly KeyDescription[], others: readonly KeyDescription[]): KeyDescription[] {
  const known = new Set(keys.map(idOf))
  return others.filter((key) => !known.has(idOf(key)))
}

function thresholdOf({ groups, shamirThreshold }: Readers): number {
  return groups.length < 2 ? 0 : shamirThreshold || groups.length
}

/**
 * How many groups are to open the file, 0 for a single one. Where the rule does not say, as sops decides: the file keeps
 * its own threshold as far as there are that many groups.
 */
export function wantedThreshold(before: Readers, { groups, shamirThreshold }: WantedReaders): number {
  if (groups.length < 2) return 0
  return shamirThreshold || Math.min(thresholdOf(before) || groups.length, groups.length)
}

/** The keys of a group after the update: those that stay are as they were and where they were. */
export function mergeGroup(
  before: readonly KeyEntry[],
  wanted: readonly KeyDescription[],
): { readonly kept: readonly KeyEntry[]; readonly added: readonly KeyDescription[] } {
  const ids = new Set(wanted.map(idOf))
  return { kept: before.filter((entry) => ids.has(idOf(entry))), added: missingIn(before, wanted) }
}
