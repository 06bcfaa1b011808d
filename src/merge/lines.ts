import { mergeSequences } from './sequence.ts'

/** How lines are merged that both sides put in at the same place. */
export type Insertions = 'ours' | 'both'

/**
 * Merge texts line by line, as git does. Where both sides changed the same lines, each line that only one of them changed is
 * taken from it, and else ours stands. Comments, blank lines and layout come along with the values they stand beside.
 *
 * @param insertions - for one region after the other in which both sides put in something; `ours` where it names none
 * @returns the text, how many such regions there are, and whether a change of theirs gave way to one of ours
 */
export function mergeLines(
  base: string,
  ours: string,
  theirs: string,
  insertions: readonly Insertions[] = [],
): MergedLines {
  let count = 0
  let isDisputed = false
  const lines = mergeSequences(linesOf(base), linesOf(ours), linesOf(theirs), (line) => line).flatMap((region) => {
    if (!('ours' in region)) return region.agreed
    if (region.base.length === 0) {
      const insertion = insertions[count] ?? 'ours'
      count += 1
      return insertion === 'both' ? [...region.ours.map(ended), ...region.theirs] : region.ours
    }
    const { text, isLost } = mergedRegion(region.base, region.ours, region.theirs)
    if (isLost) isDisputed = true
    return text
  })
  return { text: lines.join(''), insertions: count, isDisputed }
}

/** Of lines that both sides changed. @returns what becomes of them, and whether something of theirs is not in it */
function mergedRegion(base: readonly string[], ours: readonly string[], theirs: readonly string[]) {
  if (base.length === ours.length && base.length === theirs.length) {
    // lines that changed next to each other are not in each other's way
    const text = ours.map((line, index) => (line === base[index] ? (theirs[index] ?? line) : line))
    return { text, isLost: text.some((line, index) => line !== theirs[index] && theirs[index] !== base[index]) }
  }
  const text = aroundChanged(base, ours, theirs) ?? aroundChanged(base, theirs, ours)
  return { text: text ?? ours, isLost: text === undefined }
}

/** What one side only put in before or behind lines that the other one changed, or took out. */
function aroundChanged(base: readonly string[], longer: readonly string[], changed: readonly string[]) {
  const more = longer.length - base.length
  if (more <= 0) return undefined
  if (base.every((line, index) => line === longer[index])) return [...changed, ...longer.slice(base.length)]
  if (!base.every((line, index) => line === longer[more + index])) return undefined
  const before = longer.slice(0, more)
  // a comment is about what stands below it
  return changed.length === 0 && before.some((line) => /^\s*[#;]/.test(line)) ? undefined : [...before, ...changed]
}

interface MergedLines {
  readonly text: string
  readonly insertions: number
  readonly isDisputed: boolean
}

/** With what ends them. */
export function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

/** A line that another one can follow. */
export function ended(line: string): string {
  return line.endsWith('\n') ? line : `${line}\n`
}
