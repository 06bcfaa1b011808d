import { type ExplainResult, type Explanation, explain } from '../../operations/explain/explain.ts'
import type { CommandDefinition, Io } from '../io.ts'
import { keyVariables } from '../options/key-options.ts'
import { addCommonOptions, flag, formatOptions, INPUT_TYPE, type Values, worldOf } from '../options/options.ts'
import { codeOf } from '../show/batch-result.ts'
import { explanationText } from '../show/explain-text.ts'
import { renderErrors } from '../show/grouped-errors.ts'
import { renderNote } from '../show/messages.ts'

const HELP = `
Shows which policy file and which rule apply to a file and why, who can read it, which of your keys
would open it and where that key comes from, what the selector seals, and where the file differs
from its rule. Needs no key, shows no values and asks nobody. The entry of a reader may be wrapped
for somebody else than it says: explain tries the keys at hand, and reports entries for several
keys. For a file that is not sealed yet, it shows what encrypt would do.

Examples:
  $ bulla explain deploy/db-secret.yaml
  $ bulla explain --json deploy/ | jq '.files[] | select(.sealed.opening == "no").file'
  $ bulla explain --filename-override deploy/new.yaml   (which rule would it have?)

Exit codes: 0 explained, 1 encrypt would refuse one of the files (no rule, a key that cannot be
used), the policy or a file is broken, an entry is not for whom it names, 2 unreadable, 100 no such
file.`

export function define(command: CommandDefinition, io: Io, done: (code: number) => void): void {
  command
    .description('Explain files: rule, readers, what is sealed. Needs no key and opens nothing.')
    .argument('[paths...]', 'files, folders, patterns')
    .optionsGroup('What is explained:')
    .option(...INPUT_TYPE)
    .option('--filename-override <name>', 'look up rule and format under this name')
    .option('--json', 'one JSON document with everything')
  addCommonOptions(command)
  command.addHelpText('after', HELP)
  command.action(async (paths: string[], values: Values) => done(await run(paths, values, io)))
}

async function run(paths: readonly string[], values: Values, io: Io): Promise<number> {
  const quiet = flag(values, 'quiet')
  const result = await explain({ paths, ...formatOptions(values) }, worldOf(values, io))
  if (flag(values, 'json')) io.writeOut(`${JSON.stringify(asJson(result), undefined, 2)}\n`)
  else show(result, io)
  if (!quiet) showNotes(result, io)
  renderErrors(result.failures, io, { verbose: true })
  const codes = result.failures.map((failure) => codeOf(failure, 'explain'))
  return Math.max(0, ...codes, result.explanations.some(isWrong) ? 1 : 0)
}

function isWrong({ problem, sealed }: Explanation): boolean {
  const readers = sealed?.readers.groups.flat() ?? []
  return problem !== undefined || readers.some(({ mismatch }) => mismatch !== undefined)
}

function show({ explanations, places }: ExplainResult, io: Io): void {
  io.writeOut(explanations.map((explanation) => explanationText(explanation, places, io.cwd)).join('\n'))
}

function showNotes({ explanations }: ExplainResult, io: Io): void {
  const variables = keyVariables(io)
  const taken = `${variables.join(', ')} set: encrypt takes readers from there, not from rules`
  const notes = [...explanations.flatMap(({ notes }) => notes), ...(variables.length === 0 ? [] : [taken])]
  for (const note of new Set(notes)) renderNote(undefined, note, io)
}

/** `places` say where keys were looked for, the same for all files. */
function asJson({ explanations, places, failures }: ExplainResult) {
  return { files: explanations, places, failures }
}
