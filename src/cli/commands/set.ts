import { resolve } from 'node:path'
import { isBullaError, UsageError } from '../../errors.ts'
import type { Node } from '../../format/tree.ts'
import type { World } from '../../operations/ports.ts'
import { parseJsonValue, textOfFile, textValue } from '../../operations/values/json-value.ts'
import { setValue } from '../../operations/values/set.ts'
import type { CommandDefinition, Io } from '../io.ts'
import { addChangeOptions, changeOptions, checkWords, reportChange } from '../options/change-options.ts'
import { flag, type Values } from '../options/options.ts'
import { printable } from '../show/messages.ts'

const HELP = `
PATH is '["db"]["password"]' or db.password; positions in lists count from 0, [0]. In the first
form they count comments too, as sops does. VALUE is JSON, so a text needs quotes of its own. Keys
that are missing on the way are created. The value is sealed if the file's own selector says so; all
other values keep their ciphertext. Without VALUE you are asked for it on the terminal, so that it
is neither in the list of processes nor in the history of the shell. You can paste a text of several
lines there, such as a key.

Examples:
  $ bulla set secrets.yaml db.password                       (asks; what is typed is a text)
  $ bulla set secrets.yaml '["db"]["port"]' 5432
  $ pwgen 32 1 | bulla set --value-stdin --string secrets.yaml db.password
  $ bulla set --value-file --string secrets.yaml tls.key key.pem

Exit codes: 0 set, or there already, 1 not sealed, 2 no such file, or unreadable, 3 cannot be
written or changed meanwhile, 4 not possible in this format or layout, 7 malformed path or value,
8 options that exclude each other, 25 a value does not verify, 51 MAC mismatch, 100 wrong number
of words, or no value, 128 no key opens the file, 203 a key that is reserved.`

export function define(command: CommandDefinition, io: Io, done: (code: number) => void): void {
  command
    .description('Set one value of a sealed file, in place.')
    .usage('[options] <file> <path> [value]')
    .argument('[words...]', 'the file, the path of the value in it, the value')
    .optionsGroup('Where the value comes from:')
    .option('--value-file', 'VALUE is the name of a file that holds the value')
    .option('--value-stdin', 'read the value from standard input')
    .option('--string', 'the value is a text as it is, not JSON; a line break at the end of a file is none of it')
  addChangeOptions(command, 'accepted for sops: a value that stands there already is never written again')
  command.addHelpText('after', HELP)
  command.action(async (words: string[], values: Values) => done(await run(words, values, io)))
}

async function run(words: readonly string[], values: Values, io: Io): Promise<number> {
  const options = changeOptions(values, io, words[0])
  const fromStdin = flag(values, 'valueStdin')
  const fromFile = flag(values, 'valueFile')
  if (fromStdin && fromFile) {
    throw new UsageError('ERR_USAGE', '--value-file and --value-stdin exclude each other', { hint: 'give one of them' })
  }
  const [most, least] = fromStdin ? [2, 2] : [3, fromFile ? 3 : 2]
  checkWords(words, least, most, fromStdin ? 'FILE PATH' : fromFile ? 'FILE PATH VALUEFILE' : 'FILE PATH VALUE')
  const [file = '', path = '', word] = words
  const { world, ...rest } = options
  const read = flag(values, 'string') ? textValue : parseJsonValue
  const value = async (clearBy?: string): Promise<Node> => {
    if (fromStdin) return read(textOfFile(await io.stdin()))
    if (fromFile) return read(await textOfValueFile(word ?? '', world))
    return word === undefined ? textValue(await askFor(path, io, clearBy)) : read(word)
  }
  // what was given is looked at before the file is: nothing waits for it
  const given = word === undefined && !fromStdin ? value : await known(value)
  const report = await setValue({ ...rest, file, path, value: given }, world)
  return reportChange(report, values, io)
}

async function known(value: () => Promise<Node>): Promise<() => Promise<Node>> {
  const node = await value()
  return async () => node
}

async function textOfValueFile(name: string, { files, cwd }: World): Promise<string> {
  const path = resolve(cwd, name)
  try {
    return textOfFile((await files.open(path)).bytes)
  } catch (error) {
    if (!isBullaError(error)) throw error
    throw new UsageError('ERR_USAGE', `the file with the value cannot be used: ${error.message}`, {
      where: { file: path },
      hint: 'with --value-file, the third word is the name of a file',
    })
  }
}

/**
 * What is typed without an echo is taken for a secret: who would find it readable in the file has to know before.
 *
 * @throws UsageError `ERR_NO_VALUE` when nobody can be asked, or nothing was typed
 */
async function askFor(path: string, io: Io, clearBy: string | undefined): Promise<string> {
  const readable = clearBy === undefined ? '' : `, which stays readable in the file (${clearBy})`
  const answer = await io.askValue(`value of ${printable(path)}${readable}: `)
  if (answer === '') {
    throw new UsageError('ERR_NO_VALUE', 'nothing was typed; the file stays as it is', {
      hint: "an empty text is written behind the path: --string FILE PATH ''",
    })
  }
  if (answer !== undefined) return answer
  throw new UsageError('ERR_NO_VALUE', 'no value was given', {
    hint: 'write it behind the path, or use --value-file or --value-stdin; on a terminal you are asked for it',
  })
}
