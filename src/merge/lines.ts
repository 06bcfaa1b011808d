import { mergeSequences } from './sequence.ts'

/** How lines are merged that both sides put in at the same place. */
export type Insertions = 'ours' | 'both'

/**
 * Merge texts line by line, as git does. Where both sides changed the same lines, each line that only one of them changed is
 * taken from it, and else ours stands. Comments, blank lines and layout come along with the values they stand beside.
 *
 * @param insertions - for one region after the other in which both sides put in something; `ours` where it names none
 * @returns the text, and how many such regions there are
 */
export function mergeLines(
  base: string,
  ours: string,
  theirs: string,
  insertions: readonly Insertions[] = [],
): { readonly text: string; readonly insertions: number } {
  let count = 0
  const lines = mergeSequences(linesOf(base), linesOf(ours), linesOf(theirs), (line) => line).flatMap((region) => {
    if (!('ours' in region)) return region.agreed
    if (region.base.length === 0) {
      const insertion = insertions[count] ?? 'ours'
      count += 1
      return insertion === 'both' ? [...region.ours.map(ended), ...region.theirs] : region.ours
    }
    return pairwise(region.base, region.ours, region.theirs) ?? region.ours
  })
  return { text: lines.join(''), insertions: count }
}

/** Lines that changed next to each other, not in each other's way. */
function pairwise(base: readonly string[], ours: readonly string[], theirs: readonly string[]) {
  if (base.length !== ours.length || base.length !== theirs.length) return undefined
  return ours.map((line, index) => (line === base[index] ? (theirs[index] ?? line) : line))
}

/** With what ends them. */
export function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

/** A line that another one can follow. */
export function ended(line: string): string {
  return line.endsWith('\n') ? line : `${line}\n`
}
