import { resolve } from 'node:path'
import { pathBelow } from '../config/path-below.ts'
import { UsageError } from '../errors.ts'
import type { EmitOptions, Store } from '../format/store.ts'
import { encodeText } from '../format/text.ts'
import type { StoreName } from '../format/tree.ts'
import { type BatchResult, type FileReport, planAll, writeAll } from './batch.ts'
import { inFile } from './in-file.ts'
import { type Input, readInput, selectInputs } from './inputs.ts'
import { layoutOf } from './layout.ts'
import { isForeign, type OpenedFile, openSealed } from './open.ts'
import { outputPath } from './output.ts'
import type { PolicyFinder } from './policy.ts'
import type { FileVersion, World, WriteRequest } from './ports.ts'
import { loadStore, storeNameFor } from './stores.ts'
import { extract } from './values/extract.ts'
import type { PathPattern } from './values/only.ts'
import { type PathStep, parseTreePath } from './values/tree-path.ts'

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
  /** Only what fits one of these patterns, see `parsePathPattern`. */
  readonly only?: readonly string[]
  readonly ignoreMac?: boolean
  /** From `parseDecryptionOrder`. */
  readonly order?: readonly string[]
  readonly indent?: number
  readonly dryRun?: boolean
  readonly stdin: () => Promise<Uint8Array>
}

export interface DecryptReport extends FileReport {
  /** `skipped`: not sealed; found in a folder, or one of several files in place. */
  readonly outcome: 'opened' | 'skipped'
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
 * @throws UsageError `ERR_CONFLICT`, `ERR_USAGE`, `ERR_TREE_PATH`; FileError `ERR_NO_FILE`. What goes wrong with single
 *   files is in the result
 */
export async function decrypt(options: DecryptOptions, world: World): Promise<BatchResult<DecryptReport>> {
  checkOptions(options)
  const { paths, filenameOverride: override, inPlace = false, output, outputDir, dryRun = false } = options
  const path = options.extract === undefined ? undefined : parseTreePath(options.extract)
  const only = await patternsOf(options)
  const hasPlaces = inPlace || outputDir !== undefined || (dryRun && output === undefined)
  const { inputs, single, base } = await selectInputs({
    files: world.files,
    cwd: world.cwd,
    paths,
    override,
    accept: async () => true,
    missing: hasPlaces ? undefined : 'to open all files, add --output-dir DIR, or --in-place',
  })
  const layouts = new Layouts(options, world)
  const context = { options, world, layouts, path, only, single }
  const plan = (input: Input) => planFile(input, context)
  const { jobs, failures } = await planAll(inputs, world.progress, 'opening', plan)
  const result = { reports: jobs.map(({ report }) => report), fileCount: inputs.length }
  if (failures.length > 0) return { ...result, bytes: undefined, failures, writtenCount: 0 }
  const opened = dryRun ? [] : jobs.filter(({ report }) => report.outcome === 'opened')
  const delivered = await deliver(opened, options, world, base)
  const isForCaller = single && !inPlace && output === undefined && outputDir === undefined
  return { ...result, ...delivered, bytes: isForCaller ? opened[0]?.bytes : undefined }
}

function checkOptions({ paths, inPlace, output, outputDir, extract: path }: DecryptOptions): void {
  const conflict = (message: string, hint: string) => new UsageError('ERR_CONFLICT', message, { hint })
  if (paths.length === 0 && inPlace === true)
    throw conflict('standard input cannot be changed in place', 'leave out --in-place')
  if (outputDir === '')
    throw new UsageError('ERR_USAGE', '--output-dir is empty', { hint: 'check the variable that it came from' })
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

/** @throws UsageError `ERR_CONFLICT`, `ERR_USAGE` */
async function patternsOf({ only = [], inPlace, extract: path }: DecryptOptions): Promise<PathPattern[]> {
  if (only.length === 0) return []
  const other = inPlace === true ? '--in-place' : path === undefined ? undefined : '--extract'
  if (other !== undefined) {
    const hint = other === '--extract' ? 'give one of them' : 'use --output or --output-dir'
    throw new UsageError('ERR_CONFLICT', `--only and ${other} exclude each other`, { hint })
  }
  const { parsePathPattern } = await import('./values/only.ts')
  return only.map(parsePathPattern)
}

interface Context {
  readonly options: DecryptOptions
  readonly world: World
  readonly layouts: Layouts
  /** From `--extract`. */
  readonly path: readonly PathStep[] | undefined
  /** From `--only`. */
  readonly only: readonly PathPattern[]
  readonly single: boolean
}

async function planFile(input: Input, { options, world, layouts, path, only, single }: Context): Promise<Job> {
  const inputType = options.inputType ?? storeNameFor(input.name ?? '')
  try {
    const outputType = options.outputType ?? (input.name === undefined ? inputType : storeNameFor(input.name))
    const version = await readInput(world.files, input, options.stdin)
    const store = await loadStore(inputType)
    const output = outputType === inputType ? store : await loadStore(outputType)
    const layout = await layouts.of(input, inputType, outputType, path !== undefined || only.length > 0)
    const { ignoreMac = false, order } = options
    const { bytes } = version
    try {
      const request = {
        store,
        bytes,
        file: input.name,
        ignoreMac,
        ...(store === output ? { layout } : {}),
        ...(order === undefined ? {} : { order }),
      }
      const file = await openSealed(request, world)
      try {
        const plain =
          only.length > 0 ? await onlyBytes(file, output, layout, only) : plainBytes(file, output, layout, path)
        return { input, version, bytes: plain, report: { path: input.path, outcome: 'opened', notes: notesOf(file) } }
      } finally {
        file.dispose()
      }
    } catch (error) {
      // of several files in place, those that are open are done: so a run that was cut off can be started again
      const mayBeOpen = !input.named || (options.inPlace === true && !single)
      if (!mayBeOpen || !isForeign(error, store, bytes)) throw error
      return { input, version, bytes, report: { path: input.path, outcome: 'skipped', notes: [] } }
    }
  } catch (error) {
    throw inFile(error, input.path ?? input.name ?? 'standard input', inputType)
  }
}

/** The policy file only says how new layout looks: it is not even searched for where a text is opened in place. */
class Layouts {
  private readonly options: DecryptOptions
  private readonly world: World
  private finder: Promise<PolicyFinder> | undefined

  constructor(options: DecryptOptions, world: World) {
    this.options = options
    this.world = world
  }

  async of(input: Input, inputType: StoreName, outputType: StoreName, extracting: boolean): Promise<EmitOptions> {
    const { indent } = this.options
    if ((inputType === outputType && !extracting) || indent !== undefined)
      return layoutOf(outputType, indent, undefined)
    this.finder ??= this.loadFinder()
    return layoutOf(outputType, indent, await (await this.finder).indents(input.name))
  }

  /** It is expensive to load and seldom asked for here. */
  private async loadFinder(): Promise<PolicyFinder> {
    const { files, cwd, configPath } = this.world
    const { PolicyFinder } = await import('./policy.ts')
    return new PolicyFinder(files, cwd, configPath)
  }
}

function plainBytes(
  file: OpenedFile,
  output: Store,
  layout: EmitOptions,
  path: readonly PathStep[] | undefined,
): Uint8Array {
  if (path !== undefined && path.length > 0) return extract(file.documents(), path, output, layout)
  return file.bytesIn(output, layout)
}

async function onlyBytes(
  file: OpenedFile,
  output: Store,
  layout: EmitOptions,
  patterns: readonly PathPattern[],
): Promise<Uint8Array> {
  if (output.name === 'binary') {
    throw new UsageError('ERR_CONFLICT', '--only takes values out of a file, and a binary file is one value', {
      hint: 'leave out --only, or name the format with --input-type and --output-type',
    })
  }
  const { onlyFitting } = await import('./values/only.ts')
  return encodeText(output.emit(onlyFitting(file.documents(), patterns), layout))
}

function notesOf({ tree }: OpenedFile): string[] {
  if (tree.unopenedComments === 0) return []
  const stayed =
    tree.unopenedComments === 1
      ? 'a comment could not be opened and stays as it is'
      : `${tree.unopenedComments} comments could not be opened and stay as they are`
  return [`${stayed}: moved to another place in the file, or never sealed`]
}

async function deliver(
  jobs: readonly Job[],
  options: DecryptOptions,
  world: World,
  base: string,
): Promise<Pick<BatchResult<DecryptReport>, 'writtenCount' | 'failures'>> {
  if (options.outputDir !== undefined) {
    await world.files.createFolder(resolve(world.cwd, options.outputDir), contentsOf(jobs, base))
    return { writtenCount: jobs.length, failures: [] }
  }
  return writeAll(world.files, await writesOf(jobs, options, world), world.progress)
}

async function writesOf(
  jobs: readonly Job[],
  { inPlace, output }: DecryptOptions,
  world: World,
): Promise<WriteRequest[]> {
  if (inPlace === true) return jobs.map(({ version, bytes }) => ({ path: version.path, bytes, expected: version }))
  if (output === undefined) return []
  return Promise.all(jobs.map(async ({ input, bytes }) => ({ path: await outputPath(output, input, world), bytes })))
}

function contentsOf(jobs: readonly Job[], base: string): Map<string, Uint8Array> {
  return new Map(
    jobs.map(({ input, bytes }) => {
      const name = pathBelow(base, input.path ?? base)
      if (name !== undefined) return [name, bytes]
      throw new UsageError('ERR_CONFLICT', 'the files have no folder in common that could be opened into another one', {
        hint: 'name files of one drive; for standard input use --output',
      })
    }),
  )
}
