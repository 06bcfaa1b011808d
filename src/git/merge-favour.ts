/** The side that a merge takes where both changed the same, and nobody is to be asked (`-X ours`). */
export type Favour = 'ours' | 'theirs'

/** Commands of git that merge, and take options for that. */
const MERGING = new Set(['merge', 'rebase', 'cherry-pick', 'revert', 'pull', 'am'])
const ATTACHED = /^(?:-X|--strategy-option=)(?:--)?(.+)$/s
const DETACHED = new Set(['-X', '--strategy-option'])

/**
 * What the options of a command say, that git does not tell its drivers.
 *
 * @param words - of the command, its program first
 */
export function favourOf([program = '', ...words]: readonly string[]): Favour | undefined {
  if (!/(?:^|[/\\])git(?:\.exe)?$/.test(program)) return undefined
  const start = words.findIndex((word) => MERGING.has(word))
  if (start < 0) return undefined
  const end = words.indexOf('--', start)
  const options = words.slice(start + 1, end < 0 ? undefined : end)
  const given = options.flatMap((word, index) => {
    const before = options[index - 1]
    if (before !== undefined && DETACHED.has(before)) return [word.replace(/^--/, '')]
    return ATTACHED.exec(word)?.[1] ?? []
  })
  return given.findLast((option) => option === 'ours' || option === 'theirs') as Favour | undefined
}
