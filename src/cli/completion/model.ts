import { HOOK_NAMES } from '../../operations/hooks/hook-names.ts'
import { MANAGERS } from '../../operations/init/managers/manager.ts'
import { KEY_KINDS } from '../../operations/keys.ts'
import { STORE_NAMES } from '../../operations/stores.ts'
import { FORMATS } from '../formats/formats.ts'
import type { CommandDefinition, Definitions } from '../io.ts'
import { RECIPIENT_VERBS } from '../recipient/verb-names.ts'

/** What a shell offers for a word; of `recipients` also several, with commas between them. */
export type Offer = 'files' | 'folders' | 'recipients' | 'nothing' | readonly string[]

/** An option, as a shell offers it. */
export interface OptionModel {
  /** With its dashes. */
  readonly long: string
  readonly short: string | undefined
  readonly about: string
  /** Undefined for a switch. */
  readonly value: Offer | undefined
}

/** A command, as a shell offers it. */
export interface CommandModel {
  /** Empty for the program itself. */
  readonly name: string
  readonly about: string
  readonly options: readonly OptionModel[]
  /** What the words behind the command are; the last one stands for all that follow. */
  readonly words: readonly Offer[]
}

type Argument = CommandDefinition['registeredArguments'][number]

/** What completion scripts are made of. All texts are printable ASCII. */
export interface CompletionModel {
  /** `bulla`, or `sops`. */
  readonly program: string
  readonly itself: CommandModel
  readonly commands: readonly CommandModel[]
}

export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const
export type Shell = (typeof SHELLS)[number]

/** What stands for a value in the definitions of options and arguments. */
const OFFERS: Readonly<Record<string, Offer>> = {
  type: STORE_NAMES,
  kinds: KEY_KINDS,
  shell: SHELLS,
  verb: ['add', 'delete'],
  'recipient-verb': RECIPIENT_VERBS,
  'hook-verb': ['run'],
  'hook-name': HOOK_NAMES,
  manager: MANAGERS,
  format: FORMATS,
  level: ['block', 'warn'],
  recipients: 'recipients',
  '--add-age': 'recipients',
  '--rm-age': 'recipients',
  file: 'files',
  files: 'files',
  paths: 'files',
  folder: 'folders',
  '--filename-override': 'files',
}

/** @param program - the name that is completed: `bulla`, or `sops` */
export function completionModel(program: string, { itself, commands }: Definitions): CompletionModel {
  const models = commands.map(commandModel)
  const help: CommandModel = {
    name: 'help',
    about: 'show the help of a command',
    options: [],
    words: [models.map(({ name }) => name), 'nothing'],
  }
  return { program, itself: { ...commandModel(itself), name: '' }, commands: [...models, help] }
}

function commandModel(command: CommandDefinition): CommandModel {
  const options = command.createHelp().visibleOptions(command)
  const words = command.registeredArguments.flatMap(offersOf)
  const isOpen = command.registeredArguments.at(-1)?.variadic === true
  return {
    name: command.name(),
    about: ascii(command.summary()),
    options: options.flatMap(({ long, short, description, flags, required }) =>
      long === undefined || long === null
        ? []
        : [
            {
              long,
              short: short ?? undefined,
              about: ascii(description),
              value: required ? offerOf(flags, long) : undefined,
            },
          ],
    ),
    words: isOpen ? words : [...words, 'nothing'],
  }
}

/** Arguments that stand for words of several kinds. */
const SEVERAL: Readonly<Record<string, readonly Offer[]>> = {
  // a file, and what is in it
  words: ['files', 'nothing'],
  // for revisions git would have to be asked: Tab starts nothing
  revision: ['files'],
  what: ['files'],
  'name-and-more': ['recipients', 'files'],
}

/** Words of several kinds; several of one kind; or one word. */
function offersOf(argument: Argument): readonly Offer[] {
  return SEVERAL[argument.name()] ?? [OFFERS[argument.name()] ?? 'nothing']
}

function offerOf(flags: string, long: string): Offer {
  const placeholder = /<([^>]*)>/.exec(flags)?.[1] ?? ''
  return OFFERS[long] ?? OFFERS[placeholder] ?? 'nothing'
}

/** Every option of any command, once. An option has a value everywhere or nowhere: a test of argv.ts holds that. */
export function allOptions({ itself, commands }: CompletionModel): OptionModel[] {
  const known = new Map<string, OptionModel>()
  for (const option of [itself, ...commands].flatMap(({ options }) => options)) {
    if (!known.has(option.long)) known.set(option.long, option)
  }
  return [...known.values()]
}

/** The spellings of all options with a value: what follows one of these is no word of its own. */
export function valuedSpellings(model: CompletionModel): string[] {
  return allOptions(model)
    .filter(({ value }) => value !== undefined)
    .flatMap(spellings)
}

/** The words that name an option. */
export function spellings({ long, short }: OptionModel): string[] {
  return short === undefined ? [long] : [short, long]
}

/** Scripts are read in many encodings. */
function ascii(text: string): string {
  return text.replaceAll('…', '...').replaceAll(/[^\x20-\x7e]/g, '?')
}
