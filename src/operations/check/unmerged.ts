import type { Finding } from '../judge/findings/finding.ts'
import { isSurrounding } from '../judge/surroundings/surroundings.ts'
import type { JudgedFile } from '../judge/tree-port.ts'
import { fileWord } from '../shell-word.ts'

/**
 * Sealed files that git still has in conflict. The index keeps the versions of each side, every one of them whole: without
 * this a check in the middle of a merge would find nothing wrong.
 *
 * @param files - of the index, with a path once for each version
 */
export function findUnmerged(files: readonly JudgedFile[], sealedPaths: ReadonlySet<string>): Finding[] {
  return unmergedPaths(files)
    .filter((path) => sealedPaths.has(path))
    .map((file) => {
      const message = 'git has this sealed file in conflict, and nobody has decided yet'
      return { rule: 'conflict-markers', level: 'block', file, message, repair: `bulla resolve ${fileWord(file)}` }
    })
}

/** Policies, and what else says how files are judged, in conflict: git has no version of them to judge by. */
export function findUnmergedPolicies(files: readonly JudgedFile[]): Finding[] {
  return unmergedPaths(files)
    .filter(isSurrounding)
    .map((file) => {
      const message = 'git has this file in conflict, so what it is for cannot be judged'
      return { rule: 'policy-broken', level: 'block', file, message, repair: `git mergetool -- ${fileWord(file)}` }
    })
}

function unmergedPaths(files: readonly JudgedFile[]): string[] {
  return [...new Set(files.flatMap(({ path, isUnmerged }) => (isUnmerged === true ? [path] : [])))]
}
