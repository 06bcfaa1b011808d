import { isBullaError, UsageError } from '../errors.ts'
import { COMMANDS, type CommandName, readCommandLine } from './argv.ts'
import type { CommandDefinition, Io } from './io.ts'
import { renderError } from './render.ts'
import { codeOf } from './report.ts'
import { VERSION } from './version.ts'

/** The version of sops that this one can take the place of. */
const SOPS_VERSION = '3.13.3'

/** Run a command line. @returns the exit code */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  let name = ''
  try {
    const { command, args } = readCommandLine(argv)
    if (command === undefined) return await runWithoutCommand(args, io)
    name = command
    return await runCommand(command, args, io)
  } catch (error) {
    if (isClosedPipe(error)) throw error
    renderError(error, io)
    return codeOf(error, name)
  }
}

async function runCommand(name: CommandName, args: readonly string[], io: Io): Promise<number> {
  const [{ Command }, { define }] = await Promise.all([import('commander'), loadCommand(name)])
  let exitCode = 0
  const command = prepare(new Command(`${io.program} ${name}`), io)
  define(command, io, (code) => {
    exitCode = code
  })
  await parse(command, args)
  return exitCode
}

function loadCommand(
  name: CommandName,
): Promise<{ define(command: CommandDefinition, io: Io, done: (code: number) => void): void }> {
  switch (name) {
    case 'encrypt':
      return import('./commands/encrypt.ts')
    case 'decrypt':
      return import('./commands/decrypt.ts')
    case 'filestatus':
      return import('./commands/filestatus.ts')
  }
}

async function runWithoutCommand(args: readonly string[], io: Io): Promise<number> {
  const [first, second] = args
  if (args.includes('--version') || args.includes('-v')) {
    io.writeOut(
      io.program === 'sops'
        ? `sops ${SOPS_VERSION}\n`
        : `bulla ${VERSION} (reads and writes sops ${SOPS_VERSION} files)\n`,
    )
    return 0
  }
  const isHelp = first === 'help' || first === 'h'
  if (isHelp && second !== undefined && Object.hasOwn(COMMANDS, second))
    return runCommand(second as CommandName, ['--help'], io)
  const { Command } = await import('commander')
  const overview = prepare(new Command(io.program), io)
    .description('GitOps with encrypted files: SOPS files that stay byte for byte.')
    .usage('COMMAND [options] [paths...]')
    .option('-v, --version', 'show the version')
    .option('--disable-version-check', 'accepted for sops: bulla never looks for new versions')
    .option('--check-for-updates', 'accepted for sops: bulla never looks for new versions')
    .helpCommand('help [command]', 'show the help of a command')
    .addHelpText('after', OVERVIEW_HELP)
  for (const [name, summary] of Object.entries(COMMANDS))
    overview.command(name).description(summary).allowUnknownOption()
  if (isHelp || args.length === 0 || args.includes('--help') || args.includes('-h')) {
    const text = overview.helpInformation() + OVERVIEW_HELP
    if (isHelp && second !== undefined)
      throw new UsageError('ERR_USAGE', 'there is no help on this topic', {
        hint: `commands are ${Object.keys(COMMANDS).join(', ')}`,
      })
    if (args.length > 0) io.writeOut(`${text}\n`)
    else io.writeErr(`${text}\n`)
    return args.length > 0 ? 0 : 1
  }
  await parse(overview, args)
  throw new UsageError('ERR_USAGE', 'no command was given', {
    hint: `commands are ${Object.keys(COMMANDS).join(', ')}`,
  })
}

const OVERVIEW_HELP = `
Examples:
  $ bulla encrypt --in-place secrets.yaml
  $ bulla decrypt secrets.yaml

bulla COMMAND --help explains a command. Exit codes are those of sops.`

/** Errors are shown by us, not by commander, and end nothing. */
function prepare(command: CommandDefinition, io: Io): CommandDefinition {
  return command
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({ writeOut: (text) => io.writeOut(text), writeErr: () => undefined, outputError: () => undefined })
}

/** @throws UsageError `ERR_USAGE` for what commander does not accept; whatever the action throws */
async function parse(command: CommandDefinition, args: readonly string[]): Promise<void> {
  try {
    await command.parseAsync([...args], { from: 'user' })
  } catch (error) {
    if (isBullaError(error) || !isCommanderError(error)) throw error
    if (error.exitCode === 0) return
    throw usageError(error.message)
  }
}

/** commander repeats the argument that it does not accept. What stands behind a `=` may be a secret. */
function usageError(message: string): UsageError {
  const [what = '', suggestion] = message.replace(/^error: /, '').split('\n')
  const hint = /\(Did you mean (.*)\?\)/.exec(suggestion ?? '')?.[1]
  return new UsageError('ERR_USAGE', what.replace(/=[^']*/, '').replace(/\.$/, ''), {
    hint: hint === undefined ? 'see --help' : `did you mean ${hint}?`,
  })
}

/** `| head` has read enough: there is nothing to say, and nobody to say it to. */
function isClosedPipe(error: unknown): boolean {
  return error instanceof Error && error.name === 'ClosedPipe'
}

function isCommanderError(error: unknown): error is Error & { readonly code: string; readonly exitCode: number } {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('commander.') && 'exitCode' in error
}
