import { fileStatus } from '../../operations/file-status.ts'
import type { CommandDefinition, Io } from '../io.ts'
import { addCommonOptions, configPath, storeType, type Values } from '../options.ts'

const HELP = `
Prints {"encrypted":true} or {"encrypted":false}; nothing is opened, no key is needed.

Examples:
  $ bulla filestatus secrets.yaml
  $ bulla filestatus --input-type json secrets.txt

Exit codes: 0 for either answer, 1 for a file that is missing or cannot be read or parsed, 100 when
none is named.`

export function define(command: CommandDefinition, io: Io, done: (code: number) => void): void {
  command
    .summary('say whether a file is sealed')
    .description('Say whether a file is sealed.')
    .argument('<file>', 'the file')
    .option('--input-type <type>', 'format of the file: yaml, json, dotenv, ini, binary')
  addCommonOptions(command)
  command.addHelpText('after', HELP)
  command.action(async (file: string, values: Values) => {
    const world = io.world({ configPath: configPath(values, io), quiet: true })
    const status = await fileStatus(file, storeType(values, 'inputType', '--input-type'), world)
    io.writeOut(`${JSON.stringify(status)}\n`)
    done(0)
  })
}
