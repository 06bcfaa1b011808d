import { resolve } from 'node:path'
import { FormatError, UsageError } from '../../errors.ts'
import type { Node } from '../../format/tree.ts'
import type { Repository } from '../../operations/git-port.ts'
import { type OpenChoice, type Resolution, reseal, resolveConflicts } from '../../operations/merge/resolve.ts'
import { shellWord } from '../../operations/shell-word.ts'
import type { CommandDefinition, Io } from '../io.ts'
import { addCommonOptions, collect, flag, text, texts, type Values, worldOf } from '../options.ts'
import { printable, renderNote } from '../render.ts'
import { repositoryPath } from '../repository-path.ts'

const HELP = `
Without an option it shows both sides of each value on a terminal and asks; elsewhere it lists what
is in conflict. PATH is as "ls" shows it; a dot stands for all that is left.

Examples:
  $ bulla resolve secrets.yaml
  $ bulla resolve secrets.yaml --ours db.password --theirs .
  $ generate-password | bulla resolve secrets.yaml --value db.password
  $ bulla resolve --reseal secrets.yaml

Exit codes: 0 resolved and written, 1 something is still in conflict, or not sealed, 25 a value does
not verify, 91 malformed path, 100 no file named, 128 no key opens the file.`

const OPEN = 1

export function define(command: CommandDefinition, io: Io, done: (code: number) => void): void {
  command
    .summary('decide what a merge of sealed files left in conflict')
    .description('Decide what a merge of sealed files left in conflict, and seal the result.')
    .usage('[options] <file>')
    .argument('[words...]', 'the file')
    .option('--ours <path>', 'take the value of our side; may be given several times', collect)
    .option('--theirs <path>', 'take the value of the other side; may be given several times', collect)
    .option('--value <path>', 'take another value: from standard input, or asked for on a terminal')
    .option('--reseal', 'seal again a file that was merged or changed without bulla')
  addCommonOptions(command)
  command.addHelpText('after', HELP)
  command.action(async (words: string[], values: Values) => {
    const [file] = words
    if (file === undefined || words.length > 1) {
      throw new UsageError('ERR_NO_FILE', 'resolve takes one file', { hint: 'write "resolve FILE"' })
    }
    const repository = await io.repository({ inHook: false })
    try {
      done(await run(file, values, repository, io))
    } finally {
      repository.close()
    }
  })
}

type Decision = Parameters<typeof resolveConflicts>[0]['decisions'][number]

async function run(file: string, values: Values, repository: Repository, io: Io): Promise<number> {
  const world = worldOf(values, io)
  const path = resolve(io.cwd, file)
  const name = await repositoryPath(file, repository, io)
  const decide = (decisions: readonly Decision[]) => resolveConflicts({ path, name, decisions }, repository, world)
  const given = await givenDecisions(values, io)
  let result = await decide(given)
  if (result.kind === 'open' && given.length === 0) result = await askFor(result, decide, io)
  if (result.kind === 'open') return tellOpen(file, result.conflicts, io)
  if (result.kind === 'no-conflict' && !flag(values, 'reseal')) {
    throw new FormatError('ERR_MERGE', 'git has no conflict in this file', {
      where: { file: path },
      hint: 'if it was merged without bulla: bulla resolve --reseal FILE',
    })
  }
  const version = await world.files.open(path)
  const bytes = result.kind === 'resolved' ? result.bytes : await reseal(path, version.bytes, world)
  if (!flag(values, 'quiet') && result.kind === 'resolved') {
    for (const note of result.notes) renderNote(path, note, io)
  }
  await world.files.write({ path, bytes, expected: version })
  if (!flag(values, 'quiet')) io.writeErr(`${io.program}: resolved; next: git add ${shellWord(file)}\n`)
  return 0
}

async function givenDecisions(values: Values, io: Io): Promise<Decision[]> {
  const sides = (['ours', 'theirs'] as const).flatMap((take) => texts(values, take).map((path) => ({ path, take })))
  const path = text(values, 'value')
  if (path === undefined) return bySpecific(sides)
  const asked = await io.askSecret(`New value of ${printable(path)}: `)
  const value =
    asked ??
    Buffer.from(await io.stdin())
      .toString('utf8')
      .replace(/\r?\n$/, '')
  if (value === '') {
    throw new UsageError('ERR_NO_VALUE', 'no value was given', { hint: 'write it to standard input, or type it' })
  }
  return bySpecific([{ path, take: { kind: 'scalar', type: 'str', value } }, ...sides])
}

/** What is named wins over the dot. */
function bySpecific(decisions: readonly Decision[]): Decision[] {
  return [...decisions].sort((a, b) => Number(a.path === '.') - Number(b.path === '.'))
}

async function askFor(
  { conflicts }: Extract<Resolution, { kind: 'open' }>,
  decide: (decisions: readonly Decision[]) => Promise<Resolution>,
  io: Io,
): Promise<Resolution> {
  const decisions: Decision[] = []
  for (const conflict of conflicts) {
    const take = await io.choose(`${describe(conflict)}\n  take (o)urs or (t)heirs? `, ['o', 't'])
    if (take === undefined) return { kind: 'open', conflicts }
    decisions.push({ path: conflict.path, take: take === 'o' ? 'ours' : 'theirs' })
  }
  return decide(decisions)
}

/** Both sides in clear: only a terminal sees this. */
function describe({ path, ours, theirs }: OpenChoice): string {
  return `${printable(path)}\n  ours:   ${shown(ours)}\n  theirs: ${shown(theirs)}`
}

function shown(node: Node | undefined): string {
  if (node === undefined) return '(taken away)'
  if (node.kind === 'scalar') {
    return node.bytes === undefined ? printable(node.value) : `(a file of ${node.bytes.length} bytes)`
  }
  return node.kind === 'null' ? 'null' : `(${node.kind === 'list' ? 'a list' : 'a mapping'})`
}

function tellOpen(file: string, conflicts: readonly OpenChoice[], io: Io): number {
  io.writeErr(`${io.program}: ${printable(file)}: nothing was written; still in conflict:\n`)
  for (const { path } of conflicts) io.writeErr(`  ${printable(path)}\n`)
  const [first] = conflicts
  const example = first === undefined ? '' : ` --ours ${shellWord(first.path)}`
  io.writeErr(`${io.program}: hint: bulla resolve ${shellWord(file)}${example}, or --theirs, or --value\n`)
  return OPEN
}
