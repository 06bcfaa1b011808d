import { UsageError } from '../../errors.ts'
import { check } from '../../operations/check/check.ts'
import type { Repository } from '../../operations/git-port.ts'
import { cannotJudge } from '../../operations/judge/finding.ts'
import { changeScanner, treeScanner } from '../../operations/scan/scan-file.ts'
import { showFindings } from '../findings.ts'
import { FORMATS, writeReport } from '../formats/formats.ts'
import { failOnOption, formatOption } from '../formats/options.ts'
import type { CommandDefinition, Io } from '../io.ts'
import { knownScanner } from '../known-values.ts'
import { addCommonOptions, flag, type Values, worldOf } from '../options.ts'
import { repositoryPaths } from '../repository-path.ts'
import { VERSION } from '../version.ts'

const HELP = `
Without a revision, all files that git tracks are judged as they stand in its index; with A..B, what
each of these commits adds or changes. Policies are those of the same tree. No key, no network.

Examples:
  $ bulla check
  $ bulla check main..HEAD --format github
  $ bulla check v1.2 secrets/

Exit codes: 0 nothing found (warnings aside), 1 something found, 2 something cannot be judged.`

const FOUND = 1
const UNDECIDED = 2

export function define(command: CommandDefinition, io: Io, done: (code: number) => void): void {
  command
    .summary('say what the repository holds in clear that should be sealed')
    .description('Say what the repository holds in clear that should be sealed, and what of the sealed is damaged.')
    .argument('[revision]', 'a revision, or a range A..B')
    .argument('[paths...]', 'files or folders')
    .option('--format <format>', `how findings are written: ${FORMATS.join(', ')}`)
    .option('--strict', 'readers and selectors that differ from the rule are findings too')
    .option('--fail-on <level>', 'exit 1 from this level on: block (default) or warn')
  addCommonOptions(command)
  command.addHelpText('after', HELP)
  command.action(async (first: string | undefined, others: string[], values: Values) => {
    const repository = await io.repository({ inHook: false })
    try {
      done(await run(first === undefined ? [] : [first, ...others], values, repository, io))
    } finally {
      repository.close()
    }
  })
}

async function run(words: readonly string[], values: Values, repository: Repository, io: Io): Promise<number> {
  const format = formatOption(values)
  const failOn = failOnOption(values)
  const { revision, names } = await readWords(words, repository)
  const paths = await repositoryPaths(names, repository, io)
  const known = await knownScanner(io)
  const { findings, fileCount } = await check({ revision, paths }, repository, {
    isStrict: flag(values, 'strict'),
    today: worldOf(values, io).now().slice(0, 10),
    scanner: revision?.includes('..') === true ? changeScanner(repository, known) : treeScanner(known),
  })
  if (fileCount === 0 && names.length > 0) {
    throw new UsageError('ERR_NO_FILE', 'neither a revision nor a file that git tracks has this name', {
      hint: 'name a revision, a range A..B, or files and folders of this repository',
    })
  }
  const failing = findings.filter(({ level }) => level === 'block' || failOn === 'warn')
  if (format !== 'text') io.writeOut(await writeReport(format, { version: VERSION, findings, fileCount }))
  else if (!flag(values, 'quiet') || failing.length > 0) {
    showFindings(findings, (text) => io.writeOut(text))
    const files = `${fileCount} ${fileCount === 1 ? 'file' : 'files'}`
    io.writeErr(
      `${io.program}: ${files} judged, ${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}\n`,
    )
  }
  if (failing.length === 0) return 0
  return failing.some(cannotJudge) ? UNDECIDED : FOUND
}

/** The first word is a revision when git knows it as one; else it is a path, as `git log` reads it. */
async function readWords(
  words: readonly string[],
  repository: Repository,
): Promise<{ revision: string | undefined; names: readonly string[] }> {
  const [first, ...others] = words
  if (first === undefined) return { revision: undefined, names: [] }
  if (first.startsWith('-'))
    throw new UsageError('ERR_USAGE', 'a revision cannot start with -', { hint: 'name it otherwise' })
  const ends = first.split(/\.{2,3}/)
  const known = await Promise.all(ends.map((end) => repository.has(end === '' ? 'HEAD' : end)))
  return known.every(Boolean) ? { revision: first, names: others } : { revision: undefined, names: words }
}
