import type { Finding } from '../judge/finding.ts'
import type { JudgedFile } from '../judge/judged-tree.ts'
import { shellWord } from '../shell-word.ts'

/**
 * Sealed files that git still has in conflict. The index keeps the versions of each side, every one of them whole: without
 * this a check in the middle of a merge would find nothing wrong.
 *
 * @param files - of the index, with a path once for each version
 */
export function findUnmerged(files: readonly JudgedFile[], sealedPaths: ReadonlySet<string>): Finding[] {
  const unmerged = new Set(files.filter(({ isUnmerged }) => isUnmerged === true).map(({ path }) => path))
  return [...unmerged].filter((path) => sealedPaths.has(path)).map(finding)
}

function finding(file: string): Finding {
  const message = 'git has this sealed file in conflict, and nobody has decided yet'
  return { rule: 'conflict-markers', level: 'block', file, message, repair: `bulla resolve ${shellWord(file)}` }
}
