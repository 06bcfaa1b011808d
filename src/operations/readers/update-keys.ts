import type { KeyDescription } from '../../config/key-text.ts'
import { ConfigError, FileError, UsageError } from '../../errors.ts'
import { DEFAULT_SELECTOR, type KeyGroup, type Metadata, type Readers } from '../../format/metadata.ts'
import type { Store } from '../../format/store.ts'
import type { StoreName } from '../../format/tree.ts'
import { type BatchResult, type FileReport, planAll, writeAll } from '../batch.ts'
import { inFile } from '../in-file.ts'
import { type Input, selectInputs } from '../inputs.ts'
import { isForeign, type OpenedFile, openSealed, readSealed, type SealedSource } from '../open.ts'
import { atItsSource, type FoundPolicy, PolicyFinder } from '../policy.ts'
import type { FileVersion, World } from '../ports.ts'
import { type Names, namesOfKeys } from '../recipients/names-of-keys.ts'
import type { SealPolicy } from '../seal.ts'
import { loadStore, storeNameFor } from '../stores.ts'
import { confirmLockout, locksOut } from './lockout.ts'
import { compareReaders, mergeGroup, type ReaderDiff, wantedThreshold } from './reader-diff.ts'
import { checkUsable } from './readers.ts'
import { layoutOfBlock, withNewReaders } from './rewrap.ts'

export interface UpdateKeysOptions {
  /** Files, folders, patterns. */
  readonly paths: readonly string[]
  readonly inputType?: StoreName
  readonly ignoreMac?: boolean
  /** Accept that none of our identities opens a file afterwards. */
  readonly allowLockout?: boolean
  /** Which files found in folders to take. Default: all. */
  readonly accept?: (path: string) => Promise<boolean>
  /** Called when everything is planned and approved, before the first file is written. Default: nothing. */
  readonly beforeWriting?: () => Promise<void>
  /** Compare only: no key is needed and nothing is written. */
  readonly dryRun?: boolean
  /** Asked once everything is planned, when something changes; undefined: nobody could be asked. */
  readonly approve: (reports: readonly UpdateReport[]) => Promise<boolean | undefined>
}

export interface UpdateReport extends FileReport {
  /** `changed` also in a dry run; `declined`: the answer was no; `skipped`: not sealed, and found in a folder. */
  readonly outcome: 'changed' | 'current' | 'declined' | 'skipped'
  readonly diff?: ReaderDiff
  /** What readers in `diff` are called. */
  readonly names?: Names
}

/** The data key stays: who had it can still open what is sealed with it. */
const REMOVED_NOTE = 'who was removed may have kept the data key: rotate the file next'

interface Job {
  readonly report: UpdateReport
  /** Undefined when nothing is to be written. */
  readonly change:
    | { readonly bytes: Uint8Array; readonly version: FileVersion; readonly locked?: Readers['groups'] }
    | undefined
}

/**
 * Make the readers of sealed files those of their rules. The data key, all values and the MAC stay. With several files, all
 * are planned first.
 *
 * @throws FileError `ERR_NO_FILE`; UsageError `ERR_NOT_CONFIRMED`; KeyError `ERR_LOCKOUT`. What goes wrong with single files
 *   is in the result
 */
export async function updateKeys(options: UpdateKeysOptions, world: World): Promise<BatchResult<UpdateReport>> {
  const { paths, dryRun = false, allowLockout = false } = options
  if (paths.length === 0) throw new FileError('ERR_NO_FILE', 'no file was named', { hint: 'name files or folders' })
  const { files, cwd, progress } = world
  const accept = options.accept ?? (async () => true)
  const { inputs } = await selectInputs({ files, cwd, paths, override: undefined, accept, missing: undefined })
  const finder = new PolicyFinder(files, cwd, world.configPath)
  const { jobs, failures } = await planAll(inputs, progress, 'comparing', (input) =>
    planFile(input, options, finder, world),
  )
  const reports = jobs.map(({ report }) => report)
  const result = { bytes: undefined, reports, fileCount: inputs.length, failures, writtenCount: 0 }
  const changes = jobs.flatMap(({ change }) => change ?? [])
  if (failures.length > 0 || dryRun || changes.length === 0) return result
  if (!(await isApproved(reports, options))) return { ...result, reports: reports.map(declined) }
  const locked = changes.flatMap(({ version, locked: groups }) =>
    groups === undefined ? [] : [{ path: version.path, groups }],
  )
  await confirmLockout(locked, allowLockout, world)
  await options.beforeWriting?.()
  const writes = changes.map(({ version, bytes }) => ({ path: version.path, bytes, expected: version }))
  return { ...result, ...(await writeAll(files, writes, progress)) }
}

async function isApproved(reports: readonly UpdateReport[], { approve }: UpdateKeysOptions): Promise<boolean> {
  const answer = await approve(reports)
  if (answer !== undefined) return answer
  throw new UsageError('ERR_NOT_CONFIRMED', 'there is nobody who could be asked; nothing was written', {
    hint: 'add --yes to go on without asking',
  })
}

function declined(report: UpdateReport): UpdateReport {
  return report.outcome === 'changed' ? { ...report, outcome: 'declined', notes: [] } : report
}

async function planFile(input: Input, options: UpdateKeysOptions, finder: PolicyFinder, world: World): Promise<Job> {
  const path = input.path ?? ''
  const type = options.inputType ?? storeNameFor(path)
  try {
    const [version, store] = await Promise.all([world.files.open(path), loadStore(type)])
    const sealed = readUnlessForeign(store, version.bytes, input)
    if (sealed === undefined) return { report: { path, outcome: 'skipped', notes: [] }, change: undefined }
    const found = await policyFor(path, type, finder)
    const notes = [...found.notes, ...selectorNotes(sealed.metadata, found.policy)]
    const diff = compareReaders(sealed.metadata, found.policy)
    if (diff === undefined) return { report: { path, outcome: 'current', notes }, change: undefined }
    try {
      const names = await namesOfKeys(world, path)
      const report: UpdateReport = { path, outcome: 'changed', notes, diff, names }
      await checkUsable(toWrap(sealed.metadata, found.policy), world.keyring, async () => names)
      if (options.dryRun === true) return { report, change: undefined }
      const rewrapped = await rewrap(store, version, found.policy, options, world)
      const warnings = diff.groups.some(({ removed }) => removed.length > 0) ? [REMOVED_NOTE] : []
      return { report: { ...report, notes: [...notes, ...warnings] }, change: { ...rewrapped, version } }
    } catch (error) {
      throw atItsSource(error, found)
    }
  } catch (error) {
    throw inFile(error, path, type)
  }
}

/** Undefined for a file that was found in a folder and never sealed. */
function readUnlessForeign(store: Store, bytes: Uint8Array, { named }: Input): SealedSource | undefined {
  try {
    return readSealed(store, bytes, layoutOfBlock(store, bytes))
  } catch (error) {
    if (named || !isForeign(error, store, bytes)) throw error
    return undefined
  }
}

/** @throws ConfigError, also when there is no policy: this command is about nothing else */
async function policyFor(path: string, type: StoreName, finder: PolicyFinder): Promise<FoundPolicy> {
  const { config, notes } = await finder.config(path)
  if (config !== undefined) return finder.policy(path, type, {})
  throw new ConfigError('ERR_CONFIG_NOT_FOUND', 'there is no .sops.yaml that says who is to read this file', {
    hint:
      notes[0] ?? 'write one, or name it with --config; to change the readers by hand use rotate --add-… and --rm-…',
  })
}

/** Values stay as they are: a rule that seals others from now on has no effect on them. */
function selectorNotes({ selector = DEFAULT_SELECTOR, macOnlyEncrypted }: Metadata, policy: SealPolicy): string[] {
  const { selector: wanted } = policy
  if (wanted === undefined) return []
  const isSame =
    selector.field === wanted.field &&
    selector.pattern === wanted.pattern &&
    macOnlyEncrypted === policy.macOnlyEncrypted
  return isSame ? [] : ['the rule seals other values than this file does; to follow it, decrypt and encrypt the file']
}

/** The keys that something has to be wrapped for: with several groups all of them, since their shares are new. */
function toWrap({ groups }: Readers, policy: SealPolicy): readonly (readonly KeyDescription[])[] {
  const [before = [], ...others] = groups
  const [wanted = [], ...more] = policy.groups
  return others.length + more.length === 0 ? [mergeGroup(before, wanted).added] : policy.groups
}

async function rewrap(
  store: Store,
  { bytes, path }: FileVersion,
  policy: SealPolicy,
  { ignoreMac = false }: UpdateKeysOptions,
  world: World,
): Promise<{ bytes: Uint8Array; locked?: Readers['groups'] }> {
  const file = await openSealed({ store, bytes, file: path, layout: layoutOfBlock(store, bytes), ignoreMac }, world)
  try {
    const readers = await newReaders(file, policy, world)
    const changed = withNewReaders(file.source, readers, store)
    return { bytes: changed, ...((await locksOut(readers, path, world)) ? { locked: readers.groups } : {}) }
  } finally {
    file.dispose()
  }
}

async function newReaders({ metadata, dataKey }: OpenedFile, policy: SealPolicy, { keyring }: World): Promise<Readers> {
  const [before = [], ...others] = metadata.groups
  const [wanted = [], ...more] = policy.groups
  const isSingle = others.length + more.length === 0
  const shamirThreshold = isSingle ? metadata.shamirThreshold : wantedThreshold(metadata, policy)
  const { kept, added } = isSingle ? mergeGroup(before, wanted) : { kept: [], added: [] }
  const descriptions = isSingle ? [added] : policy.groups
  if (isSingle && added.length === 0) return { groups: [kept], shamirThreshold }
  const groups = descriptions.map((group) => group.map((key) => keyring.masterKey(key)))
  const wrapped = await keyring.wrap({ dataKey, groups, shamirThreshold: isSingle ? 0 : shamirThreshold })
  const firstGroup: KeyGroup = [...kept, ...(wrapped.groups[0] ?? [])]
  return { groups: isSingle ? [firstGroup] : wrapped.groups, shamirThreshold }
}
