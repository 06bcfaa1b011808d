import { execFile } from '../../operations/exec/exec-file.ts'
import type { CommandDefinition, Io } from '../io.ts'
import {
  addOpeningOptions,
  addProgramOptions,
  codeOfEnding,
  programSettings,
  refuseBackground,
  SIGNALLED,
} from '../options/exec-options.ts'
import { formatOptions, OUTPUT_TYPE, onlyGiven, text, type Values } from '../options/options.ts'

const HELP = `
The command is one text for /bin/sh -c (cmd.exe on Windows). Every {} in it is replaced by the path
of the opened file, without quotes; the path contains nothing that would need them. The file is a
pipe that gives its content to one reader after the other, and is never on a disk. If several
programs read it at the same time, or need to know its size, use --no-fifo. It is removed when the
command has ended. Signals are passed on.

Examples:
  $ bulla exec-file kubeconfig.yaml 'kubectl --kubeconfig {} get pods'
  $ bulla exec-file --no-fifo --filename tls.pem tls.pem.enc 'nginx -t -g "ssl_certificate {};"'

Exit codes: 0 and others are those of the command, 255 when a signal ended it. Before it starts: 1
not sealed, wrong use, 2 unreadable, 3 the file cannot be made, 4 not possible in the output type,
25 a value does not verify, 51 MAC mismatch, 126 cannot be started, 128 no key opens the file.`

export function define(command: CommandDefinition, io: Io, done: (code: number) => void): void {
  command
    .description('Run a shell command with the path of the opened file.')
    .argument('<file>', 'the sealed file')
    .argument('<command>', 'for the shell; {} is the path')
  addProgramOptions(command)
  command
    .optionsGroup('What it reads:')
    .option('--no-fifo', 'a file (0600 in a folder 0700, in memory where there is such a place), no pipe')
    .option('--filename <name>', 'name of the opened file; default: tmp-file')
    .option(...OUTPUT_TYPE)
  addOpeningOptions(command)
  command.optionsGroup('For sops:').option('--background', 'refused: the file would be gone before it is read')
  command.addHelpText('after', HELP)
  command.action(async (file: string, line: string, values: Values) => done(await run(file, line, values, io)))
}

async function run(file: string, line: string, values: Values, io: Io): Promise<number> {
  refuseBackground(values)
  const formats = formatOptions(values)
  // as in sops, an empty name is none
  const filename = text(values, 'filename') || undefined
  const { world, programs, ...settings } = await programSettings(values, io)
  const ending = await execFile(
    {
      ...settings,
      path: file,
      command: line,
      // what commander makes of a switch that starts with no-
      fifo: values['fifo'] !== false,
      ...formats,
      ...onlyGiven({ filename }),
    },
    world,
    programs,
  )
  return codeOfEnding(ending, () => SIGNALLED)
}
