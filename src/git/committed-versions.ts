import { dirname, relative, sep } from 'node:path'
import { GitError } from '../errors.ts'
import { readBlobs } from './blobs.ts'
import { repositoryOf } from './repository-of.ts'

/** See `CommittedFile` in `operations/ports.ts`. */
interface CommittedFile {
  readonly versions: readonly Uint8Array[]
  readonly problem?: string
}

/**
 * The versions of files in the index and in HEAD, one call of git for each repository.
 *
 * @param paths - absolute, links followed
 */
export async function committedVersions(paths: readonly string[]): Promise<Map<string, CommittedFile>> {
  const byRoot = new Map<string, string[]>()
  const roots = new Map<string, string | undefined>()
  for (const path of paths) {
    const folder = dirname(path)
    const root = roots.has(folder) ? roots.get(folder) : repositoryOf(path)
    roots.set(folder, root)
    // a name with a line break cannot be asked for in this protocol; such a file is sealed afresh
    if (root === undefined || path.includes('\n')) continue
    const known = byRoot.get(root)
    if (known === undefined) byRoot.set(root, [path])
    else known.push(path)
  }
  const found = new Map<string, CommittedFile>()
  for (const [root, files] of byRoot) await addVersions(root, files, found)
  return found
}

async function addVersions(root: string, files: readonly string[], found: Map<string, CommittedFile>): Promise<void> {
  const names = files.map((file) => relative(root, file).split(sep).join('/'))
  const objects = names.flatMap((name) => [`:./${name}`, `HEAD:./${name}`])
  try {
    let index = 0
    for await (const { bytes } of readBlobs(objects, { cwd: root })) {
      const file = files[index >> 1] ?? ''
      index += 1
      const { versions } = found.get(file) ?? { versions: [] }
      if (bytes !== undefined && !versions.some((version) => Buffer.from(version).equals(bytes))) {
        found.set(file, { versions: [...versions, bytes] })
      }
    }
  } catch (error) {
    if (!(error instanceof GitError)) throw error
    for (const file of files) found.set(file, { versions: [], problem: error.message })
  }
}
