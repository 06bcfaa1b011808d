import type { BlobReader } from './blobs.ts'
import { filesOfTree, objectsOf, type TreeFile } from './changes.ts'
import type { GitPlace } from './run-git.ts'

/** See `Repository.filesWithoutCommit` in `operations/git-port.ts`. @throws GitError `ERR_GIT` */
export async function filesWithoutCommit(
  { id, name, range }: { readonly id: string; readonly name: string; readonly range: readonly string[] },
  reader: BlobReader,
  place: GitPlace,
): Promise<TreeFile[] | undefined> {
  const end = await reader.end(id)
  if (end === undefined || end.kind === 'commit') return undefined
  const files = end.kind === 'tree' ? await filesOfTree(id, place) : [{ path: name, mode: '100644', id: end.id }]
  const fresh = await objectsOf(range, place)
  return files.filter((file) => fresh.has(file.id))
}
