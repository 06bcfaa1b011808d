import { isBullaError } from '../../errors.ts'
import { keyName } from '../../keys/key-name.ts'
import type { ChangedFile, HistoryStep, Repository } from '../git-port.ts'
import { readSealed } from '../open.ts'
import { loadStore, storeNameFor } from '../stores.ts'

/** Commits of a branch in which a recipient could no longer open some files. */
export interface LostVersions {
  /** As git names it, `refs/heads/main`. */
  readonly branch: string
  /** How many commits the branch has. */
  readonly commitCount: number
  /** Ids of the commits whose trees hold such a version, oldest first. */
  readonly commits: readonly string[]
  /** Paths of such versions, from the root of the repository. */
  readonly files: readonly string[]
}

/**
 * What a recipient could no longer open without the identities of earlier keys: versions that are sealed for one of these and
 * not for the key of today. That others read them too does not help this recipient.
 *
 * Each content is read once, however many branches and commits have it.
 *
 * @param keys - earlier public keys whose identities would go
 * @param current - the public key of today
 * @throws GitError `ERR_GIT`
 */
export async function lostVersions(
  keys: readonly string[],
  current: string,
  repository: Repository,
): Promise<LostVersions[]> {
  const branches = await repository.branches()
  const history = await repository.history(branches)
  const isLost = await lostBlobs(history, keys, current, repository)
  if (isLost.size === 0) return []
  const byCommit = lostByCommit(history, isLost)
  const found: LostVersions[] = []
  for (const branch of branches) {
    const all = await repository.commitsOf(branch)
    const commits = all.filter((commit) => (byCommit.get(commit)?.size ?? 0) > 0)
    const files = [...new Set(commits.flatMap((commit) => [...(byCommit.get(commit) ?? [])]))].sort()
    if (commits.length > 0) found.push({ branch, commitCount: all.length, commits, files })
  }
  return found
}

/** Ids of the contents that only an earlier key opens. */
async function lostBlobs(
  history: readonly HistoryStep[],
  keys: readonly string[],
  current: string,
  repository: Repository,
): Promise<ReadonlySet<string>> {
  const blobs = new Map(history.flatMap(({ changes }) => changes.filter(isFile).map((change) => [change.id, change])))
  const lost = new Set<string>()
  for await (const { file, bytes } of repository.tree('').contents([...blobs.values()])) {
    if (bytes !== undefined && (await isOnlyFor(file.path, bytes, keys, current))) lost.add(file.id)
  }
  return lost
}

/** The paths with such a content in the tree of each commit; commits that change none of them share one set. */
function lostByCommit(
  history: readonly HistoryStep[],
  isLost: ReadonlySet<string>,
): ReadonlyMap<string, ReadonlySet<string>> {
  const none: ReadonlySet<string> = new Set()
  const byCommit = new Map<string, ReadonlySet<string>>()
  for (const { commit, parent, changes } of history) {
    const before = (parent === undefined ? undefined : byCommit.get(parent)) ?? none
    const touched = changes.filter(({ id, path }) => isLost.has(id) || before.has(path))
    if (touched.length === 0) {
      byCommit.set(commit, before)
      continue
    }
    const after = new Set(before)
    for (const { id, path } of touched) {
      if (isLost.has(id)) after.add(path)
      else after.delete(path)
    }
    byCommit.set(commit, after)
  }
  return byCommit
}

/** Neither removed, nor a link, nor a submodule. */
function isFile({ mode }: ChangedFile): boolean {
  return mode.startsWith('100')
}

async function isOnlyFor(path: string, bytes: Uint8Array, keys: readonly string[], current: string): Promise<boolean> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (!keys.some((key) => buffer.includes(key))) return false
  try {
    const { groups } = readSealed(await loadStore(storeNameFor(path)), bytes).metadata
    const readers = groups.flat().map(keyName)
    return keys.some((key) => readers.includes(key)) && !readers.includes(current)
  } catch (error) {
    // no sealed file, or one that nobody opens anyway
    if (isBullaError(error)) return false
    throw error
  }
}
