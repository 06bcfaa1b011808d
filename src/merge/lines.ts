import { mergeSequences } from './sequence.ts'

/**
 * Merge texts line by line, as git does; where both sides changed the same lines, ours stands. Comments, blank lines and
 * layout come along with the values they stand beside.
 */
export function mergeLines(base: string, ours: string, theirs: string): string {
  return mergeSequences(linesOf(base), linesOf(ours), linesOf(theirs), (line) => line)
    .flatMap((region) => ('ours' in region ? region.ours : region.agreed))
    .join('')
}

/** With what ends them. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}
