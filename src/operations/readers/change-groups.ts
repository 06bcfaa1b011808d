import { resolve } from 'node:path'
import type { KeyDescription } from '../../config/key-text.ts'
import { FileError, KeyError, UsageError } from '../../errors.ts'
import type { Readers } from '../../format/metadata.ts'
import type { BatchResult, FileReport } from '../batch.ts'
import { inFile } from '../in-file.ts'
import { openSealed } from '../open.ts'
import type { World } from '../ports.ts'
import { resolveNames } from '../recipients/named-keys.ts'
import { namesOfKeys } from '../recipients/names-of-keys.ts'
import { loadStore, storeNameFor } from '../stores.ts'
import { confirmLockout, locksOut } from './lockout.ts'
import { checkUsable } from './readers.ts'
import { layoutOfBlock, withNewReaders } from './rewrap.ts'

export interface ChangeGroupsOptions {
  readonly file: string
  readonly change: GroupChange
  /** How many groups open the file. Default: as the file says. */
  readonly shamirThreshold?: number
  readonly inPlace?: boolean
  readonly ignoreMac?: boolean
  /** Accept that none of our identities opens the file afterwards. */
  readonly allowLockout?: boolean
}

/** What is done to the key groups of a file. */
export type GroupChange =
  | { readonly verb: 'add'; readonly keys: readonly KeyDescription[] }
  /** 0-based. */
  | { readonly verb: 'delete'; readonly index: number }

export interface GroupsReport extends FileReport {
  readonly outcome: 'changed'
}

interface Shape {
  readonly groups: readonly (readonly KeyDescription[])[]
  readonly shamirThreshold: number
  /** Texts for the user. */
  readonly notes: readonly string[]
}

/**
 * Add a key group to a sealed file, or take one out. The data key stays and is split anew for all groups; values and MAC
 * stay.
 *
 * @throws FileError `ERR_NO_FILE`; UsageError `ERR_USAGE`; KeyError `ERR_NO_RECIPIENT`, `ERR_KEY_GROUPS`,
 *   `ERR_KEY_UNSUPPORTED`, `ERR_WRAP`, `ERR_LOCKOUT`; what opening throws
 */
export async function changeGroups(options: ChangeGroupsOptions, world: World): Promise<BatchResult<GroupsReport>> {
  const { file, change: given, inPlace = false, allowLockout = false, ignoreMac = false } = options
  if (file === '') throw new FileError('ERR_NO_FILE', 'no file was named', { hint: 'name it with --file FILE' })
  if (given.verb === 'add' && given.keys.length === 0) throw emptyGroup()
  const path = resolve(world.cwd, file)
  const change = given.verb === 'add' ? { ...given, keys: await resolveNames(given.keys, world, path) } : given
  const type = storeNameFor(path)
  try {
    const [version, store] = await Promise.all([world.files.open(path), loadStore(type)])
    const { bytes } = version
    const opened = await openSealed({ store, bytes, file: path, layout: layoutOfBlock(store, bytes), ignoreMac }, world)
    try {
      const shape = reshape(opened.metadata, change, options.shamirThreshold)
      const readers = await wrapAll(shape, opened.dataKey, path, world)
      const changed = withNewReaders(opened.source, readers, store)
      const notes = [...shape.notes, ...(await lockoutNotes(readers, path, change, world))]
      if (inPlace && change.verb === 'delete' && (await locksOut(readers, path, world)))
        await confirmLockout([{ path, groups: readers.groups }], allowLockout, world)
      if (inPlace) await world.files.write({ path, bytes: changed, expected: version })
      const report: GroupsReport = { path, outcome: 'changed', notes }
      const result = { reports: [report], failures: [], fileCount: 1 }
      return { ...result, bytes: inPlace ? undefined : changed, writtenCount: inPlace ? 1 : 0 }
    } finally {
      opened.dispose()
    }
  } catch (error) {
    throw inFile(error, path, type)
  }
}

function reshape(before: Readers, change: GroupChange, given: number | undefined): Shape {
  const groups =
    change.verb === 'add' ? [...before.groups, change.keys] : before.groups.filter((_, at) => at !== change.index)
  if (change.verb === 'delete' && groups.length === before.groups.length) throw noSuchGroup(before.groups.length)
  if (groups.length === 0) throw lastGroup()
  const kept = before.groups.length < 2 ? 0 : before.shamirThreshold
  const wanted = given === undefined || given === 0 ? kept : given
  if (groups.length === 1) return single(groups, wanted, given)
  const isTooHigh = wanted > groups.length
  if (wanted < 0 || wanted === 1 || (isTooHigh && wanted === given)) throw badThreshold(wanted, groups.length)
  const shamirThreshold = isTooHigh ? groups.length : wanted || groups.length
  const said = `${shamirThreshold} of ${groups.length} key groups open the file`
  const note = isTooHigh ? `the threshold was ${wanted} and is lowered: ${said}` : said
  return { groups, shamirThreshold, notes: [note] }
}

/** What is left needs no threshold. */
function single(groups: Shape['groups'], wanted: number, given: number | undefined): Shape {
  if (given !== undefined && given > 1) throw badThreshold(given, 1)
  const note = 'one key group is left: each of its keys opens the file, and the threshold is gone'
  return { groups, shamirThreshold: 0, notes: wanted === 0 ? [] : [note] }
}

async function wrapAll(
  { groups, shamirThreshold }: Shape,
  dataKey: Parameters<World['keyring']['wrap']>[0]['dataKey'],
  path: string,
  world: World,
): Promise<Readers> {
  const { keyring } = world
  await checkUsable(groups, keyring, () => namesOfKeys(world, path))
  const keys = groups.map((group) => group.map((key) => keyring.masterKey(key)))
  return keyring.wrap({ dataKey, groups: keys, shamirThreshold })
}

/** A new group is added to need more than one person: that we are one of them is no mistake, but worth knowing. */
async function lockoutNotes(readers: Readers, path: string, { verb }: GroupChange, world: World): Promise<string[]> {
  if (verb !== 'add' || !(await locksOut(readers, path, world))) return []
  return ['your identities alone no longer open it: somebody of another group is needed too']
}

function emptyGroup(): KeyError {
  return new KeyError('ERR_NO_RECIPIENT', 'the new key group is empty: nobody could open its share', {
    hint: 'name its keys, --age age1… for instance',
  })
}

function lastGroup(): KeyError {
  return new KeyError('ERR_NO_RECIPIENT', 'this is the only key group: nobody would be left who could open the file', {
    hint: 'to change its keys use rotate --add-… and --rm-…',
  })
}

function noSuchGroup(count: number): UsageError {
  return new UsageError('ERR_USAGE', 'there is no key group with this index', {
    hint: `groups count from 0, the last one is ${count - 1}`,
  })
}

function badThreshold(threshold: number, count: number): KeyError {
  const hint = count === 1 ? 'leave out the threshold' : `it lies between 2 and ${count}; 0 means as the file says`
  return new KeyError('ERR_KEY_GROUPS', `a threshold of ${threshold} does not fit ${count} key groups`, { hint })
}
