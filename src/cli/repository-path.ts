import { isAbsolute, relative, resolve, sep } from 'node:path'
import { UsageError } from '../errors.ts'
import type { Repository } from '../operations/git-port.ts'
import type { Io } from './io.ts'

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
    missing = missing.filter((path) => !files.some((file) => file.path === path || file.path.startsWith(`${path}/`)))
  }
  return missing
}

/** The same for several, without the root: it means everything. */
export async function repositoryPaths(names: readonly string[], repository: Repository, io: Io): Promise<string[]> {
  const paths = await Promise.all(names.map((name) => repositoryPath(name, repository, io)))
  return paths.includes('') ? [] : paths
}
