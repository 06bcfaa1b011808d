import { relative, resolve } from 'node:path'
import { isBullaError, UsageError } from '../errors.ts'
import type { EmitOptions } from '../format/store.ts'
import type { StoreName } from '../format/tree.ts'
import { planAll, writeAll } from './batch.ts'
import { extract, parseExtractPath } from './extract.ts'
import { inFile } from './in-file.ts'
import { type Input, readInput, selectInputs } from './inputs.ts'
import { layoutOf } from './layout.ts'
import { type OpenedFile, openSealed, readSealed } from './open.ts'
import type { FileVersion, World } from './ports.ts'
import { loadStore, storeNameFor } from './stores.ts'

export interface DecryptOptions {
  /** Files, folders, patterns; none: standard input. */
  readonly paths: readonly string[]
  readonly inPlace?: boolean
  readonly output?: string
  /** Open everything into this new folder, all or nothing. */
  readonly outputDir?: string
  readonly inputType?: StoreName
  readonly outputType?: StoreName
  readonly filenameOverride?: string
  /** Tree path in sops's syntax, `["a"]["b"][0]`. */
  readonly extract?: string
  readonly ignoreMac?: boolean
  /** From `parseDecryptionOrder`. */
  readonly order?: readonly string[]
  readonly indent?: number
  readonly dryRun?: boolean
  readonly stdin: () => Promise<Uint8Array>
}

export interface DecryptReport {
  readonly path: string | undefined
  readonly outcome: 'opened' | 'skipped'
  readonly notes: readonly string[]
}

export interface DecryptResult {
  readonly bytes: Uint8Array | undefined
  readonly reports: readonly DecryptReport[]
  /** Why files could not be opened; when there is one, nothing was written. */
  readonly failures: readonly unknown[]
}

interface Job {
  readonly input: Input
  readonly report: DecryptReport
  readonly bytes: Uint8Array
  readonly version: FileVersion
}

/**
 * Open sealed files. With several, all are opened in memory first and nothing is written unless all succeed.
 *
 * @throws UsageError `ERR_CONFLICT`, `ERR_USAGE`, `ERR_EXTRACT_PATH`; FileError `ERR_NO_FILE`. What goes wrong with single
 *   files is in the result
 */
export async function decrypt(options: DecryptOptions, world: World): Promise<DecryptResult> {
  checkOptions(options)
  const path = options.extract === undefined ? undefined : parseExtractPath(options.extract)
  const { inputs, single, base } = await selectInputs(
    world.files,
    world.cwd,
    options.paths,
    options.filenameOverride,
    async () => true,
  )
  if (!single && options.inPlace !== true && options.outputDir === undefined) {
    throw new UsageError('ERR_USAGE', 'several opened files need a place to go', {
      hint: 'add --output-dir DIR, or --in-place',
    })
  }
  const plan = (input: Input) => planFile(input, options, world, path)
  const planned = await planAll(inputs, world.progress, 'opening', plan)
  const failures = planned.flatMap((result) => (result.ok ? [] : [result.error]))
  const jobs = planned.flatMap((result) => (result.ok ? [result.value] : []))
  const reports = jobs.map(({ report }) => report)
  if (failures.length > 0) return { bytes: undefined, reports, failures }
  const opened = jobs.filter(({ report }) => report.outcome === 'opened')
  if (options.dryRun !== true) await deliver(opened, options, world, base)
  const toCaller = single && options.inPlace !== true && options.output === undefined && options.outputDir === undefined
  return { bytes: toCaller ? opened[0]?.bytes : undefined, reports, failures }
}

function checkOptions({ paths, inPlace, output, outputDir, extract: path }: DecryptOptions): void {
  const conflict = (message: string, hint: string) => new UsageError('ERR_CONFLICT', message, { hint })
  if (paths.length === 0 && inPlace === true)
    throw conflict('standard input cannot be changed in place', 'leave out --in-place')
  const places = [
    inPlace === true ? '--in-place' : '',
    output === undefined ? '' : '--output',
    outputDir === undefined ? '' : '--output-dir',
  ]
  const [first, second] = places.filter((place) => place !== '')
  if (second !== undefined) throw conflict(`${first} and ${second} exclude each other`, 'give one of them')
  if (path !== undefined && path !== '' && (inPlace === true || outputDir !== undefined)) {
    throw conflict(
      `--extract takes one value out of a file, ${first} replaces or copies whole files`,
      'leave out one of them',
    )
  }
}

async function planFile(
  input: Input,
  options: DecryptOptions,
  world: World,
  path: ReturnType<typeof parseExtractPath> | undefined,
): Promise<Job> {
  try {
    const inputType = options.inputType ?? storeNameFor(input.name ?? '')
    const outputType = options.outputType ?? (input.name === undefined ? inputType : storeNameFor(input.name))
    const version = await readInput(world.files, input, options.stdin)
    const store = await loadStore(inputType)
    if (!input.named && !isSealed(store, version.bytes)) return skipped(input, version)
    const layout = await outputLayout(input, options, world, inputType, outputType, path !== undefined)
    const { ignoreMac, order } = options
    const file = await openSealed(
      {
        store,
        bytes: version.bytes,
        layout,
        ...(ignoreMac === undefined ? {} : { ignoreMac }),
        ...(order === undefined ? {} : { order }),
      },
      world.keyring,
    )
    try {
      const bytes = await plainBytes(file, outputType, layout, path)
      return { input, version, bytes, report: { path: input.path, outcome: 'opened', notes: notesOf(file) } }
    } finally {
      file.dispose()
    }
  } catch (error) {
    throw inFile(error, input.path ?? input.name ?? 'standard input')
  }
}

/** The policy file only says how new layout looks: it is not even searched for where a text is opened in place. */
async function outputLayout(
  input: Input,
  options: DecryptOptions,
  world: World,
  inputType: StoreName,
  outputType: StoreName,
  extracting: boolean,
): Promise<EmitOptions> {
  if (inputType === outputType && !extracting) return layoutOf(outputType, options.indent, undefined)
  // a policy is expensive to load and seldom asked for here
  const { PolicyFinder } = await import('./policy.ts')
  const finder = new PolicyFinder(world.files, world.cwd, world.configPath)
  const found = options.indent === undefined ? await finder.config(input.name) : undefined
  return layoutOf(outputType, options.indent, found?.config)
}

async function plainBytes(
  file: OpenedFile,
  outputType: StoreName,
  layout: EmitOptions,
  path: ReturnType<typeof parseExtractPath> | undefined,
): Promise<Uint8Array> {
  const output = await loadStore(outputType)
  if (path !== undefined && path.length > 0) return extract(file.documents(), path, output, layout)
  return file.bytesIn(output, layout)
}

function notesOf({ tree }: OpenedFile): string[] {
  if (tree.unopenedComments === 0) return []
  const comments = tree.unopenedComments === 1 ? 'a comment' : `${tree.unopenedComments} comments`
  return [`${comments} could not be opened and stayed as they are: moved to another place in the file, or never sealed`]
}

function isSealed(store: Parameters<typeof readSealed>[0], bytes: Uint8Array): boolean {
  try {
    readSealed(store, bytes)
    return true
  } catch (error) {
    // damaged metadata is an error to be told, anything else is a file that was never sealed
    return isBullaError(error) && (error.code === 'ERR_METADATA' || error.code === 'ERR_VERSION')
  }
}

function skipped(input: Input, version: FileVersion): Job {
  return { input, version, bytes: version.bytes, report: { path: input.path, outcome: 'skipped', notes: [] } }
}

async function deliver(jobs: readonly Job[], options: DecryptOptions, world: World, base: string): Promise<void> {
  if (options.outputDir !== undefined) {
    const contents = jobs.map(({ input, bytes }): [string, Uint8Array] => [relative(base, input.path ?? base), bytes])
    await world.files.createFolder(resolve(world.cwd, options.outputDir), new Map(contents))
  } else if (options.inPlace === true) {
    const writes = jobs.map(({ version, bytes }) => ({ path: version.path, bytes, expected: version }))
    await writeAll(world.files, writes, world.progress, 'writing')
  } else if (options.output !== undefined) {
    await writeOutput(jobs, options.output, world)
  }
}

async function writeOutput(jobs: readonly Job[], output: string, world: World): Promise<void> {
  const path = resolve(world.cwd, output)
  for (const { input, bytes } of jobs) {
    if (input.path !== undefined && (await world.files.isSame(path, input.path))) {
      throw new UsageError('ERR_CONFLICT', 'the output is the input', { hint: 'to replace the file use --in-place' })
    }
    await world.files.write({ path, bytes })
  }
}
