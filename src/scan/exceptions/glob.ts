/**
 * Whether a path fits a pattern: `*` and `?` within a folder, `**` over folders. Takes time in proportion to both lengths:
 * patterns come from repositories.
 */
export function matchesGlob(pattern: string, path: string): boolean {
  return matchesParts(pattern.split('/'), path.split('/'), '**', matchesName)
}

function matchesName(pattern: string, name: string): boolean {
  return matchesParts([...pattern], [...name], '*', (one, other) => one === '?' || one === other)
}

/** A wildcard takes as little as possible; on a mismatch the last one takes one more. */
function matchesParts(
  pattern: readonly string[],
  parts: readonly string[],
  wildcard: string,
  fits: (pattern: string, part: string) => boolean,
): boolean {
  let at = 0
  let index = 0
  let resume: { at: number; index: number } | undefined
  while (index < parts.length) {
    const one = pattern[at]
    if (one === wildcard) {
      resume = { at, index }
      at += 1
    } else if (one !== undefined && fits(one, parts[index] ?? '')) {
      at += 1
      index += 1
    } else if (resume !== undefined) {
      resume = { at: resume.at, index: resume.index + 1 }
      at = resume.at + 1
      index = resume.index
    } else return false
  }
  return pattern.slice(at).every((rest) => rest === wildcard)
}
