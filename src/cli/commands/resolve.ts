import { resolve } from 'node:path'
import { FormatError, UsageError } from '../../errors.ts'
import type { Repository } from '../../operations/git-port.ts'
import { editConflicts } from '../../operations/merge/edit-conflicts.ts'
import { reseal } from '../../operations/merge/reseal.ts'
import {
  type Decision,
  type OpenChoice,
  type Resolution,
  resolveConflicts,
  showPlace,
} from '../../operations/merge/resolve.ts'
import { fileWord, shellWord } from '../../operations/shell-word.ts'
import { textOfFile, textValue } from '../../operations/values/json-value.ts'
import type { CommandDefinition, Io } from '../io.ts'
import { addCommonOptions, collect, flag, text, texts, type Values, worldOf } from '../options/options.ts'
import { repositoryPath } from '../repository/repository-path.ts'
import { printable, renderNote } from '../show/messages.ts'
import { shownNode } from '../show/node-text.ts'

const HELP = `
Without options, shows both sides of each conflict on a terminal and asks; elsewhere it lists the
conflicts. PATH is a place as it is listed, or a dot for everything that is left. In files with
several YAML documents it is "db.password of document 1", or "document 1" if one side removed the
document. If both sides changed who can read the file, or what is sealed in it, that has to be
decided first: sops.readers, sops.threshold, sops.selector. --editor opens what is left in clear,
with marks around both sides; as with "edit", it is kept in memory if the system has a folder there,
and is gone afterwards.

As long as a merge is not over, the versions are taken from git's index; after that, from the marks
in the file.

Examples:
  $ bulla resolve secrets.yaml
  $ bulla resolve secrets.yaml --ours db.password --theirs .
  $ generate-password | bulla resolve secrets.yaml --value db.password
  $ bulla resolve --editor secrets.yaml
  $ bulla resolve --reseal secrets.yaml

Exit codes: 0 resolved and written, 1 something is still in conflict, or not sealed, 25 a value does
not verify, 91 malformed path, 100 no file named, 128 no key opens the file, 201 no editor, or it
failed.`

const OPEN = 1

export function define(command: CommandDefinition, io: Io, done: (code: number) => void): void {
  command
    .description('Resolve the conflicts that a merge of sealed files left, and seal the result.')
    .usage('[options] <file>')
    .argument('[file...]', 'the file')
    .option('--ours <path>', 'take the value of our side; may be given several times', collect)
    .option('--theirs <path>', 'take the value of the other side; may be given several times', collect)
    .option('--value <path>', 'take another value: from standard input, or asked for on a terminal')
    .option('--editor', 'decide in an editor: SOPS_EDITOR, EDITOR, else what is installed')
    .option('--reseal', 'seal again a file that was merged or changed without bulla')
  addCommonOptions(command)
  command.addHelpText('after', HELP)
  command.action(async (words: string[], values: Values) => {
    const [file] = words
    if (file === undefined || words.length > 1) {
      throw new UsageError('ERR_NO_FILE', 'resolve takes one file', { hint: 'write "resolve FILE"' })
    }
    const repository = await io.repository({ asGit: false })
    try {
      done(await run(file, values, repository, io))
    } finally {
      repository.close()
    }
  })
}

interface Subject {
  readonly file: string
  /** Absolute. */
  readonly path: string
  readonly decide: (decisions: readonly Decision[]) => Promise<Resolution>
  readonly edit: (marked: Uint8Array, notes: readonly string[]) => ReturnType<typeof editConflicts>
}

async function run(file: string, values: Values, repository: Repository, io: Io): Promise<number> {
  const world = worldOf(values, io)
  const path = resolve(io.cwd, file)
  const quiet = flag(values, 'quiet')
  const tell = (note: string) => (quiet ? undefined : renderNote(path, note, io))
  const version = await world.files.open(path)
  const write = async (bytes: Uint8Array, notes: readonly string[]): Promise<number> => {
    for (const note of notes) tell(note)
    await world.files.write({ path, bytes, expected: version })
    if (!quiet) io.writeErr(`${io.program}: resolved; next: git add ${fileWord(file)}\n`)
    return 0
  }
  if (flag(values, 'reseal')) return write(await reseal(path, version.bytes, world), [])
  const name = await repositoryPath(file, repository, io)
  const editors = { SOPS_EDITOR: io.env['SOPS_EDITOR'], EDITOR: io.env['EDITOR'] }
  const subject: Subject = {
    ...{ file, path },
    decide: (decisions) => resolveConflicts({ path, name, decisions }, repository, world),
    edit: async (marked, notes) => {
      notes.forEach(tell)
      return editConflicts({ path, marked, editors, tell }, world, await io.desk())
    },
  }
  const given = await givenDecisions(values, io)
  const result = await settle(subject, given, flag(values, 'editor'), io)
  if (result === undefined) return OPEN
  return write(result.bytes, result.notes)
}

/** @returns undefined when something is still in conflict, which was told */
async function settle(
  subject: Subject,
  given: readonly Decision[],
  inEditor: boolean,
  io: Io,
): Promise<{ readonly bytes: Uint8Array; readonly notes: readonly string[] } | undefined> {
  const decisions = [...given]
  for (;;) {
    const result = await subject.decide(decisions)
    if (result.kind === 'resolved') return result
    if (result.kind === 'no-conflict') {
      throw new FormatError('ERR_MERGE', 'git has no conflict in this file', {
        where: { file: subject.path },
        hint: 'if it was merged without bulla: bulla resolve --reseal FILE',
      })
    }
    const { conflicts, marked, notes } = result
    const isOfValues = !conflicts.some(({ isOfSetting }) => isOfSetting)
    const answers = inEditor && isOfValues ? 'editor' : given.length > 0 ? undefined : await askFor(conflicts, io)
    if (answers === undefined) return tellOpen(subject.file, conflicts, io)
    if (answers === 'editor') return (await subject.edit(marked, notes)) ?? tellOpen(subject.file, conflicts, io)
    decisions.push(...answers)
  }
}

async function givenDecisions(values: Values, io: Io): Promise<Decision[]> {
  const sides = (['ours', 'theirs'] as const).flatMap((take) => texts(values, take).map((path) => ({ path, take })))
  const path = text(values, 'value')
  if (path === undefined) return bySpecific(sides)
  // on a terminal too, what a program writes to us is the value
  const value = io.isStdinTerminal()
    ? await io.askValue(`New value of ${printable(path)}: `)
    : textOfFile(await io.stdin())
  if (value === undefined || value === '') {
    throw new UsageError('ERR_NO_VALUE', 'no value was given', { hint: 'write it to standard input, or type it' })
  }
  return bySpecific([{ path, take: textValue(value) }, ...sides])
}

/** What is named wins over the dot. */
function bySpecific(decisions: readonly Decision[]): Decision[] {
  return [...decisions].sort((a, b) => Number(a.path === '.') - Number(b.path === '.'))
}

/** @returns undefined when nobody can be asked, or gave up */
async function askFor(conflicts: readonly OpenChoice[], io: Io): Promise<Decision[] | 'editor' | undefined> {
  const decisions: Decision[] = []
  for (const conflict of conflicts) {
    const [question, answers] = conflict.isOfSetting
      ? ['(o)urs or (t)heirs', ['o', 't']]
      : ['(o)urs or (t)heirs, or decide all of them in the (e)ditor', ['o', 't', 'e']]
    const take = await io.choose(`${describe(conflict)}\n  take ${question}? `, answers)
    if (take === undefined) return undefined
    if (take === 'e') return 'editor'
    decisions.push({ path: showPlace(conflict), take: take === 'o' ? 'ours' : 'theirs' })
  }
  return decisions
}

/** Both sides in clear: only a terminal sees this. */
function describe({ ours, theirs, ...place }: OpenChoice): string {
  return `${printable(showPlace(place))}\n  ours:   ${shownNode(ours)}\n  theirs: ${shownNode(theirs)}`
}

function tellOpen(file: string, conflicts: readonly OpenChoice[], io: Io): undefined {
  io.writeErr(`${io.program}: ${printable(file)}: nothing was written; still in conflict:\n`)
  for (const conflict of conflicts) io.writeErr(`  ${printable(showPlace(conflict))}\n`)
  const [first] = conflicts
  const example = first === undefined ? '' : ` --ours ${shellWord(showPlace(first))}`
  const isWhole = first?.isOfSetting === true || first?.path === '.'
  const others = isWhole ? 'or --theirs' : 'or --theirs, or --value, or --editor'
  io.writeErr(`${io.program}: hint: bulla resolve ${fileWord(file)}${example}, ${others}\n`)
}
