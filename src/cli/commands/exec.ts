import { UsageError } from '../../errors.ts'
import { exec } from '../../operations/exec/exec.ts'
import type { CommandDefinition, Io } from '../io.ts'
import {
  addEnvironmentOptions,
  addOpeningOptions,
  addProgramOptions,
  allowedNames,
  codeOfEnding,
  programSettings,
} from '../options/exec-options.ts'
import { flag, formatOptions, type Values } from '../options/options.ts'

const HELP = `
The program is started without a shell: it gets its arguments as they are, and signals are passed
on. If several files have the same variable, the last one counts, and you are told. null unsets a
variable. Names that make programs run something else (PATH, LD_PRELOAD, NODE_OPTIONS, ...) are
refused unless --allow-env names them.

Examples:
  $ bulla exec secrets.env -- node server.js --port 80
  $ bulla exec --flatten base.yaml prod.yaml -- terraform apply

Exit codes: 0 and others are those of the program, 128 + its number when a signal ended it. Before
it starts: 1 a value cannot be a variable, wrong use, not sealed, 2 unreadable, 25 a value does not
verify, 51 MAC mismatch, 126 cannot be started, 127 no such program, 128 no key opens a file.`

export function define(
  command: CommandDefinition,
  io: Io,
  done: (code: number) => void,
  behind: readonly string[],
): void {
  command
    .description('Run a program with the values of sealed files in its environment.')
    .usage('[options] <files...> -- <program> [arguments...]')
    .argument('<files...>', 'sealed files')
  addProgramOptions(command)
  addEnvironmentOptions(command)
  addOpeningOptions(command)
  command.addHelpText('after', HELP)
  command.action(async (words: string[], values: Values) => {
    const paths = words.slice(0, words.length - behind.length)
    done(await run(paths, behind, values, io))
  })
}

async function run(paths: readonly string[], behind: readonly string[], values: Values, io: Io): Promise<number> {
  const [program, ...args] = behind
  if (program === undefined || program === '') {
    throw new UsageError('ERR_USAGE', 'no program was given', { hint: 'it stands behind --: exec FILE -- PROGRAM' })
  }
  if (paths.length === 0) {
    throw new UsageError('ERR_NO_FILE', 'no sealed file was given', {
      hint: 'it stands before --: exec FILE -- PROGRAM',
    })
  }
  const formats = formatOptions(values)
  const { world, programs, ...settings } = await programSettings(values, io)
  const ending = await exec(
    {
      ...settings,
      paths,
      command: [program, ...args],
      flatten: flag(values, 'flatten'),
      allowed: allowedNames(values),
      ...formats,
    },
    world,
    programs,
  )
  return codeOfEnding(ending, (signal) => 128 + signal)
}
