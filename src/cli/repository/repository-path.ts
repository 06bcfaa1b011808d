import { isAbsolute, relative, resolve, sep } from 'node:path'
import { UsageError } from '../../errors.ts'
import type { Repository } from '../../operations/git-port.ts'
import type { Io } from '../io.ts'
import { GET_THE_REST, isShallow } from './shallow-clone.ts'

/**
 * What git calls a path: from the root of the repository, with slashes; empty for the root itself.
 *
 * @throws UsageError `ERR_USAGE` for a path outside of the repository
 */
export async function repositoryPath(name: string, repository: Repository, { cwd }: Io): Promise<string> {
  const { root = cwd } = await repository.folders()
  const below = relative(root, resolve(cwd, name))
  if (below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below)) {
    throw new UsageError('ERR_USAGE', 'a path lies outside of this repository', {
      hint: 'name files of this repository',
    })
  }
  return below.split(sep).join('/')
}

/** The same for several, without the root: it means everything. */
export async function repositoryPaths(names: readonly string[], repository: Repository, io: Io): Promise<string[]> {
  const paths = await Promise.all(names.map((name) => repositoryPath(name, repository, io)))
  return paths.includes('') ? [] : paths
}

/** Whether a path is that of a file or folder, or of something in it. @param path - as git has it, also when it is no UTF-8 */
export function isBelow(path: string, name: string): boolean {
  return `${path.toWellFormed()}/`.startsWith(`${name}/`)
}

/** Paths that stand in none of these trees, themselves or as a folder. @param revisions - empty for the index */
export async function pathsInNone(
  paths: readonly string[],
  revisions: readonly string[],
  repository: Repository,
): Promise<readonly string[]> {
  let missing = paths
  for (const revision of revisions) {
    if (missing.length === 0) break
    const files = await repository.files(revision)
    missing = missing.filter((name) => !files.some(({ path }) => isBelow(path, name)))
  }
  return missing
}

/**
 * What is not found is not looked into: a slip must not pass for a clean file. What was removed is known where it was.
 *
 * @param revision - a revision, or a range; undefined for the index
 * @throws UsageError `ERR_NO_FILE`
 */
export async function mustBeTracked(
  paths: readonly string[],
  revision: string | undefined,
  repository: Repository,
  io: Pick<Io, 'isFile'>,
): Promise<void> {
  if (paths.length === 0) return
  const known = revision?.split(/\.{2,3}/).map((end) => (end === '' ? 'HEAD' : end))
  const trees = known ?? ['', ...((await repository.has('HEAD')) ? ['HEAD'] : [])]
  const [missing] = await pathsInNone(paths, trees.toReversed(), repository)
  if (missing === undefined) return
  const isCutOff = missing.includes('..') && (await isShallow(repository, io))
  throw new UsageError('ERR_NO_FILE', 'neither a revision nor a file that git tracks has this name', {
    where: { file: missing },
    hint: isCutOff
      ? `this clone has only the newest commits: ${GET_THE_REST}`
      : 'name a revision, a range A..B, or files and folders of this repository; a new file has to be added to git before',
  })
}
