import { join } from 'node:path'
import { isBullaError } from '../../errors.ts'
import type { Metadata } from '../../format/metadata.ts'
import { displayName, keyName } from '../../keys/key-name.ts'
import type { Repository } from '../git-port.ts'
import type { World } from '../ports.ts'
import { idOf } from '../readers/readers.ts'
import { namesOfKeys } from '../recipients/names-of-keys.ts'
import { readVersion } from './read-version.ts'
import { type ChangedValue, changedValues, isCertain, isRotated } from './value-changes.ts'

export interface DiffRequest {
  /** Revisions; empty for the index, undefined for the working tree. */
  readonly from: string
  readonly to: string | undefined
  /** From the root of the repository, with slashes: files, or folders with all below them. None: everything. */
  readonly paths: readonly string[]
  /** Whether values are shown that can be opened. */
  readonly inClear: boolean
  /** Whether a file that was renamed is one file, and not one that is gone and a new one. */
  readonly findsRenames: boolean
}

export interface FileDiff {
  readonly file: string
  /** Set when it had another name before. */
  readonly renamedFrom?: string
  readonly values: readonly ChangedValue[]
  readonly readersAdded: readonly string[]
  readonly readersRemoved: readonly string[]
  /** Whether all values have other ciphertexts: there is a new data key. */
  readonly isRotated: boolean
  /** Whether `values` is all that changed: of rotated files only a key can tell. */
  readonly isCertain: boolean
  /** Whether both versions can be read: one may be damaged, or in conflict. Then nothing else is known. */
  readonly isReadable: boolean
}

const NOTHING = { values: [], readersAdded: [], readersRemoved: [], isRotated: false, isCertain: false }

/** What changed in the sealed files between two versions of a repository. Needs no key, and calls nobody. */
export async function diffRepository(request: DiffRequest, repository: Repository, world: World): Promise<FileDiff[]> {
  const { root } = await repository.folders()
  const base = root ?? world.cwd
  const isWanted = (path: string) =>
    request.paths.length === 0 || request.paths.some((wanted) => path === wanted || path.startsWith(`${wanted}/`))
  const renamed = request.findsRenames ? await repository.renames(request.from, request.to) : new Map<string, string>()
  const gone = new Set(renamed.values())
  const all = (await changedNames(request, repository)).filter((name) => !gone.has(name))
  const files = all
    .map((file) => ({ file, before: renamed.get(file) ?? file }))
    .filter(({ file, before }) => isWanted(file) || isWanted(before))
  const names = files.map(({ file }) => file)
  const old = await repository.tree(request.from).read(files.map(({ before }) => before))
  const after =
    request.to === undefined ? await readWorkTree(base, names, world) : await repository.tree(request.to).read(names)
  const diffs: FileDiff[] = []
  for (const { file, before } of files) {
    const versions = { before: old.get(before), after: after.get(file) }
    const paths = { before: join(base, before), after: join(base, file) }
    const diff = await diffFile(versions, paths, request.inClear, world)
    const renaming = before === file ? {} : { renamedFrom: before }
    if (diff !== undefined) diffs.push({ file, ...renaming, ...diff })
  }
  return diffs
}

async function changedNames({ from, to }: DiffRequest, repository: Repository): Promise<readonly string[]> {
  if (to === undefined) return repository.changedInWorkTree(from)
  const ids = async (revision: string) =>
    new Map((await repository.files(revision)).map(({ path, id }) => [path, id] as const))
  const [old, next] = [await ids(from), await ids(to)]
  return [...new Set([...old.keys(), ...next.keys()])].filter((path) => old.get(path) !== next.get(path)).sort()
}

type Content = Uint8Array | 'unreadable' | undefined

async function readWorkTree(root: string, names: readonly string[], world: World): Promise<Map<string, Content>> {
  const found = new Map<string, Content>()
  for (const name of names) {
    try {
      found.set(name, (await world.files.open(join(root, name))).bytes)
    } catch (error) {
      if (!isBullaError(error)) throw error
      // gone: taken away; else something that cannot be read, which is no reason not to look at the others
      if (error.code !== 'ERR_NO_FILE') found.set(name, 'unreadable')
    }
  }
  return found
}

type Difference = Omit<FileDiff, 'file' | 'renamedFrom'>

/** Undefined when neither version is sealed, or nothing changed, the path neither. */
async function diffFile(
  { before, after }: { readonly before: Content; readonly after: Content },
  paths: { readonly before: string; readonly after: string },
  inClear: boolean,
  world: World,
): Promise<Difference | undefined> {
  const isRenamed = paths.before !== paths.after
  const isSame = before instanceof Uint8Array && after instanceof Uint8Array && Buffer.compare(before, after) === 0
  if (isSame && !isRenamed) return undefined
  const read = async (content: Content, path: string) =>
    content instanceof Uint8Array ? readVersion(content, path, world, true) : undefined
  const [old, next] = [await read(before, paths.before), await read(after, paths.after)]
  try {
    const isDamaged = (content: Content, version: typeof old) => content !== undefined && version === undefined
    if (isDamaged(before, old) || isDamaged(after, next)) {
      const isAbout = old?.metadata ?? next?.metadata ?? (isMeantSealed(before) || isMeantSealed(after) || undefined)
      return isAbout === undefined ? undefined : { ...NOTHING, isReadable: false }
    }
    if (old?.metadata === undefined && next?.metadata === undefined) return undefined
    const names = await namesOfKeys(world, paths.after)
    const nameOf = (key: Parameters<typeof keyName>[0]) =>
      names.get(keyName(key)) ?? displayName(key.type, keyName(key))
    const values = changedValues(old, next, inClear)
    const [had, has] = [readersOf(old?.metadata), readersOf(next?.metadata)]
    const missingIn = (all: typeof had, other: typeof had) =>
      [...other].flatMap(([id, key]) => (all.has(id) ? [] : [nameOf(key)]))
    const diff = {
      values,
      readersAdded: missingIn(had, has),
      readersRemoved: missingIn(has, had),
      isRotated: isRotated(old, next),
      isCertain: isCertain(old, next),
      isReadable: true,
    }
    const isEmpty = values.length + diff.readersAdded.length + diff.readersRemoved.length === 0
    return isEmpty && !diff.isRotated && !isRenamed ? undefined : diff
  } finally {
    old?.opened?.dispose()
    next?.opened?.dispose()
  }
}

/** Whether a text that cannot be read has what only sealed files have. */
function isMeantSealed(content: Content): boolean {
  return (
    content instanceof Uint8Array &&
    ['ENC[AES256_GCM,', 'lastmodified'].every((text) =>
      Buffer.from(content.buffer, content.byteOffset, content.length).includes(text),
    )
  )
}

function readersOf(metadata: Metadata | undefined) {
  return new Map((metadata?.groups ?? []).flat().map((entry) => [idOf(entry), entry] as const))
}
