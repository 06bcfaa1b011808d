import { join } from 'node:path'
import { UsageError } from '../../errors.ts'
import type { Repository } from '../../operations/git-port.ts'
import { cannotJudge, type Level } from '../../operations/judge/findings/finding.ts'
import { BASELINE } from '../../operations/judge/surroundings/judge-settings.ts'
import type { ScanResult } from '../../operations/scan/scan.ts'
import { newBaseline } from '../../operations/scan/write-baseline.ts'
import { failOnOption, formatOption } from '../formats/format-options.ts'
import { FORMATS, type Format, writeReport } from '../formats/formats.ts'
import type { CommandDefinition, Io } from '../io.ts'
import { addCommonOptions, flag, text, type Values, worldOf } from '../options/options.ts'
import { cleanBlobs, NO_CACHE } from '../repository/clean-blobs.ts'
import { knownScanner } from '../repository/known-values.ts'
import { Scanner, type ScanSource } from '../repository/scanner.ts'
import { GET_THE_REST, isShallow } from '../repository/shallow-clone.ts'
import { showFindings, tellRoot } from '../show/findings-text.ts'
import { printable } from '../show/messages.ts'
import { VERSION } from '../version.ts'

const HELP = `
Without options, searches all files of the repository that git does not ignore, as they are now;
outside of a repository, all files below the folder. A lone - is standard input. Findings never show
a value. Sealed values are not searched: "bulla check" tells whether they are sealed correctly.
Exceptions count beside a line, in .bulla/allow.yaml and in .bulla/baseline.json, and rules of a
.gitleaks.toml are used too; with --range, those that A has.

Examples:
  $ bulla scan
  $ bulla scan --history --format sarif
  $ bulla scan --range main..HEAD src/
  $ bulla scan --write-baseline          (an old repository: from now on only what is new)

Exit codes: 0 nothing found (warnings aside), 1 something found, 2 something cannot be read, 100 no
such file.`

const FOUND = 1
const UNDECIDED = 2

export function define(command: CommandDefinition, io: Io, done: (code: number) => void): void {
  command
    .description('Find plaintext secrets: tokens, keys, passwords, copies of what is sealed here.')
    .argument('[paths...]', 'files or folders; - is standard input')
    .optionsGroup('What is searched (by default the files as they are now):')
    .option('--staged', 'what is staged')
    .option('--range <range>', 'what the commits of A..B add')
    .option('--history', 'what all commits of all branches, tags and stashes ever added')
    .option('--write-baseline', 'accept what is found: write it to .bulla/baseline.json')
    .option(...NO_CACHE)
    .optionsGroup('How findings are reported:')
    .option('--filename-override <name>', 'the file that standard input stands for')
    .option('--format <format>', `how findings are written: ${FORMATS.join(', ')}`)
    .option('--fail-on <level>', 'exit 1 from this level on: block (default) or warn')
  addCommonOptions(command)
  command.addHelpText('after', HELP)
  command.action(async (names: string[], values: Values) => done(await run(names, values, io)))
}

async function run(names: readonly string[], values: Values, io: Io): Promise<number> {
  const source = sourceOf(names, values)
  const format = formatOption(values)
  const failOn = failOnOption(values)
  const world = worldOf(values, io)
  const repository = await io.repository({ asGit: true })
  const clean = await cleanBlobs(values, io)
  try {
    const scanner = await Scanner.open(repository, await knownScanner('scan', io), { world, io, clean })
    if (source.kind === 'history' && !flag(values, 'quiet') && (await isShallow(repository, io))) {
      io.writeErr(`${io.program}: note: this clone has only the newest commits: ${GET_THE_REST}\n`)
    }
    if (flag(values, 'writeBaseline')) return await writeBaseline(source, names, { scanner, repository, values, io })
    return await tell(await scanner.scan(source, names), { format, failOn, values, repository, io })
  } finally {
    await clean?.settle()
    repository.close()
  }
}

interface Telling {
  readonly format: Format
  readonly failOn: Level
  readonly values: Values
  readonly repository: Repository
  readonly io: Io
}

async function tell({ findings, fileCount, skipped }: ScanResult, telling: Telling): Promise<number> {
  const { format, failOn, values, repository, io } = telling
  const failing = findings.filter(({ level }) => level === 'block' || failOn === 'warn')
  if (format !== 'text') io.writeOut(await writeReport(format, { version: VERSION, findings, fileCount }))
  else if (!flag(values, 'quiet') || failing.length > 0) {
    showFindings(findings, (line) => io.writeOut(line))
    io.writeErr(`${io.program}: ${count(fileCount, 'text')} looked into, ${count(findings.length, 'finding')}\n`)
    await tellRoot(findings, repository, io)
  }
  tellSkipped(skipped, io)
  if (failing.some(cannotJudge)) return UNDECIDED
  if (failing.length > 0) return FOUND
  return skipped.length > 0 ? UNDECIDED : 0
}

function tellSkipped(skipped: readonly string[], io: Io): void {
  for (const path of skipped) io.writeErr(`${io.program}: ${printable(path)}: too large, or it cannot be read\n`)
}

interface Writing {
  readonly scanner: Scanner
  readonly repository: Repository
  readonly values: Values
  readonly io: Io
}

/** Accept what stands there now. */
async function writeBaseline(source: ScanSource, names: readonly string[], writing: Writing): Promise<number> {
  const { scanner, repository, values, io } = writing
  const { root } = await repository.folders()
  if (root === undefined) {
    throw new UsageError('ERR_USAGE', 'a baseline belongs to the files of a repository, and there are none here', {
      hint: 'run this in a clone that is not bare',
    })
  }
  const { files } = worldOf(values, io)
  const path = join(root, BASELINE)
  const before = (await files.kind(path)) === undefined ? undefined : await files.open(path)
  const inTree = await scanner.scan({ kind: 'tree' }, source.kind === 'history' ? [] : names, true)
  const inHistory = source.kind === 'history' ? await scanner.scan(source, names, true) : undefined
  const broken = inTree.findings.filter(cannotJudge)
  if (broken.length > 0) {
    showFindings(broken, (line) => io.writeErr(line))
    return UNDECIDED
  }
  const isWanted = await scanner.wanted(names)
  const { text: content, ...counts } = newBaseline({
    ...{ before, isWanted },
    inTree: inTree.findings.filter(({ file }) => isWanted(file)),
    inHistory: inHistory?.findings,
  })
  const bytes = Buffer.from(content)
  const isSame = before !== undefined && bytes.equals(before.bytes)
  if (!isSame) await files.write({ path, bytes, expected: before ?? 'nothing', makeFolders: true })
  if (!flag(values, 'quiet')) {
    const { entryCount, addedCount, removedCount } = counts
    const entries = entryCount === 1 ? '1 entry' : `${entryCount} entries`
    io.writeErr(`${io.program}: ${BASELINE}: ${entries}, ${addedCount} new, ${removedCount} gone\n`)
    if (!isSame) io.writeErr(`${io.program}: look through it, and commit it: what it names is no longer told\n`)
  }
  const skipped = [...new Set([...inTree.skipped, ...(inHistory?.skipped ?? [])])]
  tellSkipped(skipped, io)
  return skipped.length > 0 ? UNDECIDED : 0
}

const count = (number: number, what: string) => `${number} ${number === 1 ? what : `${what}s`}`

/** @throws UsageError */
function sourceOf(names: readonly string[], values: Values): ScanSource {
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
  const isBaseline = flag(values, 'writeBaseline')
  if (isBaseline && (flag(values, 'staged') || range !== undefined || names.includes('-'))) {
    throw new UsageError('ERR_CONFLICT', '--write-baseline is for all files, or with --history for all commits', {
      hint: 'leave out --staged, --range and -',
    })
  }
  if (isBaseline && text(values, 'format') !== undefined) {
    throw new UsageError('ERR_CONFLICT', '--write-baseline writes a file and no report', { hint: 'leave out --format' })
  }
  if (names.includes('-')) return { kind: 'stdin', name: text(values, 'filenameOverride') ?? 'stdin' }
  if (range !== undefined) return { kind: 'range', range }
  if (flag(values, 'history')) return { kind: 'history' }
  return { kind: flag(values, 'staged') ? 'staged' : 'tree' }
}
