import { basename, isAbsolute, relative, resolve } from 'node:path'
import { isBullaError, UsageError } from '../../errors.ts'
import { diffRepository, type FileDiff } from '../../operations/diff/diff.ts'
import { maskedReason } from '../../operations/diff/masked-reason.ts'
import { asText, textForm } from '../../operations/diff/text-form.ts'
import type { ChangedValue } from '../../operations/diff/value-changes.ts'
import type { Repository } from '../../operations/git-port.ts'
import type { MachineWorld } from '../../operations/ports.ts'
import type { CommandDefinition, Io } from '../io.ts'
import { addCommonOptions, flag, text, type Values, worldOf } from '../options/options.ts'
import { pathsInNone, repositoryPaths } from '../repository/repository-path.ts'
import { GET_THE_REST, isShallow } from '../repository/shallow-clone.ts'
import { diffMarkdown, diffSummary, diffText } from '../show/diff-text.ts'
import { renderNote } from '../show/messages.ts'

const HELP = `
Compares the working tree with the index, or with a revision, or two revisions with each other
(A B or A..B); A...B shows what B changed since it left A. Only sealed files are compared; git
decides which ones were renamed. This needs no key, because equal ciphertext means equal values.
Values are masked unless you ask for them with --clear.

With --textconv this is git's diff driver: it prints one file as git compares it, in clear if a key
is at hand, and masked otherwise.

Examples:
  $ bulla diff
  $ bulla diff main...HEAD --markdown
  $ bulla diff HEAD~1 secrets/app.yaml --clear

Exit codes: 0 compared, whatever was found, 1 no repository, or no such revision or file.`

export function define(command: CommandDefinition, io: Io, done: (code: number) => void): void {
  command
    .description('Show which sealed values and readers changed.')
    .usage('[options] [revision] [revision] [paths...]')
    .argument('[what...]', 'revisions, then files or folders')
    .option('--clear', 'show values that can be opened')
    .option('--json', 'one JSON document: a list of files')
    .option('--summary', 'one line for each file')
    .option('--markdown', 'for a pull request')
    .option('--no-renames', 'a renamed file is one that is gone and a new one')
    .option('--textconv <file>', 'print a file as git compares it')
  addCommonOptions(command)
  command.addHelpText('after', HELP)
  command.action(async (words: string[], values: Values) => {
    const file = text(values, 'textconv')
    if (file !== undefined) return done(await textconv(file, values, io))
    const repository = await io.repository({ asGit: true })
    try {
      done(await run(words, values, repository, io))
    } finally {
      repository.close()
    }
  })
}

/** Git shows nothing at all when this fails, so it shows the file. */
async function textconv(file: string, values: Values, io: Io): Promise<number> {
  const world = worldOf(values, io)
  const path = resolve(io.cwd, file)
  const bytes = await world.files.open(path).then(
    (version) => version.bytes,
    (error: unknown) => {
      if (!isBullaError(error) || error.code !== 'ERR_READ') throw error
      return undefined
    },
  )
  if (bytes === undefined) {
    io.writeOut('too large to be shown\n')
    return 0
  }
  const below = relative(io.cwd, path)
  const isCopy = isAbsolute(below) || below.startsWith('..')
  // of what is in no work tree git hands over a copy elsewhere, under the name of the file: policy and recipients are those
  // of the repository, and what the copy holds is not remembered under that name
  const { opened: _, ...unheard } = world
  const hidden = (await io.isForMessage()) ? IN_MESSAGE : undefined
  const form = isCopy
    ? textForm(bytes, resolve(io.cwd, basename(path)), unheard, hidden)
    : textForm(bytes, path, world, hidden)
  io.writeOut(await form.catch(() => asText(bytes)))
  return 0
}

const IN_MESSAGE = 'git writes this into a file, with the message of the commit: git diff --cached shows it'

async function run(words: readonly string[], values: Values, repository: Repository, io: Io): Promise<number> {
  const { revisions, names } = await readWords(words, repository, io)
  const paths = await repositoryPaths(names, repository, io)
  const [from = '', to] = revisions
  await mustBeThere(paths, [from, to ?? ''], repository)
  const world = worldOf(values, io)
  const settings = { inClear: flag(values, 'clear'), findsRenames: values['renames'] !== false }
  const diffs = await diffRepository({ from, to, paths, ...settings }, repository, world)
  if (flag(values, 'clear') && !flag(values, 'quiet')) await tellMasked(diffs, world, io)
  if (flag(values, 'json')) io.writeOut(`${JSON.stringify(diffs, undefined, 2)}\n`)
  else if (flag(values, 'markdown')) io.writeOut(diffMarkdown(diffs))
  else io.writeOut(flag(values, 'summary') ? diffSummary(diffs) : diffText(diffs))
  return 0
}

/** Who asked for values and gets none is told why. */
async function tellMasked(diffs: readonly FileDiff[], world: MachineWorld, io: Io): Promise<void> {
  const isMasked = ({ change, before, after }: ChangedValue) =>
    !['sealed', 'unsealed'].includes(change) && before === undefined && after === undefined
  const masked = diffs.filter(
    ({ values, isCertain, isReadable }) => isReadable && (!isCertain || values.some(isMasked)),
  )
  if (masked.length === 0) return
  const reason = await maskedReason(world)
  for (const { file } of masked) renderNote(file, `values are masked: ${reason}`, io)
}

/** Up to two words that git knows as revisions come first, `A..B` counts as both. */
async function readWords(
  words: readonly string[],
  repository: Repository,
  io: Io,
): Promise<{ revisions: readonly string[]; names: readonly string[] }> {
  const [first = '', second = '', ...others] = words
  // no name of a revision begins or ends with a slash, as "../app.yaml" would have it
  const range = /^((?![/\\]).*?(?<![/\\]))(\.{2,3})((?![/\\.]).*(?<![/\\]))$/.exec(first)
  if (range !== null) {
    const [from, to] = [range[1] || 'HEAD', range[3] || 'HEAD']
    for (const end of [from, to]) await mustHave(end, repository, io)
    const base = range[2] === '...' ? await repository.mergeBase(from, to) : from
    if (base === undefined) {
      const hint = await hintAt('compare them as they are: write two dots, or two words', repository, io)
      throw new UsageError('ERR_USAGE', 'these revisions have no commit in common', { hint })
    }
    return { revisions: [base, to], names: words.slice(1) }
  }
  if (first === '' || !(await isRevision(first, repository))) return { revisions: [], names: words }
  if (second === '' || !(await isRevision(second, repository))) return { revisions: [first], names: words.slice(1) }
  return { revisions: [first, second], names: others }
}

/** Where commits are missing, what is looked for may be one of them. */
async function hintAt(usual: string, repository: Repository, io: Io): Promise<string> {
  return (await isShallow(repository, io)) ? `this clone has only the newest commits: ${GET_THE_REST}` : usual
}

async function isRevision(word: string, repository: Repository): Promise<boolean> {
  return !word.startsWith('-') && (await repository.has(word))
}

async function mustHave(revision: string, repository: Repository, io: Io): Promise<void> {
  if (await isRevision(revision, repository)) return
  const hint = await hintAt('see "git log --all --oneline"', repository, io)
  throw new UsageError('ERR_USAGE', 'there is no such revision', { hint })
}

/** What is neither a revision nor a file is a mistake, and no file without changes. */
async function mustBeThere(
  paths: readonly string[],
  revisions: readonly string[],
  repository: Repository,
): Promise<void> {
  if ((await pathsInNone(paths, revisions, repository)).length === 0) return
  throw new UsageError('ERR_USAGE', 'a word is neither a revision nor a file that git knows', {
    hint: 'write revisions first, "bulla diff A B FILE"; a new file has to be added to git before',
  })
}
