import { join } from 'node:path'
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
}

export interface FileDiff {
  readonly file: string
  readonly values: readonly ChangedValue[]
  readonly readersAdded: readonly string[]
  readonly readersRemoved: readonly string[]
  /** Whether all values have other ciphertexts: there is a new data key. */
  readonly isRotated: boolean
  /** Whether `values` is all that changed: of rotated files only a key can tell. */
  readonly isCertain: boolean
}

/** What changed in the sealed files between two versions of a repository. Needs no key, and calls nobody. */
export async function diffRepository(request: DiffRequest, repository: Repository, world: World): Promise<FileDiff[]> {
  const { root } = await repository.folders()
  const base = root ?? world.cwd
  const isWanted = (path: string) =>
    request.paths.length === 0 || request.paths.some((wanted) => path === wanted || path.startsWith(`${wanted}/`))
  const names = (await changedNames(request, repository)).filter(isWanted)
  const before = await repository.tree(request.from).read(names)
  const after =
    request.to === undefined ? await readWorkTree(base, names, world) : await repository.tree(request.to).read(names)
  const diffs: FileDiff[] = []
  for (const file of names) {
    const diff = await diffFile(file, join(base, file), before.get(file), after.get(file), request.inClear, world)
    if (diff !== undefined) diffs.push(diff)
  }
  return diffs
}

async function changedNames({ from, to }: DiffRequest, repository: Repository): Promise<string[]> {
  const ids = async (revision: string) =>
    new Map((await repository.files(revision)).map(({ path, id }) => [path, id] as const))
  const old = await ids(from)
  if (to === undefined) return [...old.keys()]
  const next = await ids(to)
  return [...new Set([...old.keys(), ...next.keys()])].filter((path) => old.get(path) !== next.get(path)).sort()
}

async function readWorkTree(root: string, names: readonly string[], world: World): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>()
  for (const name of names) {
    const bytes = await world.files.read(join(root, name))
    if (bytes !== undefined) found.set(name, bytes)
  }
  return found
}

/** Undefined when neither version is sealed, or nothing changed. */
async function diffFile(
  file: string,
  path: string,
  before: Uint8Array | undefined,
  after: Uint8Array | undefined,
  inClear: boolean,
  world: World,
): Promise<FileDiff | undefined> {
  if (before !== undefined && after !== undefined && Buffer.compare(before, after) === 0) return undefined
  const read = async (bytes: Uint8Array | undefined) =>
    bytes === undefined ? undefined : readVersion(bytes, path, world, true)
  const [old, next] = [await read(before), await read(after)]
  try {
    if (old?.metadata === undefined && next?.metadata === undefined) return undefined
    const names = await namesOfKeys(world, path)
    const nameOf = (key: Parameters<typeof keyName>[0]) =>
      names.get(keyName(key)) ?? displayName(key.type, keyName(key))
    const values = changedValues(old, next, inClear)
    const [had, has] = [readersOf(old?.metadata), readersOf(next?.metadata)]
    const missingIn = (all: typeof had, other: typeof had) =>
      [...other].flatMap(([id, key]) => (all.has(id) ? [] : [nameOf(key)]))
    const diff = {
      file,
      values,
      readersAdded: missingIn(had, has),
      readersRemoved: missingIn(has, had),
      isRotated: isRotated(old, next),
      isCertain: isCertain(old, next),
    }
    const isEmpty = values.length + diff.readersAdded.length + diff.readersRemoved.length === 0
    return isEmpty && !diff.isRotated ? undefined : diff
  } finally {
    old?.opened?.dispose()
    next?.opened?.dispose()
  }
}

function readersOf(metadata: Metadata | undefined) {
  return new Map((metadata?.groups ?? []).flat().map((entry) => [idOf(entry), entry] as const))
}
