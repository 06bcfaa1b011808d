import { fileStatus } from '../../operations/file-status.ts'
import type { CommandDefinition, Io } from '../io.ts'
import { addCommonOptions, INPUT_TYPE, storeType, type Values, worldOf } from '../options/options.ts'

const HELP = `
Prints {"encrypted":true} or {"encrypted":false}; nothing is opened, no key is needed.

Examples:
  $ bulla filestatus secrets.yaml
  $ bulla filestatus --input-type json secrets.txt

Exit codes: 0 for either answer, 1 for a file that is missing or cannot be read or parsed, 100 when
none is named.`

export function define(command: CommandDefinition, io: Io, done: (code: number) => void): void {
  command
    .description('Show whether a file is sealed.')
    .argument('<file>', 'the file')
    .optionsGroup('How it is read:')
    .option(...INPUT_TYPE)
  addCommonOptions(command)
  command.addHelpText('after', HELP)
  command.action(async (file: string, values: Values) => {
    const world = worldOf(values, io)
    const status = await fileStatus(file, storeType(values, 'inputType', '--input-type'), world)
    io.writeOut(`${JSON.stringify(status)}\n`)
    done(0)
  })
}
