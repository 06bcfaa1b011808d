import type { BlobReader } from './blobs.ts'
import { filesOfTree, objectsOf, type TreeFile } from './changes.ts'
import { askGit, type GitPlace } from './run-git.ts'

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

/** Files of every tag, or whatever else has a name, that leads to no commit. @throws GitError `ERR_GIT` */
export async function filesOfTags(reader: BlobReader, place: GitPlace): Promise<{ tag: string; files: TreeFile[] }[]> {
  const names = await namesOfOthers(place)
  const found: { tag: string; files: TreeFile[] }[] = []
  for (const tag of names) {
    const files = await filesWithoutCommit({ id: tag, name: tag, range: [tag] }, reader, place)
    if (files !== undefined) found.push({ tag, files })
  }
  return found
}

/** See `Repository.messageOfTag` in `operations/git-port.ts`. @throws GitError `ERR_GIT` */
export async function messageOfTag(id: string, reader: BlobReader): Promise<string | undefined> {
  const bytes = await reader.tag(id)
  if (bytes === undefined) return undefined
  const text = Buffer.from(bytes).toString('utf8')
  const end = text.indexOf('\n\n')
  return end === -1 ? '' : text.slice(end + 2)
}

/** Full names of all annotated tags; none where git cannot tell. */
export async function annotatedTags(place: GitPlace): Promise<string[]> {
  const lines = (await askGit(['for-each-ref', '--format=%(objecttype) %(refname)'], place))?.split('\n') ?? []
  return lines.flatMap((line) => (line.startsWith('tag ') ? [line.slice('tag '.length)] : []))
}

/** What leads to no commit at the first step: that of a tag may be another tag. */
async function namesOfOthers(place: GitPlace): Promise<string[]> {
  const format = '--format=%(objecttype) %(*objecttype) %(refname)'
  const lines = (await askGit(['for-each-ref', format], place))?.split('\n') ?? []
  return lines.flatMap((line) => {
    const [kind, leadsTo, name = ''] = line.split(' ')
    return name === '' || kind === 'commit' || leadsTo === 'commit' ? [] : [name]
  })
}
