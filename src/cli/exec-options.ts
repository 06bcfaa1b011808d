import { parseDecryptionOrder } from '../operations/keys.ts'
import type { Ending, Note, Programs, World } from '../operations/ports.ts'
import type { CommandDefinition, Io } from './io.ts'
import {
  addCommonOptions,
  addKeyServiceOptions,
  checkKeyServices,
  collect,
  configPath,
  flag,
  text,
  type Values,
} from './options.ts'
import { renderNote } from './render.ts'

/** Options of what runs a program. */
export function addProgramOptions(command: CommandDefinition): void {
  command
    .optionsGroup('How it is run:')
    .option('--user <name>', 'as this user, with their groups, HOME, USER and LOGNAME (only root can)')
}

/** Options of what puts values into an environment. */
export function addEnvironmentOptions(command: CommandDefinition): void {
  command
    .option('--pristine', 'with no other variables than the values')
    .optionsGroup('Which variables there are:')
    .option('--flatten', 'name all values by their paths: db.password is DB_PASSWORD, hosts.0 is HOSTS_0')
    .option('--allow-env <names>', 'take these, separated by commas, although programs treat them specially', collect)
    .option('--input-type <type>', 'format of the sealed file: yaml, json, dotenv, ini, binary')
}

export function addOpeningOptions(command: CommandDefinition): void {
  command.option(
    '--decryption-order <kinds>',
    'kinds of keys to try first, separated by commas (SOPS_DECRYPTION_ORDER)',
  )
  addKeyServiceOptions(command)
  addCommonOptions(command)
}

/** What the operations behind these commands want. */
interface Settings {
  readonly order: readonly string[]
  readonly inherited: Io['env']
  readonly user?: string
  readonly note: Note
  readonly world: World
  readonly programs: Programs
}

/** @throws UsageError `ERR_USAGE`, `ERR_DECRYPTION_ORDER` */
export async function programSettings(values: Values, io: Io): Promise<Settings> {
  checkKeyServices(values, io)
  const quiet = flag(values, 'quiet')
  // as in sops, no name is nobody in particular
  const user = text(values, 'user') || undefined
  return {
    order: parseDecryptionOrder(text(values, 'decryptionOrder') ?? io.env['SOPS_DECRYPTION_ORDER'] ?? ''),
    inherited: flag(values, 'pristine') ? {} : io.env,
    note: (message, file) => {
      if (!quiet) renderNote(file, message, io)
    },
    world: io.world({ configPath: configPath(values, io), quiet }),
    programs: await io.programs(),
    ...(user === undefined ? {} : { user }),
  }
}

export function allowedNames(values: Values): ReadonlySet<string> {
  const given = values['allowEnv']
  return new Set((Array.isArray(given) ? given.map(String) : []).flatMap((names) => names.split(',')))
}

/** @param signalled - the exit code for a program that a signal with this number ended */
export function codeOfEnding({ code, signal }: Ending, signalled: (signal: number) => number): number {
  return code ?? signalled(signal ?? 0)
}
