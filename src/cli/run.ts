import { isBullaError, UsageError } from '../errors.ts'
import { type CommandLine, readCommandLine } from './command-line/argv.ts'
import { isFileAlone } from './command-line/file-alone.ts'
import { withoutIdle } from './command-line/idle-options.ts'
import { withoutCommand } from './command-line/without-command.ts'
import { COMMANDS, type CommandName, isCommand } from './commands.ts'
import type { CommandDefinition, Definitions, Io, MessageIo } from './io.ts'
import { codeOf } from './show/batch-result.ts'
import { renderError } from './show/messages.ts'
import { VERSION } from './version.ts'

/** The version of sops that this one can take the place of. */
const SOPS_VERSION = '3.13.3'
/** Help is read in terminals and in reports: no line of it is longer. */
const HELP_COLUMNS = 100

/** Run a command line. @returns the exit code */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  let name = ''
  try {
    const { command, args } = commandLine(argv, io)
    name = command ?? args[0] ?? ''
    return await (command === undefined ? runWithoutCommand(args, io) : runCommand(command, args, io))
  } catch (error) {
    return failed(error, name, io)
  }
}

/** The command line; without a command it may be a file that sops would edit. @throws UsageError `ERR_USAGE` */
function commandLine(argv: readonly string[], io: Io): CommandLine {
  const given = readCommandLine(argv)
  if (given.command !== undefined || !isFileAlone(given.args, io)) return given
  return { command: 'edit', args: withoutIdle('edit', given.args, given.args.length) }
}

/** Say why a command failed. @returns the exit code */
export function failed(error: unknown, command: string, io: MessageIo): number {
  if (isClosedPipe(error)) throw error
  renderError(error, io)
  return codeOf(error, command)
}

async function runCommand(name: CommandName, args: readonly string[], io: Io): Promise<number> {
  const [{ Command }, { define }] = await Promise.all([import('commander'), COMMANDS[name].load()])
  let exitCode = 0
  const command = prepare(new Command(`${io.program} ${name}`), io)
  const end = args.indexOf('--')
  const setCode = (code: number) => {
    exitCode = code
  }
  define(command, io, setCode, end < 0 ? [] : args.slice(end + 1), () => definitions(io))
  try {
    await parse(command, args)
  } finally {
    await io.settle()
  }
  return exitCode
}

async function runWithoutCommand(args: readonly string[], io: Io): Promise<number> {
  const options = args.filter((word) => word.startsWith('-'))
  const [word, topic, ...below] = args.filter((other) => !other.startsWith('-'))
  if (options.includes('--version') || options.includes('-v')) {
    io.writeOut(versionLine(io.program))
    return 0
  }
  const isHelp = word === 'help' || word === 'h'
  if (isHelp && topic !== undefined) {
    if (isCommand(topic)) return runCommand(topic, [...below, '--help'], io)
    throw new UsageError('ERR_USAGE', 'there is no help on this topic', {
      hint: `topics are ${Object.keys(COMMANDS).join(', ')}`,
    })
  }
  if (isHelp || options.includes('--help') || options.includes('-h')) {
    io.writeOut(await overview(io))
    return 0
  }
  if (args.length === 0) io.writeErr(`${await overview(io)}\n`)
  throw withoutCommand(args)
}

function versionLine(program: string): string {
  return program === 'sops'
    ? `sops ${SOPS_VERSION}\n`
    : `bulla ${VERSION} (reads and writes sops ${SOPS_VERSION} files)\n`
}

const OVERVIEW_HELP = `
Examples:
  $ bulla init
  $ bulla encrypt --in-place secrets.yaml
  $ bulla decrypt secrets.yaml

bulla COMMAND --help explains a command. Files are those of sops, and so are the exit codes:
0 done, 1 refused, others say why and stand in the help of each command.
`

async function overview(io: Io): Promise<string> {
  const program = await programDefinition(io)
  for (const [name, { summary }] of Object.entries(COMMANDS)) program.command(name).description(summary)
  return program.helpInformation() + OVERVIEW_HELP
}

/** Everything as it is declared; nothing of it is run. */
async function definitions(io: Io): Promise<Definitions> {
  const { Command } = await import('commander')
  const commands = Object.entries(COMMANDS).map(async ([name, { summary, load }]) => {
    const command = prepare(new Command(name), io).summary(summary)
    const { define } = await load()
    define(
      command,
      io,
      () => undefined,
      [],
      () => definitions(io),
    )
    return command
  })
  return { itself: await programDefinition(io), commands: await Promise.all(commands) }
}

async function programDefinition(io: Io): Promise<CommandDefinition> {
  const { Command } = await import('commander')
  return prepare(new Command(io.program), io)
    .description('GitOps with encrypted files: SOPS files that stay byte for byte.')
    .usage('COMMAND [options] [paths...]')
    .option('-v, --version', 'show the version')
    .option('--disable-version-check', 'accepted for sops: bulla never looks for new versions')
    .option('--check-for-updates', 'accepted for sops: bulla never looks for new versions')
    .helpCommand('help [command]', 'show the help of a command')
}

/** Errors are shown by us, not by commander, and end nothing. */
function prepare(command: CommandDefinition, io: Io): CommandDefinition {
  return (
    command
      .exitOverride()
      .showSuggestionAfterError()
      .helpOption('-h, --help', 'show this help')
      // completion tells by the names of arguments what they are
      .configureHelp({ argumentTerm: (argument) => argument.name().replace(/^hook-/, '') })
      .configureOutput({
        writeOut: (text) => io.writeOut(text),
        writeErr: () => undefined,
        outputError: () => undefined,
        getOutHelpWidth: () => HELP_COLUMNS,
        getErrHelpWidth: () => HELP_COLUMNS,
      })
  )
}

/** @throws UsageError `ERR_USAGE` for what commander does not accept; whatever the action throws */
async function parse(command: CommandDefinition, args: readonly string[]): Promise<void> {
  try {
    await command.parseAsync([...args], { from: 'user' })
  } catch (error) {
    if (isBullaError(error) || !isCommanderError(error)) throw error
    if (error.exitCode === 0) return
    throw usageError(error, command.name())
  }
}

/** commander repeats the argument that it does not accept. What stands behind a `=` may be a secret. */
function usageError({ code, message }: CommanderError, command: string): UsageError {
  const [what = '', suggestion] = message.replace(/^error: /, '').split('\n')
  const meant = /\(Did you mean (.*)\?\)/.exec(suggestion ?? '')?.[1]
  // and so may be a value that begins with a dash
  if (code === 'commander.unknownOption' && meant === undefined && command.endsWith(' set')) {
    return new UsageError('ERR_USAGE', 'an option is not known, or the value begins with a dash', {
      hint: 'write -- in front of the value, or see --help',
    })
  }
  const isVersion = /^unknown option '-v'/.test(what)
  const isOfProgram = code === 'commander.unknownOption' && command.endsWith(' exec')
  const hint =
    meant !== undefined
      ? `did you mean ${meant.startsWith('--rm-') ? `${meant.replace('--rm-', '--add-')}, or ${meant}` : meant}?`
      : isVersion
        ? '-v shows the version, before any command'
        : isOfProgram
          ? 'what is for the program stands behind --: exec FILE -- PROGRAM'
          : 'see --help'
  // for sops, no file at all is the same as a file that is not there
  const ours = code === 'commander.missingArgument' ? 'ERR_NO_FILE' : 'ERR_USAGE'
  return new UsageError(
    ours,
    what
      .replace(/=[^']*/s, '')
      .replace(/\.$/, '')
      .replace('. Expected', ': expected'),
    {
      hint,
    },
  )
}

/** `| head` has read enough: there is nothing to say, and nobody to say it to. */
function isClosedPipe(error: unknown): boolean {
  return error instanceof Error && error.name === 'ClosedPipe'
}

type CommanderError = Error & { readonly code: string; readonly exitCode: number }

function isCommanderError(error: unknown): error is CommanderError {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('commander.') && 'exitCode' in error
}
