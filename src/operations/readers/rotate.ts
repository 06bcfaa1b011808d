import { wipeDataKey } from '../../crypto/data-key.ts'
import { BullaError, FileError, UsageError } from '../../errors.ts'
import type { EmitOptions, Store } from '../../format/store.ts'
import type { StoreName } from '../../format/tree.ts'
import { type BatchResult, type FileReport, planAll, writeAll } from '../batch.ts'
import { inFile } from '../in-file.ts'
import { type Input, type Selection, selectInputs } from '../inputs.ts'
import { layoutOf } from '../layout.ts'
import { isForeign, type OpenedFile, openSealed } from '../open.ts'
import { outputPath } from '../output.ts'
import { PolicyFinder } from '../policy.ts'
import type { FileVersion, World, WriteRequest } from '../ports.ts'
import { resolveNames, resolveRemoved } from '../recipients/named-keys.ts'
import { namesOfKeys } from '../recipients/names-of-keys.ts'
import { newSealKey, policyOf, readPlain, sealFile } from '../seal.ts'
import { loadStore, storeNameFor } from '../stores.ts'
import { confirmLockout, LOCKOUT_NOTE, locksOut } from './lockout.ts'
import {
  type ChangedReaders,
  changeReaders,
  checkUsable,
  hasReader,
  type ReaderChange,
  type ReaderReplacement,
  replaceReader,
} from './readers.ts'
import { strangerNotes } from './strangers.ts'

export interface RotateOptions {
  /** Files, folders, patterns. */
  readonly paths: readonly string[]
  readonly readers: ReaderChange
  /** Put a key in the place of others, in whatever group these are; a file that has none of them is skipped. */
  readonly replace?: ReaderReplacement
  /** Which files found in folders to take. Default: all. */
  readonly accept?: (path: string) => Promise<boolean>
  /** Called when everything is planned, before the first file is written. Default: nothing. */
  readonly beforeWriting?: (reports: readonly RotateReport[]) => Promise<void>
  readonly inPlace?: boolean
  /** Write the result here instead of returning it. */
  readonly output?: string
  readonly inputType?: StoreName
  readonly outputType?: StoreName
  /** Takes the place of the path when the format is looked up. */
  readonly filenameOverride?: string
  readonly ignoreMac?: boolean
  /** From `parseDecryptionOrder`. */
  readonly order?: readonly string[]
  readonly indent?: number
  /** Accept that none of our identities opens a file afterwards. */
  readonly allowLockout?: boolean
  readonly dryRun?: boolean
}

export interface RotateReport extends FileReport {
  /** `skipped`: not sealed, and found in a folder. */
  readonly outcome: 'rotated' | 'skipped'
}

interface Job {
  readonly input: Input
  readonly report: RotateReport
  readonly bytes: Uint8Array
  readonly version: FileVersion
  /** Who can open it when we cannot any more. */
  readonly locked?: ChangedReaders['groups']
}

/**
 * Give sealed files new data keys, and change their readers. With several, all are sealed anew in memory first.
 *
 * @throws UsageError `ERR_CONFLICT`, `ERR_USAGE`; FileError `ERR_NO_FILE`, `ERR_NO_FILE_FOR_KEYS`; KeyError `ERR_LOCKOUT`.
 *   What goes wrong with single files is in the result
 */
export async function rotate(given: RotateOptions, world: World): Promise<BatchResult<RotateReport>> {
  checkOptions(given)
  const { inPlace = false, output, dryRun = false, allowLockout = false } = given
  const { inputs, single } = await select(given, world)
  const options = { ...given, readers: await readersOf(given.readers, inputs[0]?.path, world) }
  const finder = new PolicyFinder(world.files, world.cwd, world.configPath)
  const plan = (input: Input) => planFile(input, options, finder, world)
  const { jobs, failures } = await planAll(inputs, world.progress, 'rotating', plan)
  const result = { reports: jobs.map(({ report }) => report), fileCount: inputs.length }
  if (failures.length > 0) return { ...result, bytes: undefined, failures, writtenCount: 0 }
  const rotated = dryRun ? [] : jobs.filter(({ report }) => report.outcome === 'rotated')
  const locked = rotated.flatMap(({ version, locked: groups }) =>
    groups === undefined ? [] : [{ path: version.path, groups }],
  )
  await confirmLockout(locked, allowLockout, world)
  if (!dryRun) await given.beforeWriting?.(result.reports)
  const written = await writeAll(world.files, await writesOf(rotated, options, world), world.progress)
  const isForCaller = single && !inPlace && output === undefined
  return { ...result, ...written, bytes: isForCaller ? rotated[0]?.bytes : undefined }
}

/** @throws KeyError `ERR_RECIPIENT_NAME`: also of who is removed, before any file is opened */
async function readersOf(readers: ReaderChange, file: string | undefined, world: World): Promise<ReaderChange> {
  await resolveNames(readers.remove, world, file)
  return { ...readers, add: await resolveNames(readers.add, world, file) }
}

function checkOptions({ paths, inPlace, output }: RotateOptions): void {
  if (paths.length === 0) throw new FileError('ERR_NO_FILE', 'no file was named', { hint: 'name the file to rotate' })
  if (inPlace === true && output !== undefined) {
    throw new UsageError('ERR_CONFLICT', '--in-place and --output exclude each other', { hint: 'give one of them' })
  }
}

async function select(options: RotateOptions, { files, cwd }: World): Promise<Selection> {
  const { paths, filenameOverride: override, inPlace, output, dryRun, readers } = options
  const hasPlaces = inPlace === true || (dryRun === true && output === undefined)
  try {
    const missing = hasPlaces ? undefined : 'to rotate files where they are, add --in-place'
    const accept = options.accept ?? (async () => true)
    return await selectInputs({ files, cwd, paths, override, accept, missing })
  } catch (error) {
    const isMissing = error instanceof BullaError && error.code === 'ERR_NO_FILE' && error.where !== undefined
    if (!isMissing || readers.add.length + readers.remove.length === 0) throw error
    throw new FileError('ERR_NO_FILE_FOR_KEYS', 'there is no such file, so its readers cannot be changed', {
      where: error.where ?? {},
      hint: 'check the path',
    })
  }
}

async function planFile(input: Input, options: RotateOptions, finder: PolicyFinder, world: World): Promise<Job> {
  const name = input.name ?? ''
  const inputType = options.inputType ?? storeNameFor(name)
  const { ignoreMac = false, order, indent } = options
  try {
    const version = await world.files.open(input.path ?? '')
    const [store, indents] = await Promise.all([loadStore(inputType), finder.indents(name)])
    const layout = layoutOf(inputType, indent, indents)
    const request = {
      store,
      bytes: version.bytes,
      file: name,
      layout,
      ignoreMac,
      ...(order === undefined ? {} : { order }),
    }
    try {
      const file = await openSealed(request, world)
      try {
        if (options.replace !== undefined && !hasReader(file.metadata.groups, options.replace))
          return skipped(input, version)
        const outputType = options.outputType ?? storeNameFor(name)
        const target = { store: await loadStore(outputType), layout: layoutOf(outputType, indent, indents) }
        const sealed = await sealAnew(file, target, input, options, world)
        const notes = [...sealed.report.notes, ...(await strangerNotes(sealed.groups, finder, name))]
        return { ...sealed, input, version, report: { ...sealed.report, notes } }
      } finally {
        file.dispose()
      }
    } catch (error) {
      if (input.named || !isForeign(error, store, version.bytes)) throw error
      return skipped(input, version)
    }
  } catch (error) {
    throw inFile(error, input.path ?? name, inputType)
  }
}

function skipped(input: Input, version: FileVersion): Job {
  const report: RotateReport = { path: input.path, outcome: 'skipped', notes: [] }
  return { input, version, bytes: version.bytes, report }
}

interface Target {
  readonly store: Store
  readonly layout: EmitOptions
}

async function sealAnew(
  file: OpenedFile,
  { store, layout }: Target,
  { path, name = '' }: Input,
  options: RotateOptions,
  world: World,
): Promise<Pick<Job, 'bytes' | 'report' | 'locked'> & Pick<ChangedReaders, 'groups'>> {
  const { metadata } = file
  const remove = await resolveRemoved(options.readers.remove, metadata.groups, world, path)
  const names = options.readers.add.length + remove.length === 0 ? new Map() : await namesOfKeys(world, path)
  const before = options.replace === undefined ? metadata.groups : replaceReader(metadata.groups, options.replace)
  const { groups, notes } = changeReaders(before, { ...options.readers, remove }, names)
  await checkUsable(groups, world.keyring, () => namesOfKeys(world, path))
  const isBinary = file.store.name === 'binary' || store.name === 'binary'
  const policy = policyOf(metadata, isBinary, groups)
  const plain = readPlain(file.bytes(), file.store, store, layout)
  const key = await newSealKey(policy, world.keyring, world)
  try {
    const { bytes } = await sealFile(plain, policy, key, world)
    const replaces = options.output === undefined && (options.inPlace === true || options.dryRun === true)
    const isLocking = replaces && (await locksOut(key, name, world))
    const warning = isLocking && options.dryRun === true && options.allowLockout !== true ? [LOCKOUT_NOTE] : []
    const report: RotateReport = { path, outcome: 'rotated', notes: [...notes, ...warning] }
    return { bytes, groups, report, ...(isLocking ? { locked: groups } : {}) }
  } finally {
    wipeDataKey(key.dataKey)
  }
}

async function writesOf(
  jobs: readonly Job[],
  { inPlace, output }: RotateOptions,
  world: World,
): Promise<WriteRequest[]> {
  if (inPlace === true) return jobs.map(({ version, bytes }) => ({ path: version.path, bytes, expected: version }))
  if (output === undefined) return []
  return Promise.all(jobs.map(async ({ input, bytes }) => ({ path: await outputPath(output, input, world), bytes })))
}
