import { getValues } from '../../operations/values/get.ts'
import type { CommandDefinition, Io } from '../io.ts'
import { addReadingOptions, checkWords, readingOptions } from '../options/change-options.ts'
import { addCommonOptions, addKeyServiceOptions, flag, type Values } from '../options/options.ts'

const HELP = `
PATH is '["db"]["password"]' or db.password; positions in lists count from 0, [0]. In the first
form they count comments too, as sops does. Keys that neither form can hold are JSON strings
behind '.[', as in jq: '.["a[0"].b'. One value comes as decrypt --extract gives it, a text
without a line break; several come one after another. The whole file is verified first.

Examples:
  $ bulla get secrets.yaml db.password
  $ bulla get secrets.yaml --json db.user db.password
  $ bulla get --document 1 deploy.yaml 'stringData["api.key"]'

Exit codes: 0 found, 1 nothing at this path, or not sealed, 2 unreadable, 4 not possible in this
format, 25 a value does not verify, 51 MAC mismatch, 91 malformed path, 100 no such file, or wrong
number of words, 128 no key opens the file.`

export function define(command: CommandDefinition, io: Io, done: (code: number) => void): void {
  command
    .description('Print values of a sealed file.')
    .usage('[options] <file> <path>...')
    .argument('[words...]', 'the file, the paths of values in it')
    .optionsGroup('What is printed:')
    .option('--json', 'one JSON document: the value, or of several an object by path')
  addReadingOptions(command)
  addKeyServiceOptions(command)
  addCommonOptions(command)
  command.addHelpText('after', HELP)
  command.action(async (words: string[], values: Values) => {
    const { world, ...options } = readingOptions(values, io)
    checkWords(words, 2, Number.POSITIVE_INFINITY, 'FILE PATH')
    const [file = '', ...paths] = words
    io.writeOut(await getValues({ ...options, file, paths, json: flag(values, 'json') }, world))
    done(0)
  })
}
