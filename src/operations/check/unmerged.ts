import type { Finding } from '../judge/finding.ts'
import { shellWord } from '../shell-word.ts'

/**
 * Sealed files that git still has in conflict. The index keeps the versions of each side, every one of them whole: without
 * this a check in the middle of a merge would find nothing wrong.
 *
 * @param files - of the index, with a path once for each version
 */
export function findUnmerged(files: readonly { readonly path: string }[], sealedPaths: ReadonlySet<string>): Finding[] {
  const seen = new Set<string>()
  const unmerged = new Set<string>()
  for (const { path } of files) (seen.has(path) ? unmerged : seen).add(path)
  return [...unmerged].filter((path) => sealedPaths.has(path)).map(finding)
}

function finding(file: string): Finding {
  const message = 'git has this sealed file in conflict, and nobody has decided yet'
  return { rule: 'conflict-markers', level: 'block', file, message, repair: `bulla resolve ${shellWord(file)}` }
}
