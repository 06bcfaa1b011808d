import { UsageError } from '../../errors.ts'
import type { Ending, Note, Programs, World } from '../../operations/ports.ts'
import type { CommandDefinition, Io } from '../io.ts'
import { renderNote } from '../show/messages.ts'
import {
  addCommonOptions,
  addKeyServiceOptions,
  checkKeyServices,
  collect,
  DECRYPTION_ORDER,
  decryptionOrder,
  flag,
  INPUT_TYPE,
  onlyGiven,
  text,
  texts,
  type Values,
  worldOf,
} from './options.ts'

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
}

/** Options of what opens files for a program. */
export function addOpeningOptions(command: CommandDefinition): void {
  command
    .optionsGroup('How files are opened:')
    .option(...INPUT_TYPE)
    .option(...DECRYPTION_ORDER)
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
    order: decryptionOrder(values, io),
    inherited: flag(values, 'pristine') ? {} : io.env,
    note: (message, file) => {
      if (!quiet) renderNote(file, message, io)
    },
    world: worldOf(values, io),
    programs: await io.programs(),
    ...onlyGiven({ user }),
  }
}

/** Names that `--allow-env` gives, also several in one. */
export function allowedNames(values: Values): ReadonlySet<string> {
  return new Set(texts(values, 'allowEnv').flatMap((names) => names.split(',')))
}

/** @throws UsageError `ERR_USAGE` */
export function refuseBackground(values: Values): void {
  if (!flag(values, 'background')) return
  throw new UsageError('ERR_USAGE', '--background cannot be used: nobody would learn how the command ended', {
    hint: 'have the shell do it: write & behind the whole line',
  })
}

/** What sops says when a signal ended a shell command. */
export const SIGNALLED = 255

/** @param signalled - the exit code for a program that a signal with this number ended */
export function codeOfEnding({ code, signal }: Ending, signalled: (signal: number) => number): number {
  return code ?? signalled(signal ?? 0)
}
