import { resolve } from 'node:path'
import { wipeDataKey } from '../crypto/data-key.ts'
import { ConfigError, isBullaError, UsageError } from '../errors.ts'
import type { EmitOptions, Store } from '../format/store.ts'
import type { StoreName } from '../format/tree.ts'
import { type BatchResult, type FileReport, planAll, writeAll } from './batch.ts'
import { inFile } from './in-file.ts'
import { type Input, isHousekeeping, readInput, selectInputs } from './inputs.ts'
import { layoutOf } from './layout.ts'
import { isSealed, isSealedBinary } from './open.ts'
import { outputPath } from './output.ts'
import { atItsSource, type FoundPolicy, PolicyFinder, type PolicyOptions } from './policy.ts'
import type { CommittedFile, FileVersion, World } from './ports.ts'
import { chooseKey } from './previous.ts'
import { resolveNames } from './recipients/named-keys.ts'
import { checkSealed, type PlainFile, readPlain, sealFile } from './seal.ts'
import { loadStore, storeNameFor } from './stores.ts'

export interface EncryptOptions extends PolicyOptions {
  /** Files, folders, patterns; none: standard input. */
  readonly paths: readonly string[]
  readonly inPlace?: boolean
  /** Write the result here instead of returning it. */
  readonly output?: string
  readonly inputType?: StoreName
  readonly outputType?: StoreName
  /** Takes the place of the path when rule and format are looked up. */
  readonly filenameOverride?: string
  /** Columns per level of what is written anew; wins over the policy file. */
  readonly indent?: number
  /** Never keep data key and ciphertexts of an earlier version. */
  readonly fresh?: boolean
  /** Accept a result in which nothing is sealed. */
  readonly allowPlaintext?: boolean
  /** Plan only. */
  readonly dryRun?: boolean
  readonly stdin: () => Promise<Uint8Array>
}

export interface EncryptReport extends FileReport {
  /**
   * `written` also in a dry run; `restored`: the sealed version in git is the result; `unchanged`: the result is there
   * already; `skipped`: sealed already, one of several files; or found in a folder and better left alone.
   */
  readonly outcome: 'written' | 'restored' | 'unchanged' | 'skipped'
}

interface Job {
  readonly report: EncryptReport
  readonly bytes: Uint8Array
  /** Undefined for standard output, and for what is not written. */
  readonly target: Target | undefined
}

interface Target {
  readonly path: string
  readonly expected?: FileVersion
}

/**
 * Seal files. With several, all are sealed in memory first and nothing is written unless all succeed.
 *
 * @throws UsageError `ERR_CONFLICT`, `ERR_USAGE`; FileError `ERR_NO_FILE`. What goes wrong with single files is in the result
 */
export async function encrypt(given: EncryptOptions, world: World): Promise<BatchResult<EncryptReport>> {
  checkOptions(given)
  const { paths, filenameOverride: override, inPlace = false, dryRun = false } = given
  const first = override === undefined || override === '' ? paths[0] : override
  const keys = await resolveNames(given.keys ?? [], world, resolve(world.cwd, first ?? ''))
  const options = { ...given, keys }
  const finder = new PolicyFinder(world.files, world.cwd, world.configPath)
  const { inputs, single } = await selectInputs({
    files: world.files,
    cwd: world.cwd,
    paths,
    override,
    accept: (path) => isCandidate(path, finder, options),
    missing:
      inPlace || (dryRun && options.output === undefined) ? undefined : 'to seal files where they are, add --in-place',
  })
  const committed = await committedFiles(inputs, options, world)
  const context = { options, world, finder, single }
  const plan = (input: Input) => planFile(input, context, committed.get(input.place ?? ''))
  const { jobs, failures } = await planAll(inputs, world.progress, 'sealing', plan)
  const result = { reports: jobs.map(({ report }) => report), fileCount: inputs.length }
  if (failures.length > 0) {
    const { nameInErrors } = await import('./recipients/name-in-errors.ts')
    return { ...result, bytes: undefined, failures: await nameInErrors(failures, world), writtenCount: 0 }
  }
  const writes = jobs.flatMap(({ bytes, target }) => (target === undefined ? [] : [{ ...target, bytes }]))
  const written = await writeAll(world.files, dryRun ? [] : writes, world.progress)
  const isForCaller = single && !inPlace && options.output === undefined
  return { ...result, ...written, bytes: isForCaller ? jobs[0]?.bytes : undefined }
}

function checkOptions({ paths, inPlace, output, filenameOverride = '', inputType }: EncryptOptions): void {
  const conflict = (message: string, hint: string) => new UsageError('ERR_CONFLICT', message, { hint })
  if (paths.length === 0 && inPlace === true)
    throw conflict('standard input cannot be changed in place', 'leave out --in-place')
  if (paths.length === 0 && filenameOverride === '') {
    const known = inputType === undefined ? '' : ' (the type alone does not say which rule applies)'
    throw conflict(
      `standard input has no name to look a rule up by${known}`,
      'name a file; for standard input add --filename-override NAME',
    )
  }
  if (inPlace === true && output !== undefined)
    throw conflict('--in-place and --output exclude each other', 'give one of them')
}

/** In folders only files are taken that the policy speaks about; the rest may be anything. */
async function isCandidate(path: string, finder: PolicyFinder, options: PolicyOptions): Promise<boolean> {
  if (isHousekeeping(path)) return false
  try {
    const { rule } = await finder.policy(path, storeNameFor(path), options)
    return rule?.pathRegex !== undefined || storeNameFor(path) !== 'binary'
  } catch (error) {
    if (error instanceof ConfigError && error.code === 'ERR_NO_RULE') return false
    throw error
  }
}

/** What git knows of the inputs, by place. */
async function committedFiles(
  inputs: readonly Input[],
  { inPlace, fresh }: EncryptOptions,
  { git }: World,
): Promise<ReadonlyMap<string, CommittedFile>> {
  if (inPlace !== true || fresh === true) return new Map()
  return git.committedVersions(inputs.flatMap(({ place }) => place ?? []))
}

interface Context {
  readonly options: EncryptOptions
  readonly world: World
  readonly finder: PolicyFinder
  /** Of several files, those that are sealed are done: so a run that was cut off can be started again. */
  readonly single: boolean
}

async function planFile(
  input: Input,
  { options, world, finder, single }: Context,
  committed: CommittedFile = { versions: [] },
): Promise<Job> {
  const name = input.name ?? ''
  const inputType = options.inputType ?? storeNameFor(name)
  try {
    const outputType = options.outputType ?? storeNameFor(name)
    // a file that is one value has no parts to choose from, whatever it is sealed as
    const found = await finder.policy(name, inputType === 'binary' ? inputType : outputType, options)
    const version = await readInput(world.files, input, options.stdin)
    const [inputStore, store] = await Promise.all([loadStore(inputType), loadStore(outputType)])
    if (!single && inputType === 'binary' && isSealedBinary(inputStore, version.bytes)) return skipped(input)
    if (!input.named && inputType === 'binary' && holdsIdentity(version.bytes)) return skipped(input, IDENTITY_NOTE)
    const layout = layoutOf(outputType, options.indent, found.config?.indent)
    const plain = readUnlessSealed(version.bytes, inputStore, store, layout, single)
    if (plain === undefined) return skipped(input)
    const target = await targetOf(input, options, world, version)
    const present = options.inPlace === true || target?.expected === undefined ? [] : [target.expected.bytes]
    const candidates = options.fresh === true ? [] : [...committed.versions, ...present]
    const notes = [
      ...(committed.problem === undefined ? [] : [`${committed.problem}: all ciphertexts will be new`]),
      ...(options.inPlace === true && (version.nameCount ?? 1) > 1 ? [OTHER_NAMES_NOTE] : []),
    ]
    return await sealJob({ input, options, world, found, plain, target, candidates, notes })
  } catch (error) {
    throw inFile(error, input.path ?? input.name ?? 'standard input', inputType)
  }
}

/** Undefined for a sealed file among several; one that only holds the reserved key would stay in clear. */
function readUnlessSealed(
  bytes: Uint8Array,
  input: Store,
  output: Store,
  layout: EmitOptions,
  single: boolean,
): PlainFile | undefined {
  try {
    return readPlain(bytes, input, output, layout)
  } catch (error) {
    const isDone = isBullaError(error) && error.code === 'ERR_ALREADY_SEALED' && !single && isSealed(input, bytes)
    if (isDone) return undefined
    throw error
  }
}

interface SealRequest {
  readonly input: Input
  readonly options: EncryptOptions
  readonly world: World
  readonly found: FoundPolicy
  readonly plain: PlainFile
  readonly target: Target | undefined
  /** Earlier versions, whose data key and ciphertexts may be used again. */
  readonly candidates: readonly Uint8Array[]
  readonly notes: readonly string[]
}

async function sealJob(request: SealRequest): Promise<Job> {
  const { input, options, world, found, plain, target } = request
  try {
    const choice = await chooseKey(plain, found.policy, request.candidates, world.keyring, world)
    try {
      const notes = [...found.notes, ...request.notes, ...(choice.note === undefined ? [] : [choice.note])]
      const { unchanged } = choice
      if (unchanged !== undefined) return notChanged({ path: input.path, notes }, unchanged, target, options)
      const sealed = await sealFile(plain, found.policy, choice.key, world)
      if (options.allowPlaintext !== true) checkSealed(sealed)
      return { report: { path: input.path, outcome: 'written', notes }, bytes: sealed.bytes, target }
    } finally {
      wipeDataKey(choice.key.dataKey)
    }
  } catch (error) {
    throw atItsSource(error, found)
  }
}

const OTHER_NAMES_NOTE = 'it has other names (hard links), and what stands under them stays in clear: remove them'
const IDENTITY_NOTE =
  'it holds an age identity and was left alone: sealed, it could not open anything; name the file itself to seal it'

function holdsIdentity(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes('AGE-SECRET-KEY-')
}

function skipped({ path }: Input, ...notes: readonly string[]): Job {
  return { report: { path, outcome: 'skipped', notes }, bytes: new Uint8Array(), target: undefined }
}

/** Sealed in place, the earlier version still has to replace the plain file; elsewhere it is there already. */
function notChanged(
  { path, notes }: Pick<EncryptReport, 'path' | 'notes'>,
  bytes: Uint8Array,
  target: Target | undefined,
  { inPlace }: EncryptOptions,
): Job {
  if (inPlace === true) {
    const note = 'nothing changed since the sealed version in git, which is put back'
    return { report: { path, outcome: 'restored', notes: [...notes, note] }, bytes, target }
  }
  const note = 'nothing changed since it was sealed: the output is left as it is'
  return { report: { path, outcome: 'unchanged', notes: [...notes, note] }, bytes, target: undefined }
}

async function targetOf(
  input: Input,
  options: EncryptOptions,
  world: World,
  version: FileVersion,
): Promise<Target | undefined> {
  if (options.inPlace === true) return { path: version.path, expected: version }
  if (options.output === undefined) return undefined
  const path = await outputPath(options.output, input, world)
  // a pipe holds no earlier version: who reads it would wait for ever
  return (await world.files.kind(path)) === 'file' ? { path, expected: await world.files.open(path) } : { path }
}
