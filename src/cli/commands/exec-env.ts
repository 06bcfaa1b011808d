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
  refuseBackground,
  SIGNALLED,
} from '../options/exec-options.ts'
import { flag, formatOptions, type Values } from '../options/options.ts'

const HELP = `
The command is one text for /bin/sh -c (cmd.exe on Windows). null unsets a variable. Names that make
programs run something else (PATH, LD_PRELOAD, NODE_OPTIONS, BASH_ENV, ...) are refused unless
--allow-env names them. Signals are passed on.

Examples:
  $ bulla exec-env secrets.env 'node server.js'
  $ bulla exec-env --flatten --pristine config.yaml 'echo "$DB_HOST"'

Exit codes: 0 and others are those of the command, 255 when a signal ended it. Before it starts: 1 a
value cannot be a variable, wrong use, not sealed, 2 unreadable, 8 options that exclude each other,
25 a value does not verify, 51 MAC mismatch, 126 cannot be started, 128 no key opens the file.`

export function define(command: CommandDefinition, io: Io, done: (code: number) => void): void {
  command
    .description('Run a shell command with the values of a sealed file in its environment.')
    .argument('<file>', 'the sealed file')
    .argument('<command>', 'for the shell')
  addProgramOptions(command)
  addEnvironmentOptions(command)
  addOpeningOptions(command)
  command
    .optionsGroup('For sops:')
    .option('--same-process', 'accepted: Node cannot replace itself, the exit code and signals are passed on')
    .option('--background', 'refused: nobody would learn how it ended')
  command.addHelpText('after', HELP)
  command.action(async (file: string, line: string, values: Values) => done(await run(file, line, values, io)))
}

async function run(file: string, line: string, values: Values, io: Io): Promise<number> {
  if (flag(values, 'background') && flag(values, 'sameProcess')) {
    throw new UsageError('ERR_CONFLICT', '--background and --same-process exclude each other', {
      hint: 'leave out both',
    })
  }
  refuseBackground(values)
  const formats = formatOptions(values)
  const { world, programs, ...settings } = await programSettings(values, io)
  const ending = await exec(
    {
      ...settings,
      paths: [file],
      command: line,
      flatten: flag(values, 'flatten'),
      allowed: allowedNames(values),
      ...formats,
    },
    world,
    programs,
  )
  return codeOfEnding(ending, () => SIGNALLED)
}
