import { join, resolve } from 'node:path'
import { isBullaError, UsageError } from '../../errors.ts'
import type { Repository } from '../../operations/git-port.ts'
import type { World } from '../../operations/ports.ts'
import { type ScanResult, scanCommits, scanOne, scanStaged, scanTree } from '../../operations/scan/scan.ts'
import { showFindings } from '../findings.ts'
import { FORMATS, writeReport } from '../formats/formats.ts'
import { failOnOption, formatOption } from '../formats/options.ts'
import type { CommandDefinition, Io } from '../io.ts'
import { knownScanner } from '../known-values.ts'
import { addCommonOptions, flag, text, type Values, worldOf } from '../options.ts'
import { printable } from '../render.ts'
import { repositoryPaths } from '../repository-path.ts'
import { VERSION } from '../version.ts'

const HELP = `
Without more, all files of the repository that git does not ignore are looked into, as they lie
there; outside of one, the files below the folder. A lone - is standard input. Findings never show
a value. What is sealed is not looked into: "bulla check" judges whether it is sealed well.

Examples:
  $ bulla scan
  $ bulla scan --history --format sarif
  $ bulla scan --range main..HEAD src/

Exit codes: 0 nothing found (warnings aside), 1 something found, 2 something cannot be read.`

const FOUND = 1
const UNDECIDED = 2

export function define(command: CommandDefinition, io: Io, done: (code: number) => void): void {
  command
    .summary('find plaintext secrets in files and in history')
    .description('Find plaintext secrets: tokens, keys, passwords, copies of what is sealed here.')
    .argument('[paths...]', 'files or folders; - is standard input')
    .optionsGroup('What is looked into (the files as they lie there otherwise):')
    .option('--staged', 'what is staged')
    .option('--range <range>', 'what the commits of A..B add')
    .option('--history', 'what all commits of all branches and tags ever added')
    .optionsGroup('How findings are told:')
    .option('--filename-override <name>', 'how standard input is called')
    .option('--format <format>', `how findings are written: ${FORMATS.join(', ')}`)
    .option('--fail-on <level>', 'exit 1 from this level on: block (default) or warn')
  addCommonOptions(command)
  command.addHelpText('after', HELP)
  command.action(async (names: string[], values: Values) => done(await run(names, values, io)))
}

async function run(names: readonly string[], values: Values, io: Io): Promise<number> {
  checkOptions(names, values)
  const format = formatOption(values)
  const failOn = failOnOption(values)
  const { findings, fileCount, skipped } = await scan(names, values, io)
  const failing = findings.filter(({ level }) => level === 'block' || failOn === 'warn')
  if (format !== 'text') io.writeOut(await writeReport(format, { version: VERSION, findings, fileCount }))
  else if (!flag(values, 'quiet') || failing.length > 0) {
    showFindings(findings, (line) => io.writeOut(line))
    const files = `${fileCount} ${fileCount === 1 ? 'text' : 'texts'}`
    const found = `${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}`
    io.writeErr(`${io.program}: ${files} looked into, ${found}\n`)
  }
  for (const path of skipped) io.writeErr(`${io.program}: ${printable(path)}: too large, or it cannot be read\n`)
  if (failing.length > 0) return FOUND
  return skipped.length > 0 ? UNDECIDED : 0
}

async function scan(names: readonly string[], values: Values, io: Io): Promise<ScanResult> {
  if (names.includes('-')) {
    const name = text(values, 'filenameOverride') ?? 'stdin'
    return scanOne(name, await io.stdin(), await knownScanner(io))
  }
  const world = worldOf(values, io)
  const repository = await io.repository({ inHook: false })
  try {
    const known = await knownScanner(io)
    const tools = { repository, known, progress: world.progress }
    const range = text(values, 'range')
    const isTree = !flag(values, 'staged') && !flag(values, 'history') && range === undefined
    if (isTree && !(await isRepository(repository))) {
      const paths = await filesBelow(names, world)
      return await scanTree(paths, async (path) => (await world.files.open(path)).bytes, tools)
    }
    const wanted = await repositoryPaths(names, repository, io)
    const isWanted = (path: string) =>
      wanted.length === 0 || wanted.some((name) => path === name || path.startsWith(`${name}/`))
    if (isTree) {
      const { root = io.cwd } = await repository.folders()
      const paths = (await repository.workingFiles()).filter(isWanted)
      // a file that was named is looked into although git ignores it
      const named = names.length === 0 ? [] : await namedFiles(wanted, root, world)
      return await scanTree([...new Set([...paths, ...named])], (path) => readRegular(join(root, path), world), tools)
    }
    if (flag(values, 'staged')) return await scanStaged(isWanted, tools)
    return await scanCommits(range === undefined ? ['--all'] : [range], isWanted, tools)
  } finally {
    repository.close()
  }
}

function checkOptions(names: readonly string[], values: Values): void {
  const range = text(values, 'range')
  const sources = [flag(values, 'staged'), flag(values, 'history'), range !== undefined, names.includes('-')]
  if (sources.filter(Boolean).length > 1) {
    throw new UsageError('ERR_CONFLICT', '--staged, --range, --history and - exclude each other', {
      hint: 'give one of them',
    })
  }
  if (names.includes('-') && names.length > 1) {
    throw new UsageError('ERR_CONFLICT', 'standard input is looked into alone', { hint: 'leave out the other names' })
  }
  if (range !== undefined && (!range.includes('..') || range.startsWith('-'))) {
    throw new UsageError('ERR_USAGE', '--range takes two revisions, A..B', { hint: 'write --range main..HEAD' })
  }
}

async function isRepository(repository: Repository): Promise<boolean> {
  try {
    return (await repository.folders()).root !== undefined
  } catch (error) {
    if (isBullaError(error)) return false
    throw error
  }
}

async function filesBelow(names: readonly string[], { files, cwd }: World): Promise<string[]> {
  const places = (names.length === 0 ? ['.'] : names).map((name) => resolve(cwd, name))
  const found = await Promise.all(
    places.map(async (place) => {
      const kind = await files.kind(place)
      if (kind !== undefined) return kind === 'folder' ? files.list(place) : [place]
      throw new UsageError('ERR_NO_FILE', 'there is no file or folder of this name', {
        where: { file: place },
        hint: 'name what is there, or nothing for this folder',
      })
    }),
  )
  return [...new Set(found.flat())]
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
