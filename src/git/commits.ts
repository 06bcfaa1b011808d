import { type FileChange, must, parseRaw, RAW, REMOVED } from './changes.ts'
import { Contexts, type GraphCommit, keptTogether } from './contexts.ts'
import type { GitPlace } from './run-git.ts'

/** A file that one of several commits adds or changes. */
export interface CommitChange {
  readonly commit: string
  /** A commit in whose tree the files of interest are the same. */
  readonly context: string
  /** See `CommitChange` in `operations/git-port.ts`. */
  readonly stash?: string
  readonly change: FileChange
}

/** What somebody wrote about a commit. */
export interface CommitMessage {
  readonly commit: string
  /** As in {@link CommitChange}. */
  readonly context: string
  readonly text: string
}

/** Some of many commits. */
export interface CommitPart {
  readonly changes: readonly CommitChange[]
  /** Of all of these commits. */
  readonly messages: readonly CommitMessage[]
  /** How many commits came before, how many these are, and how many there are in all. */
  readonly before: number
  readonly count: number
  readonly total: number
}

/** While these are looked at, git compares the next. */
const COMMITS_AT_ONCE = 5000
/** Nothing can be looked at before the first ones are there. */
const FIRST_COMMITS = 1000

/**
 * Everything that commits add or change, oldest first, in parts; of a merge, only what none of its parents has.
 *
 * @param range - what `rev-list` takes: revisions, `A..B`, `--not`, `--remotes=…`
 * @param isContext - which files are of interest for {@link CommitChange.context}
 * @throws GitError `ERR_GIT`
 */
export async function* changesOfCommits(
  range: readonly string[],
  isContext: (path: string) => boolean,
  place: GitPlace,
  atOnce = COMMITS_AT_ONCE,
): AsyncGenerator<CommitPart> {
  const output = await must(['rev-list', '--topo-order', '--reverse', '--parents', ...range, '--'], place)
  const lines = output
    .toString('latin1')
    .split('\n')
    .filter((line) => line !== '')
  const graph = lines.map((line) => {
    const [id = '', ...parents] = line.split(' ')
    return { id, parents }
  })
  const stashes = keptTogether(graph)
  const contexts = new Contexts()
  let commits = graph.slice(0, Math.min(atOnce, FIRST_COMMITS))
  let ahead = comparisons(commits, place)
  for (let before = 0; before < graph.length; ) {
    const { changes, messages } = await ahead
    const end = before + commits.length
    const next = graph.slice(end, end + atOnce)
    ahead = comparisons(next, place)
    ahead.catch(() => undefined) // told with the next part, if anybody wants that
    const touched = new Set(changes.flatMap(({ commit, change }) => (isContext(change.path) ? [commit] : [])))
    for (const { id, parents } of commits) contexts.add(id, parents, touched.has(id))
    const kept = changes.flatMap(({ commit = '', change }): CommitChange[] => {
      const stash = stashes.get(commit)
      const keptBy = stash === undefined ? {} : { stash }
      return REMOVED.test(change.id) ? [] : [{ commit, context: contexts.of(commit), ...keptBy, change }]
    })
    const told = messages.map(([commit, text]) => ({ commit, context: contexts.of(commit), text }))
    yield { changes: kept, messages: told, before, count: commits.length, total: graph.length }
    before = end
    commits = next
  }
}

/** Git reads each commit anyway: its message costs nothing more. */
async function comparisons(commits: readonly GraphCommit[], place: GitPlace) {
  const messages: [commit: string, text: string][] = []
  if (commits.length === 0) return { changes: [], messages }
  const shown = ['--always', '--encoding=UTF-8', '--format=%H%n%B']
  const args = ['diff-tree', '--stdin', '-r', '-c', '--root', ...RAW, '--diff-filter=ACMTD', ...shown]
  const output = await must(args, place, commits.map(({ id }) => `${id}\n`).join(''))
  const changes = parseRaw(output, (commit, text) => messages.push([commit, text]))
  return { changes, messages }
}
