import { fieldsOf } from './paths.ts'
import { type GitPlace, runGit } from './run-git.ts'

/** A file of a tree or of the index. */
export interface TreeFile {
  /** From the root of the repository, with slashes; see `paths.ts` for what is no UTF-8. */
  readonly path: string
  /** `100644`, `100755`, `120000` for a link, `160000` for a submodule. */
  readonly mode: string
  /** Of the blob; of the commit for a submodule. */
  readonly id: string
  /** Whether it is what one side has of a file in conflict; only of the index. */
  readonly isUnmerged?: true
}

/** A file that a commit adds or changes. Files that it only removes are left out. */
export interface FileChange extends TreeFile {
  /** What stood there before; undefined for a new file. */
  readonly before: string | undefined
}

export const REMOVED = /^0+$/
export const RAW = ['--raw', '-z', '--no-abbrev', '--no-renames', '--diff-filter=ACMT']

/** What the index adds to HEAD; everything in it when there is no commit yet. @throws GitError `ERR_GIT` */
export async function stagedChanges(place: GitPlace): Promise<FileChange[]> {
  const output = await runGit(againstIndex('HEAD'), place, '')
  // most often because there is no commit yet
  if (!('stdout' in output)) return stagedAgainst(await emptyTree(place), place)
  return parseRaw(output.stdout).map(({ change }) => change)
}

/** What the index has and a revision, or a tree, has not. @throws GitError `ERR_GIT` */
export async function stagedAgainst(revision: string, place: GitPlace): Promise<FileChange[]> {
  return parseRaw(await must(againstIndex(revision), place)).map(({ change }) => change)
}

const againstIndex = (revision: string) => [...['diff-index', '--cached', ...RAW, '--end-of-options'], revision, '--']

/** What stands in `to` and not in `from`: two revisions or trees. @throws GitError `ERR_GIT` */
export async function changesBetween(from: string, to: string, place: GitPlace): Promise<FileChange[]> {
  const args = ['diff-tree', '-r', ...RAW, '--end-of-options', from, to, '--']
  return parseRaw(await must(args, place)).map(({ change }) => change)
}

/**
 * Paths of what is not the same in the work tree, or gone there; also of what only may be another one. @param from - a
 * revision; empty for the index @throws GitError `ERR_GIT`
 */
export async function changedInWorkTree(from: string, place: GitPlace): Promise<string[]> {
  const options = ['--name-only', '-z', '--no-renames', '--no-ext-diff', '--ignore-submodules']
  const args =
    from === '' ? ['diff-files', ...options, '--'] : ['diff-index', ...options, '--end-of-options', from, '--']
  return [...new Set(fieldsOf(await must(args, place)))] // a path in conflict comes twice
}

/**
 * What was renamed: the new path, and the old one. Between two revisions, or between one and the index: of the work tree git
 * would run filters to know. None where git cannot tell.
 */
export async function renames(from: string, to: string | undefined, place: GitPlace): Promise<Map<string, string>> {
  if (from === '') return new Map()
  const options = ['-M', '--diff-filter=R', '--name-status', '-z', '--no-ext-diff', '--ignore-submodules']
  const revisions = ['--end-of-options', ...(to === undefined ? [from] : [from, to]), '--']
  const command = to === undefined ? ['diff-index', '--cached'] : ['diff-tree', '-r']
  const output = await runGit([...command, ...options, ...revisions], place, '')
  const found = new Map<string, string>()
  const words = 'stdout' in output ? fieldsOf(output.stdout) : []
  for (let index = 0; index + 2 < words.length; index += 3) found.set(words[index + 2] ?? '', words[index + 1] ?? '')
  return found
}

/** All files of a revision, or those below some folders of it. @throws GitError `ERR_GIT` */
export async function filesOfTree(
  revision: string,
  place: GitPlace,
  folders: readonly string[] = [],
): Promise<TreeFile[]> {
  const output = await must(['ls-tree', '-r', '-z', '--full-tree', '--end-of-options', revision, ...folders], place)
  return fieldsOf(output).flatMap((record) => {
    const match = /^([0-7]{6}) \w+ ([0-9a-f]+)\t(.+)$/s.exec(record)
    return match === null ? [] : [{ mode: match[1] ?? '', id: match[2] ?? '', path: match[3] ?? '' }]
  })
}

/** All files of the index, or those below some folders; of a path in conflict, each side. @throws GitError `ERR_GIT` */
export async function filesOfIndex(place: GitPlace, folders: readonly string[] = ['']): Promise<TreeFile[]> {
  const paths = folders.map((folder) => `:(top,literal)${folder}`)
  const output = await must(['ls-files', '--stage', '-z', '--full-name', '--', ...paths], place)
  return fieldsOf(output).flatMap((record) => {
    const [, mode, id, stage, path] = /^([0-7]{6}) ([0-9a-f]+) ([0-3])\t(.+)$/s.exec(record) ?? []
    if (mode === undefined || id === undefined || path === undefined) return []
    // 1 is the version that both sides began with
    return [{ path, mode, id, ...(stage === '2' || stage === '3' ? { isUnmerged: true as const } : {}) }]
  })
}

/** Paths of what is tracked, and of what is neither tracked nor ignored, from the root. @throws GitError `ERR_GIT` */
export async function workingFiles(place: GitPlace): Promise<string[]> {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z', '--full-name', '--', ':/']
  return [...new Set(fieldsOf(await must(args, place)))] // a path in conflict comes once for each side
}

/**
 * Ids of all objects of a range, see `changesOfCommits`; those that its excluded ends have are left out.
 *
 * @throws GitError `ERR_GIT`
 */
export async function objectsOf(range: readonly string[], place: GitPlace): Promise<ReadonlySet<string>> {
  // without "aggressive", git does not look at excluded trees where there are no commits
  const args = ['rev-list', '--objects-edge-aggressive', '--no-object-names', ...range, '--']
  return new Set((await must(args, place)).toString('latin1').split('\n'))
}

/** What a commit changes against its first parent. */
export interface HistoryStep {
  readonly commit: string
  /** Undefined for a first commit. */
  readonly parent: string | undefined
  /** Removed files have ids of zeros. */
  readonly changes: readonly FileChange[]
}

/**
 * Every commit that branches have, parents before children: with this, what stands in each tree is known without reading it.
 *
 * @throws GitError `ERR_GIT`
 */
export async function historyOf(branches: readonly string[], place: GitPlace): Promise<HistoryStep[]> {
  if (branches.length === 0) return []
  const output = await must(['rev-list', '--topo-order', '--reverse', '--parents', ...branches, '--'], place)
  const commits = output
    .toString('latin1')
    .split('\n')
    .filter((line) => line !== '')
  // with the first parent only: what a merge brings is a change against it
  const pairs = commits.map((line) => line.split(' ').slice(0, 2))
  const changes = await changesAgainst(pairs, place)
  return pairs.map(([commit = '', parent]) => ({ commit, parent, changes: changes.get(commit) ?? [] }))
}

/** What `git stash` kept. */
export interface Stash {
  readonly commit: string
  /** The commit with what was new in the work tree; undefined without `--include-untracked`. */
  readonly untracked?: string
  /** What stood in the work tree, in the index, and what was new there; removed files are left out. */
  readonly changes: readonly FileChange[]
}

/** The newest first; none where git knows of none. @throws GitError `ERR_GIT` */
export async function stashesOf(place: GitPlace): Promise<Stash[]> {
  const listed = await runGit(['rev-list', '--walk-reflogs', '--parents', 'refs/stash', '--'], place, '')
  if (!('stdout' in listed)) return []
  const lines = listed.stdout.toString('latin1').trim().split('\n')
  const stashes = lines.map((line) => {
    const [commit = '', base, index, ...untracked] = line.split(' ')
    // `git stash store` takes any commit
    if (base === undefined || index === undefined)
      return { commit, sides: [[commit, ...(base === undefined ? [] : [base])]] }
    // new files are a commit without a parent
    const [added] = untracked
    const sides = [[commit, base], [index, base], ...untracked.map((id) => [id])]
    return { commit, sides, ...(added === undefined ? {} : { untracked: added }) }
  })
  const changes = await changesAgainst(
    stashes.flatMap(({ sides }) => sides),
    place,
  )
  return stashes.map(({ sides, ...stash }) => ({
    ...stash,
    changes: sides.flatMap(([id = '']) => changes.get(id) ?? []).filter(({ id }) => !REMOVED.test(id)),
  }))
}

/** What commits change against a parent, by commit. @param pairs - a commit, and the parent unless it has none */
async function changesAgainst(
  pairs: readonly (readonly string[])[],
  place: GitPlace,
): Promise<ReadonlyMap<string, readonly FileChange[]>> {
  const args = ['diff-tree', '--stdin', '-r', '--root', '--raw', '-z', '--no-abbrev', '--no-renames']
  const changes = new Map<string, FileChange[]>()
  // stashes of one second may have the same index
  const input = [...new Set(pairs.map((pair) => `${pair.join(' ')}\n`))].join('')
  for (const { commit = '', change } of parseRaw(await must(args, place, input))) {
    const known = changes.get(commit)
    if (known === undefined) changes.set(commit, [change])
    else known.push(change)
  }
  return changes
}

/** Ids of all commits of a branch, oldest first. @throws GitError `ERR_GIT` */
export async function commitsOf(branch: string, place: GitPlace): Promise<string[]> {
  const output = await must(['rev-list', '--topo-order', '--reverse', branch, '--'], place)
  return output
    .toString('latin1')
    .split('\n')
    .filter((line) => line !== '')
}

/** Commits that changed a file, as HEAD has it, the newest first; none before the first commit. @param most - so many at most */
export async function commitsOfFile(path: string, most: number, place: GitPlace): Promise<string[]> {
  const args = ['rev-list', `--max-count=${most}`, 'HEAD', '--', `:(top,literal)${path}`]
  const output = await runGit(args, place, '')
  return 'stdout' in output
    ? output.stdout
        .toString('latin1')
        .split('\n')
        .filter((line) => line !== '')
    : []
}

interface RawChange {
  readonly commit: string | undefined
  readonly change: FileChange
}

/**
 * Records of `--raw -z`: `:mode mode id id status`, then the path; of a merge one more colon, mode and id for each parent.
 * A record without a colon is the id of the commit that the next ones belong to, and its message, if that was asked for.
 */
export function parseRaw(output: Buffer, onMessage?: (commit: string, message: string) => void): RawChange[] {
  const found: RawChange[] = []
  const records = fieldsOf(output)
  let commit: string | undefined
  for (let index = 0; index < records.length; index += 1) {
    // behind a message comes a line break
    const given = records[index] ?? ''
    const record = given.startsWith('\n') ? given.slice(1) : given
    const colons = /^:+/.exec(record)?.[0].length ?? 0
    if (colons === 0) {
      const [id = '', ...message] = record.split('\n')
      if (id !== '') commit = id
      if (id !== '' && message.length > 0) onMessage?.(id, message.join('\n'))
      continue
    }
    const words = record.slice(colons).split(' ')
    const ids = words.slice(colons + 1, 2 * colons + 2)
    const before = ids[0] ?? ''
    index += 1
    found.push({
      commit,
      change: {
        path: records[index] ?? '',
        mode: words[colons] ?? '',
        id: ids[colons] ?? '',
        before: /^0*$/.test(before) ? undefined : before,
      },
    })
  }
  return found
}

/** Its id depends on the hash function of the repository. */
async function emptyTree(place: GitPlace): Promise<string> {
  return (await must(['hash-object', '-t', 'tree', '--stdin'], place)).toString('latin1').trim()
}

export async function must(args: readonly string[], place: GitPlace, input = ''): Promise<Buffer> {
  const output = await runGit(args, place, input)
  if ('stdout' in output) return output.stdout
  const { gitFailure } = await import('./git-failure.ts')
  throw gitFailure(output.problem, place, 'check that the revisions exist; ')
}
