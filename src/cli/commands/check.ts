import { UsageError } from '../../errors.ts'
import type { CleanBlobs } from '../../operations/cache/clean-blobs.ts'
import { byPlace, type CheckRequest, check } from '../../operations/check/check.ts'
import type { FixReport } from '../../operations/check/fix.ts'
import type { Verification } from '../../operations/check/verify.ts'
import type { Repository } from '../../operations/git-port.ts'
import { cannotJudge } from '../../operations/judge/findings/finding.ts'
import type { SieveThreads } from '../../operations/judge/sieve/sieve-setup.ts'
import type { JudgedFile } from '../../operations/judge/tree-port.ts'
import type { KnownScanner } from '../../operations/known/known-scanner.ts'
import type { World } from '../../operations/ports.ts'
import { changeScanner, treeScanner } from '../../operations/scan/scan-file.ts'
import { failOnOption, formatOption } from '../formats/format-options.ts'
import { FORMATS, writeReport } from '../formats/formats.ts'
import type { Report } from '../formats/report.ts'
import type { CommandDefinition, Io } from '../io.ts'
import { addCommonOptions, flag, type Values, worldOf } from '../options/options.ts'
import { cleanBlobs, NO_CACHE } from '../repository/clean-blobs.ts'
import { knownScanner } from '../repository/known-values.ts'
import { mustBeTracked, repositoryPaths } from '../repository/repository-path.ts'
import { showFindings, tellRoot } from '../show/findings-text.ts'
import { printable } from '../show/messages.ts'
import { VERSION } from '../version.ts'

const HELP = `
Without a revision, checks all files that git tracks, as they are in its index, and what stashes
hold in clear; with A..B, what each of these commits adds or changes. Policies are taken from the
same tree. Only --verify and --fix need a key or the network. --fix repairs readers and selectors
that differ from the rule, files written by an old sops, and patterns missing in .gitattributes. For
everything else the report names the command that repairs it.

Examples:
  $ bulla check
  $ bulla check main..HEAD --format github
  $ bulla check v1.2 secrets/
  $ bulla check --fix --dry-run

Exit codes: 0 nothing found (warnings aside), 1 something found, 2 something cannot be judged,
100 no such file.`

const FOUND = 1
const UNDECIDED = 2

export function define(command: CommandDefinition, io: Io, done: (code: number) => void): void {
  command
    .description('Find files that are in clear and should be sealed, and sealed files that are damaged.')
    .argument('[revision]', 'a revision, or a range A..B')
    .argument('[paths...]', 'files or folders')
    .option('--format <format>', `how findings are written: ${FORMATS.join(', ')}`)
    .option('--strict', 'readers and selectors that differ from the rule block, instead of a warning')
    .option('--verify', 'with a key, open every sealed file: all values and the MAC')
    .option('--fix', 'repair what needs no decision; needs a key, and stages nothing')
    .option('--dry-run', 'with --fix: only say what would be done')
    .option(...NO_CACHE)
    .option('--fail-on <level>', 'exit 1 from this level on: block (default) or warn')
  addCommonOptions(command)
  command.addHelpText('after', HELP)
  command.action(async (first: string | undefined, others: string[], values: Values) => {
    const repository = await io.repository({ asGit: true })
    const clean = await cleanBlobs(values, io)
    try {
      done(await run(first === undefined ? [] : [first, ...others], values, { repository, clean }, io))
    } finally {
      await clean?.settle()
      repository.close()
    }
  })
}

interface Place {
  readonly repository: Repository
  readonly clean: CleanBlobs | undefined
}

async function run(words: readonly string[], values: Values, place: Place, io: Io): Promise<number> {
  const { repository } = place
  const format = formatOption(values)
  const failOn = failOnOption(values)
  const { revision, names } = await readWords(words, repository)
  checkOptions(revision, values)
  const paths = await repositoryPaths(names, repository, io)
  await mustBeTracked(paths, revision, repository, io)
  const report = await findingsOf({ revision, paths }, values, place, io)
  const { findings, fileCount } = report
  const failing = findings.filter(({ level }) => level === 'block' || failOn === 'warn')
  if (format !== 'text') io.writeOut(await writeReport(format, { version: VERSION, ...report }))
  else if (!flag(values, 'quiet') || failing.length > 0) {
    showFixes(report.fixes ?? [], flag(values, 'dryRun'), io)
    showFindings(findings, (text) => io.writeOut(text))
    const verified = report.verifiedCount === undefined ? '' : `, ${report.verifiedCount} opened and verified`
    io.writeErr(`${io.program}: ${count(fileCount, 'file')} judged${verified}, ${count(findings.length, 'finding')}\n`)
    await tellRoot(findings, repository, io)
  }
  if (failing.length === 0) return 0
  return failing.some(cannotJudge) ? UNDECIDED : FOUND
}

async function findingsOf(
  request: CheckRequest,
  values: Values,
  { repository, clean }: Place,
  io: Io,
): Promise<Omit<Report, 'version'>> {
  const world = worldOf(values, io)
  const known = await knownScanner('check', io)
  const isRange = request.revision?.includes('..') === true
  const options = {
    isStrict: flag(values, 'strict'),
    today: () => world.now().slice(0, 10),
    scanner: isRange
      ? changeScanner(repository, known, async () => [startOf(request.revision ?? '')])
      : treeScanner(known),
    progress: world.progress,
    ...(isRange ? {} : { expectWork: io.expectWork, threads: threadsOf(io, known) }),
  }
  const folders = await repository.folders()
  const isOfIndex = folders.root === undefined && request.revision === undefined
  if (isOfIndex && (await repository.files('')).length === 0) {
    // everything would pass
    throw new UsageError('ERR_USAGE', 'a bare repository has no index to check', {
      hint: 'name a revision, "check HEAD", or a range',
    })
  }
  let result = await check(request, repository, { ...options, ...(clean === undefined ? {} : { clean }) })
  const { root = io.cwd } = folders
  const { findings: opened, verifiedCount } = flag(values, 'verify')
    ? await verify(result.sealed, { root, repository, world }, { today: options.today, isRange })
    : { findings: [], verifiedCount: undefined }
  const report = { fileCount: result.fileCount, ...(verifiedCount === undefined ? {} : { verifiedCount }) }
  if (!flag(values, 'fix')) return { ...report, findings: [...result.findings, ...opened].sort(byPlace) }
  const { fixFindings } = await import('../../operations/check/fix.ts')
  const dryRun = flag(values, 'dryRun')
  const { files } = result
  const fixing = { findings: [...result.findings, ...opened], files, root, dryRun }
  const { reports: fixes, contents } = await fixFindings(fixing, repository, world)
  // nothing of this is remembered: the ids are still those of what is staged
  if (contents.size > 0) result = await check(request, repository, options, contents)
  return { ...report, fixes, findings: [...result.findings, ...opened].sort(byPlace) }
}

/** What a range starts from. */
function startOf(range: string): string {
  return range.split(/\.{2,3}/)[0] || 'HEAD'
}

/** Threads that know the values of which copies are looked for. */
function threadsOf({ sieveThreads }: Io, known: KnownScanner | undefined): SieveThreads {
  const copies = { known: known?.known, root: known?.tree.root }
  return { start: (setup, room) => sieveThreads.start({ ...setup, ...copies }, room) }
}

async function verify(
  sealed: readonly JudgedFile[],
  { root, repository, world }: { readonly root: string; readonly repository: Repository; readonly world: World },
  how: { readonly today: () => string; readonly isRange: boolean },
): Promise<Verification> {
  const { verifySealed } = await import('../../operations/check/verify.ts')
  return verifySealed(sealed, { root, ...how }, repository, world)
}

function checkOptions(revision: string | undefined, values: Values): void {
  if (flag(values, 'dryRun') && !flag(values, 'fix')) {
    throw new UsageError('ERR_CONFLICT', '--dry-run is for --fix', { hint: 'add --fix; check alone changes nothing' })
  }
  if (!flag(values, 'fix') || revision === undefined) return
  throw new UsageError('ERR_CONFLICT', '--fix repairs files of the work tree, not what is committed', {
    hint: 'leave out the revision',
  })
}

function showFixes(fixes: readonly FixReport[], dryRun: boolean, io: Io): void {
  for (const { file, rules, done, refused } of fixes) {
    const what = `${rules.join(', ')}: ${printable(file)}`
    if (done !== undefined) io.writeOut(`  ${dryRun ? 'would fix' : 'fixed'} ${what}: ${done}\n`)
    else io.writeOut(`  not fixed ${what}: ${printable(refused ?? '')}\n`)
  }
  const doneCount = fixes.filter(({ done }) => done !== undefined).length
  if (doneCount === 0 || dryRun) return
  io.writeErr(`${io.program}: ${count(doneCount, 'file')} changed, not staged; look through them with "git diff"\n`)
  for (const note of new Set(fixes.flatMap(({ notes = [] }) => notes))) io.writeErr(`${io.program}: ${note}\n`)
}

const count = (number: number, what: string) => `${number} ${number === 1 ? what : `${what}s`}`

/** The first word is a revision when git knows it as one; else it is a path, as `git log` reads it. */
async function readWords(
  words: readonly string[],
  repository: Repository,
): Promise<{ revision: string | undefined; names: readonly string[] }> {
  const [first, ...others] = words
  if (first === undefined) return { revision: undefined, names: [] }
  if (first.startsWith('-'))
    throw new UsageError('ERR_USAGE', 'a revision cannot start with -', { hint: 'name it otherwise' })
  // to git it is the folder above, too
  if (first === '..') return { revision: undefined, names: words }
  const ends = first.split(/\.{2,3}/)
  const known = await Promise.all(ends.map((end) => repository.has(end === '' ? 'HEAD' : end)))
  return known.every(Boolean) ? { revision: first, names: others } : { revision: undefined, names: words }
}
