import { diff3MergeRegions, diffIndices } from 'node-diff3'

/** A run on which a merge agrees, taken from one side, or the three versions of one on which it does not. */
export type Region<T> =
  | { readonly agreed: readonly T[] }
  | { readonly base: readonly T[]; readonly ours: readonly T[]; readonly theirs: readonly T[] }

/** Pairs of equal elements that are looked at; the search for what is common takes as long as there are such pairs. */
const MAX_PAIRS = 4_000_000

/**
 * Merge sequences: what one side inserted, took out or replaced stands in the result.
 *
 * @param keyOf - equal for equal elements
 * @returns one region of all three when they repeat so much that finding what is common would take too long
 */
export function mergeSequences<T>(
  base: readonly T[],
  ours: readonly T[],
  theirs: readonly T[],
  keyOf: (element: T) => string,
): readonly Region<T>[] {
  const [o, a, b] = [base.map(keyOf), ours.map(keyOf), theirs.map(keyOf)]
  if (pairsOf(o, a) + pairsOf(o, b) > MAX_PAIRS) return [{ base, ours, theirs }]
  const sides = { a: ours, o: base, b: theirs }
  return diff3MergeRegions(a, o, b).map((region): Region<T> => {
    if (region.stable) {
      const { buffer, bufferStart, bufferLength } = region
      return { agreed: sides[buffer].slice(bufferStart, bufferStart + bufferLength) }
    }
    const { aStart, aLength, oStart, oLength, bStart, bLength } = region
    const isSame = aLength === bLength && a.slice(aStart, aStart + aLength).every((key, i) => key === b[bStart + i])
    const part = ours.slice(aStart, aStart + aLength)
    if (isSame) return { agreed: part }
    return { base: base.slice(oStart, oStart + oLength), ours: part, theirs: theirs.slice(bStart, bStart + bLength) }
  })
}

function pairsOf(first: readonly string[], second: readonly string[]): number {
  const counts = new Map<string, number>()
  for (const key of first) counts.set(key, (counts.get(key) ?? 0) + 1)
  return second.reduce((sum, key) => sum + (counts.get(key) ?? 0), 0)
}

/** Indexes of a longest common subsequence; none when they repeat so much that finding it would take too long. */
export function longestCommon(first: readonly string[], second: readonly string[]): [number, number][] {
  if (pairsOf(first, second) > MAX_PAIRS) return []
  const common: [number, number][] = []
  let [inFirst, inSecond] = [0, 0]
  const skipTo = (end: number) => {
    while (inFirst < end) common.push([inFirst++, inSecond++])
  }
  for (const { buffer1, buffer2 } of diffIndices([...first], [...second])) {
    skipTo(buffer1[0])
    inFirst += buffer1[1]
    inSecond += buffer2[1]
  }
  skipTo(first.length)
  return common
}
