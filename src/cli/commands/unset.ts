import { unsetValue } from '../../operations/values/set.ts'
import type { CommandDefinition, Io } from '../io.ts'
import { addChangeOptions, changeOptions, checkWords, reportChange } from '../options/change-options.ts'
import { flag, type Values } from '../options/options.ts'

const HELP = `
PATH is '["db"]["password"]' or db.password; positions in lists count from 0, [0]. In the first
form they count comments too, as sops does. The entry goes with its lines; comments above it stay.

Examples:
  $ bulla unset secrets.yaml db.password
  $ bulla unset --idempotent secrets.yaml '["hosts"][1]'

Exit codes: 0 taken out, 1 nothing at this path, or not sealed, 2 no such file, or unreadable, 3
cannot be written or changed meanwhile, 4 not possible in this layout, 7 malformed path, 25 a
value does not verify, 51 MAC mismatch, 100 wrong number of words, 128 no key opens the file.`

export function define(command: CommandDefinition, io: Io, done: (code: number) => void): void {
  command
    .description('Remove one entry or list element from a sealed file, in place.')
    .usage('[options] <file> <path>')
    .argument('[words...]', 'the file, the path of the value in it')
  addChangeOptions(command, 'nothing to take out is no error')
  command.addHelpText('after', HELP)
  command.action(async (words: string[], values: Values) => done(await run(words, values, io)))
}

async function run(words: readonly string[], values: Values, io: Io): Promise<number> {
  const { world, ...options } = changeOptions(values, io, words[0])
  checkWords(words, 2, 2, 'FILE PATH')
  const [file = '', path = ''] = words
  const report = await unsetValue({ ...options, file, path, idempotent: flag(values, 'idempotent') }, world)
  return reportChange(report, values, io)
}
