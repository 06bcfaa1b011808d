import { resolve } from 'node:path'
import { wipeDataKey } from '../crypto/data-key.ts'
import { BullaError, ConfigError, FormatError, UsageError } from '../errors.ts'
import type { StoreName } from '../format/tree.ts'
import { type Planned, planAll, writeAll } from './batch.ts'
import { inFile } from './in-file.ts'
import { type Input, isHousekeeping, readInput, selectInputs } from './inputs.ts'
import { layoutOf } from './layout.ts'
import { readSealed } from './open.ts'
import { PolicyFinder, type PolicyOptions } from './policy.ts'
import type { FileVersion, World } from './ports.ts'
import { chooseKey } from './previous.ts'
import { readPlain, sealFile } from './seal.ts'
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

export interface EncryptReport {
  /** Absolute; undefined for standard input. */
  readonly path: string | undefined
  /** `written` also in a dry run; `unchanged`: the result is there already; `skipped`: found in a folder, sealed already. */
  readonly outcome: 'written' | 'unchanged' | 'skipped'
  readonly sealedCount: number
  readonly notes: readonly string[]
}

export interface EncryptResult {
  /** The sealed file, when it goes nowhere else. */
  readonly bytes: Uint8Array | undefined
  readonly reports: readonly EncryptReport[]
  /** Why files could not be sealed; when there is one, nothing was written. */
  readonly failures: readonly unknown[]
}

interface Job {
  readonly report: EncryptReport
  readonly bytes: Uint8Array
  readonly target: { readonly path: string; readonly expected?: FileVersion } | undefined
}

/**
 * Seal files. With several, all are sealed in memory first and nothing is written unless all succeed.
 *
 * @throws UsageError `ERR_CONFLICT`, `ERR_USAGE`; FileError `ERR_NO_FILE`. What goes wrong with single files is in the result
 */
export async function encrypt(options: EncryptOptions, world: World): Promise<EncryptResult> {
  checkOptions(options)
  const finder = new PolicyFinder(world.files, world.cwd, world.configPath)
  const accept = (path: string) => isCandidate(path, finder, options)
  const { inputs, single } = await selectInputs(world.files, world.cwd, options.paths, options.filenameOverride, accept)
  if (!single && options.inPlace !== true) {
    throw new UsageError('ERR_USAGE', 'several files can only be sealed where they are', { hint: 'add --in-place' })
  }
  const committed = await committedVersions(inputs, options, world)
  const plan = (input: Input) => planFile(input, options, world, finder, committed.get(input.path ?? '') ?? [])
  const planned = await planAll(inputs, world.progress, 'sealing', plan)
  const failures = planned.flatMap((result) => (result.ok ? [] : [result.error]))
  const jobs = planned.flatMap((result: Planned<Job>) => (result.ok ? [result.value] : []))
  const reports = jobs.map(({ report }) => report)
  if (failures.length > 0) return { bytes: undefined, reports, failures }
  const writes = jobs.flatMap(({ report, bytes, target }) =>
    target === undefined || report.outcome !== 'written' ? [] : [{ ...target, bytes }],
  )
  if (options.dryRun !== true) await writeAll(world.files, writes, world.progress, 'writing')
  const [job] = jobs
  return { bytes: single && job?.target === undefined ? job?.bytes : undefined, reports, failures }
}

function checkOptions({ paths, inPlace, output, filenameOverride, inputType }: EncryptOptions): void {
  const conflict = (message: string, hint: string) => new UsageError('ERR_CONFLICT', message, { hint })
  if (paths.length === 0 && inPlace === true)
    throw conflict('standard input cannot be changed in place', 'leave out --in-place')
  if (paths.length === 0 && filenameOverride === undefined) {
    const known = inputType === undefined ? '' : ' (the type alone does not say which rule applies)'
    throw conflict(`standard input has no name to look a rule up by${known}`, 'add --filename-override NAME')
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

async function committedVersions(
  inputs: readonly Input[],
  options: EncryptOptions,
  world: World,
): Promise<ReadonlyMap<string, readonly Uint8Array[]>> {
  if (options.inPlace !== true || options.fresh === true) return new Map()
  return world.git.committedVersions(inputs.flatMap(({ path }) => (path === undefined ? [] : [path])))
}

async function planFile(
  input: Input,
  options: EncryptOptions,
  world: World,
  finder: PolicyFinder,
  committed: readonly Uint8Array[],
): Promise<Job> {
  const label = input.path ?? input.name ?? 'standard input'
  try {
    const name = input.name ?? ''
    const outputType = options.outputType ?? storeNameFor(name)
    const { policy, config, notes } = await finder.policy(name, outputType, options)
    const version = await readInput(world.files, input, options.stdin)
    const [inputStore, store] = await Promise.all([
      loadStore(options.inputType ?? storeNameFor(name)),
      loadStore(outputType),
    ])
    if (!input.named && isSealedAlready(inputStore, version.bytes)) return skipped(input, version.bytes)
    const plain = readPlain(version.bytes, inputStore, store, layoutOf(outputType, options.indent, config))
    const target = await targetOf(input, options, world, version)
    const candidates = [
      ...committed,
      ...(target?.expected === undefined || options.inPlace ? [] : [target.expected.bytes]),
    ]
    const choice = await chooseKey(plain, policy, options.fresh === true ? [] : candidates, world.keyring, world)
    try {
      const allNotes = [...notes, ...(choice.note === undefined ? [] : [choice.note])]
      if (choice.unchanged !== undefined) return unchanged(input, choice.unchanged, target, options, allNotes)
      const sealed = await sealFile(plain, policy, choice.key, world)
      if (sealed.sealedCount === 0 && sealed.valueCount > 0 && options.allowPlaintext !== true) throw nothingSealed()
      const report: EncryptReport = {
        path: input.path,
        outcome: 'written',
        sealedCount: sealed.sealedCount,
        notes: allNotes,
      }
      return { report, bytes: sealed.bytes, target }
    } finally {
      wipeDataKey(choice.key.dataKey)
    }
  } catch (error) {
    throw inFile(error, label)
  }
}

function isSealedAlready(store: Parameters<typeof readSealed>[0], bytes: Uint8Array): boolean {
  try {
    readSealed(store, bytes)
    return true
  } catch (error) {
    return error instanceof BullaError && (error.code === 'ERR_METADATA' || error.code === 'ERR_VERSION')
  }
}

function skipped(input: Input, bytes: Uint8Array): Job {
  return { report: { path: input.path, outcome: 'skipped', sealedCount: 0, notes: [] }, bytes, target: undefined }
}

/** Sealed in place, the earlier version still has to replace the plain file; elsewhere it is there already. */
function unchanged(
  input: Input,
  bytes: Uint8Array,
  target: Job['target'],
  options: EncryptOptions,
  notes: readonly string[],
): Job {
  const isThere = options.inPlace !== true && target !== undefined
  const note = isThere
    ? 'nothing changed, not written'
    : 'nothing changed since the sealed version in git, which is put back'
  const report: EncryptReport = {
    path: input.path,
    outcome: isThere ? 'unchanged' : 'written',
    sealedCount: 0,
    notes: [...notes, note],
  }
  return { report, bytes, target }
}

async function targetOf(
  input: Input,
  options: EncryptOptions,
  world: World,
  version: FileVersion,
): Promise<Job['target']> {
  if (options.inPlace === true) return { path: version.path, expected: version }
  if (options.output === undefined) return undefined
  const path = resolve(world.cwd, options.output)
  if (input.path !== undefined && (await world.files.isSame(path, input.path))) {
    throw new UsageError('ERR_CONFLICT', 'the output is the input', { hint: 'to replace the file use --in-place' })
  }
  return (await world.files.kind(path)) === 'file' ? { path, expected: await world.files.open(path) } : { path }
}

function nothingSealed(): FormatError {
  return new FormatError(
    'ERR_NOTHING_SEALED',
    'the selector seals none of the values in this file: it would stay in clear',
    {
      hint: 'check the selector (encrypted_regex and the like) of the rule or the command; if it is meant so, add --allow-plaintext',
    },
  )
}
