import { type ListedValue, listValues } from '../../operations/values/list.ts'
import type { CommandDefinition, Io } from '../io.ts'
import { checkWords } from '../options/change-options.ts'
import { addCommonOptions, flag, INPUT_TYPE, storeType, type Values, worldOf } from '../options/options.ts'
import { printable } from '../show/messages.ts'

const HELP = `
Prints one line for each value: whether it is sealed or clear, its type, and its path as get and set
take it. In files with several documents, the number of the document comes first. This needs no key
and verifies nothing.

Examples:
  $ bulla ls secrets.yaml
  $ bulla ls --json secrets.yaml | jq -r '.[] | select(.sealed | not).path'

Exit codes: 0 shown, 1 not sealed, or it cannot be parsed, 2 unreadable, 100 no such file.`

export function define(command: CommandDefinition, io: Io, done: (code: number) => void): void {
  command
    .description('List the values of a sealed file: paths, types, sealed or clear. Needs no key.')
    .usage('[options] <file>')
    .argument('[file...]', 'the file')
    .optionsGroup('What is printed:')
    .option('--json', 'one JSON document: a list with document, path, type, sealed')
    .option(...INPUT_TYPE)
  addCommonOptions(command)
  command.addHelpText('after', HELP)
  command.action(async (words: string[], values: Values) => {
    checkWords(words, 1, 1, 'FILE')
    const [file = ''] = words
    const world = worldOf(values, io)
    const found = await listValues(file, storeType(values, 'inputType', '--input-type'), world)
    io.writeOut(flag(values, 'json') ? `${JSON.stringify(found, undefined, 2)}\n` : asLines(found))
    done(0)
  })
}

function asLines(found: readonly ListedValue[]): string {
  const isOne = found.every(({ document }) => document === 0)
  return found
    .map(({ document, path, type, sealed }) => {
      const columns = [...(isOne ? [] : [String(document)]), sealed ? 'sealed' : 'clear', type, printable(path)]
      return `${columns.join('\t')}\n`
    })
    .join('')
}
