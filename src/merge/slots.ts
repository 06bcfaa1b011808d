import type { Branch } from '../format/tree.ts'
import { type ByPlace, matchDocuments, type DocumentPairs as Pairs } from './documents.ts'
import { mergeOrders, withOthers } from './order.ts'
import { isSameContent } from './same.ts'

/** Where a document of a merged file stands in each version; undefined: not there. */
export interface Slot {
  readonly base: number | undefined
  readonly ours: number | undefined
  readonly theirs: number | undefined
}

/** The documents of a merged file, in its order. */
export interface MergedSlots {
  /** With those that one side took away and the other changed. */
  readonly slots: readonly Slot[]
  /** Whether both sides brought them into another order: it is that of ours. */
  readonly isDisputed: boolean
}

/**
 * @param base - undefined when both sides added the file
 */
export function mergeSlots(
  base: readonly Branch[] | undefined,
  ours: readonly Branch[],
  theirs: readonly Branch[],
  byPlace: ByPlace = 'always',
): MergedSlots {
  const all = slotsOf(base, ours, theirs, byPlace)
  const stays = (slot: Slot) => {
    if (slot.base === undefined || (slot.ours !== undefined && slot.theirs !== undefined)) return true
    // taken away on one side: stays only where the other changed it
    const left = slot.ours === undefined ? theirs[slot.theirs ?? -1] : ours[slot.ours]
    return left !== undefined && !isSameContent(base?.[slot.base], left)
  }
  const slots = new Map<string, Slot>(all.filter(stays).map((slot, index) => [`${index}`, slot]))
  const order = (side: keyof Slot) =>
    [...slots]
      .filter(([, slot]) => slot[side] !== undefined)
      .sort(([, a], [, b]) => (a[side] ?? 0) - (b[side] ?? 0))
      .map(([id]) => id)
  const [was, own, other] = [order('base'), order('ours'), order('theirs')]
  const merged = mergeOrders(was, own, other)
  const ids = merged ?? withOthers(own, other)
  return { slots: ids.flatMap((id) => slots.get(id) ?? []), isDisputed: merged === undefined }
}

/** Each document of each side, once. */
function slotsOf(
  base: readonly Branch[] | undefined,
  ours: readonly Branch[],
  theirs: readonly Branch[],
  byPlace: ByPlace,
): Slot[] {
  if (base === undefined) return paired(matchDocuments(ours, theirs, byPlace), [...ours.keys()], [...theirs.keys()])
  const [toOurs, toTheirs] = [matchDocuments(base, ours, byPlace), matchDocuments(base, theirs, byPlace)]
  const known = [...base.keys()].map((place) => {
    return { base: place, ours: toOurs.get(place), theirs: toTheirs.get(place) }
  })
  const newIn = (side: readonly Branch[], pairs: Pairs) => {
    const old = new Set(pairs.values())
    return [...side.keys()].filter((place) => !old.has(place))
  }
  const [own, other] = [newIn(ours, toOurs), newIn(theirs, toTheirs)]
  const pick = (side: readonly Branch[], places: readonly number[]) => places.flatMap((place) => side[place] ?? [])
  const added = matchDocuments(pick(ours, own), pick(theirs, other), 'never')
  return [...known.filter((slot) => slot.ours !== undefined || slot.theirs !== undefined), ...paired(added, own, other)]
}

/** @param pairs - of positions in `ours` and `theirs`, which are places themselves */
function paired(pairs: Pairs, ours: readonly number[], theirs: readonly number[]): Slot[] {
  const matched = new Set(pairs.values())
  return [
    ...ours.map((place, index) => {
      return { base: undefined, ours: place, theirs: theirs[pairs.get(index) ?? -1] }
    }),
    ...theirs.flatMap((place, index) =>
      matched.has(index) ? [] : [{ base: undefined, ours: undefined, theirs: place }],
    ),
  ]
}
