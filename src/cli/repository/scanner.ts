import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { isBullaError, UsageError } from '../../errors.ts'
import type { CleanBlobs } from '../../operations/cache/clean-blobs.ts'
import type { Repository } from '../../operations/git-port.ts'
import {
  type JudgeSettings,
  readSettings,
  SETTINGS,
  type SettingsSource,
} from '../../operations/judge/surroundings/judge-settings.ts'
import type { KnownScanner } from '../../operations/known/known-scanner.ts'
import type { World } from '../../operations/ports.ts'
import { CleanTexts } from '../../operations/scan/clean-texts.ts'
import { type RepositoryTools, type ScanResult, scanOne, scanTree } from '../../operations/scan/scan.ts'
import { scanCommits, scanStaged } from '../../operations/scan/scan-changes.ts'
import { textOf } from '../../operations/scan/text-of.ts'
import type { Io } from '../io.ts'
import { isBelow, mustBeTracked, repositoryPaths } from './repository-path.ts'

/** What is looked into. */
export type ScanSource =
  | { readonly kind: 'tree' | 'staged' | 'history' }
  | { readonly kind: 'range'; readonly range: string }
  | { readonly kind: 'stdin'; readonly name: string }

/** Scans one thing after the other of one repository, or of a folder that is in none. */
export class Scanner {
  private readonly repository: Repository
  private readonly known: KnownScanner | undefined
  private readonly world: World
  private readonly io: Io
  /** Undefined outside of a repository, and in a bare one. */
  private readonly root: string | undefined
  private readonly isBare: boolean
  private readonly clean: CleanBlobs | undefined

  private constructor(
    repository: Repository,
    known: KnownScanner | undefined,
    { root, isBare, world, io, clean }: Place & { world: World; io: Io; clean: CleanBlobs | undefined },
  ) {
    this.repository = repository
    this.known = known
    this.root = root
    this.isBare = isBare
    this.clean = clean
    this.world = world
    this.io = io
  }

  /** @param clean - undefined: everything is looked into */
  static async open(
    repository: Repository,
    known: KnownScanner | undefined,
    { world, io, clean }: { world: World; io: Io; clean: CleanBlobs | undefined },
  ): Promise<Scanner> {
    return new Scanner(repository, known, { ...(await placeOf(repository)), world, io, clean })
  }

  /** @param withoutBaseline - leave out the baseline: it is about to be made */
  async scan(source: ScanSource, names: readonly string[], withoutBaseline = false): Promise<ScanResult> {
    const tools = await this.tools(source, withoutBaseline)
    if (source.kind === 'stdin') return scanOne(source.name, await this.io.stdin(), tools)
    if (source.kind === 'tree') return this.tree(names, tools)
    const isWanted = await this.wanted(names)
    if (source.kind === 'history') return this.history(names, isWanted, tools)
    const range = source.kind === 'range' ? source.range : undefined
    await mustBeTracked(await repositoryPaths(names, this.repository, this.io), range, this.repository, this.io)
    return range === undefined
      ? scanStaged(isWanted, tools)
      : scanCommits({ range: [range], isWanted, withMessages: names.length === 0 }, tools)
  }

  /** What never was there is a slip, and nothing that is clean. */
  private async history(
    names: readonly string[],
    isWanted: (path: string) => boolean,
    tools: RepositoryTools,
  ): Promise<ScanResult> {
    const missing = new Set(await repositoryPaths(names, this.repository, this.io))
    const isThere = (path: string) => {
      for (const name of missing) if (isBelow(path, name)) missing.delete(name)
      return isWanted(path)
    }
    const now = (path: string) => this.now(path)
    const result = await scanCommits(
      { range: ['--all'], isWanted: isThere, now, withTags: true, withMessages: names.length === 0 },
      tools,
    )
    const [file] = missing
    if (file === undefined) return result
    throw new UsageError('ERR_NO_FILE', 'no commit has a file or folder of this name', {
      where: { file },
      hint: 'name what is there, or was, in any branch',
    })
  }

  /** Whether a path is among those that were named; all are when there are none. */
  async wanted(names: readonly string[]): Promise<(path: string) => boolean> {
    const wanted = await repositoryPaths(names, this.repository, this.io)
    return (path) => wanted.length === 0 || wanted.some((name) => isBelow(path, name))
  }

  private async tree(names: readonly string[], tools: RepositoryTools): Promise<ScanResult> {
    const { world, root } = this
    if (root === undefined && this.isBare && names.length === 0) {
      // what lies there is git's own: a scan of that would find everything clean
      throw new UsageError('ERR_USAGE', 'a bare repository has no files that could be searched', {
        hint: 'search what its commits hold: --history, or --range A..B',
      })
    }
    if (root === undefined) {
      const paths = (await filesBelow(names, world)).map((path) => shortPath(path, world.cwd))
      return scanTree(paths, (path) => readUnlessGone(resolve(world.cwd, path), world), tools)
    }
    const paths = (await this.repository.workingFiles()).filter(await this.wanted(names))
    // a file that was named is looked into although git ignores it
    const wanted = await repositoryPaths(names, this.repository, this.io)
    const named = names.length === 0 ? [] : await namedFiles(wanted, root, world)
    const read = (path: string) =>
      path.isWellFormed() ? readRegular(join(root, path), world) : this.repository.workingFile(path)
    return scanTree([...new Set([...paths, ...named])], read, tools)
  }

  private async tools(source: ScanSource, withoutBaseline: boolean): Promise<RepositoryTools> {
    const { repository, known, world, io } = this
    const settings = await this.settings(source, withoutBaseline)
    const { rulesId } = settings
    const clean =
      this.clean &&
      new CleanTexts(
        this.clean.under('scan', known?.id ?? '', rulesId),
        this.clean.under('scan but copies', rulesId),
        known,
      )
    return { repository, known, settings, progress: world.progress, clean, threads: io.lookThreads }
  }

  /** Of the same place as what is looked into; for a range, of what it starts from. */
  private async settings(source: ScanSource, withoutBaseline: boolean): Promise<JudgeSettings> {
    const { repository } = this
    const common = { today: () => this.world.now().slice(0, 10), withoutBaseline }
    if (source.kind === 'staged') {
      return readSettings({ ...common, contents: await repository.tree('').read(SETTINGS), scope: 'change' })
    }
    if (source.kind === 'range') {
      const [start, end] = source.range.split(/\.{2,3}/).map((name) => (name === '' ? 'HEAD' : name))
      const before = (path: string) => repository.blob(`${start}:${path}`)
      return readSettings({
        ...{ ...common, contents: await repository.tree(end ?? 'HEAD').read(SETTINGS), scope: 'change' },
        ...{ approvedSettings: before, approved: async (path) => textOf((await before(path)) ?? new Uint8Array()) },
      })
    }
    const scopes = { tree: 'tree', history: 'history', stdin: 'change' } as const
    const contents = new Map<string, Uint8Array>()
    for (const path of SETTINGS) {
      const bytes = await this.now(path)
      if (bytes !== undefined) contents.set(path, bytes)
    }
    return readSettings({ ...common, contents, scope: scopes[source.kind] } satisfies SettingsSource)
  }

  /** A file as it lies there; in a bare repository, as it is at HEAD. */
  private async now(path: string): Promise<Uint8Array | undefined> {
    if (this.root !== undefined) return readRegular(join(this.root, path), this.world)
    return this.isBare ? this.repository.blob(`HEAD:${path}`) : undefined
  }
}

interface Place {
  readonly root: string | undefined
  readonly isBare: boolean
}

async function placeOf(repository: Repository): Promise<Place> {
  try {
    const { root } = await repository.folders()
    return { root, isBare: root === undefined }
  } catch (error) {
    if (isBullaError(error)) return { root: undefined, isBare: false }
    throw error
  }
}

/** As seen from the working directory; what is elsewhere keeps its whole path. */
function shortPath(path: string, cwd: string): string {
  const below = relative(cwd, path)
  return below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below) ? path : below.replaceAll(sep, '/')
}

async function filesBelow(names: readonly string[], { files, cwd }: World): Promise<string[]> {
  const places = (names.length === 0 ? ['.'] : names).map((name) => resolve(cwd, name))
  const found = await Promise.all(
    places.map(async (place) => {
      const kind = await files.kind(place)
      if (kind !== undefined) return kind === 'folder' ? files.list(place, true) : [place]
      throw new UsageError('ERR_NO_FILE', 'there is no file or folder of this name', {
        where: { file: place },
        hint: 'name what is there, or nothing for this folder',
      })
    }),
  )
  return [...new Set(found.flat())]
}

/** What somebody writes right now has another name by then; what is no UTF-8 has none that it can be read by. */
async function readUnlessGone(path: string, { files }: World): Promise<Uint8Array | undefined> {
  const isGone = (await files.kind(path)) === undefined && !path.includes('\ufffd')
  return isGone ? undefined : (await files.open(path)).bytes
}

async function namedFiles(wanted: readonly string[], root: string, { files }: World): Promise<string[]> {
  const kinds = await Promise.all(wanted.map((path) => files.kind(join(root, path))))
  if (kinds.includes(undefined)) {
    throw new UsageError('ERR_NO_FILE', 'there is no file or folder of this name', {
      where: { file: wanted[kinds.indexOf(undefined)] ?? '' },
      hint: 'for what was there once, add --history',
    })
  }
  return wanted.filter((_, index) => kinds[index] === 'file')
}

/** A link may lead anywhere; a folder is a repository of its own. */
async function readRegular(path: string, { files }: World): Promise<Uint8Array | undefined> {
  const isItself = (await files.realPath(path)) === path
  return isItself && (await files.kind(path)) === 'file' ? (await files.open(path)).bytes : undefined
}
