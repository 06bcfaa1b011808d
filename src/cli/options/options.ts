import { UsageError } from '../../errors.ts'
import type { SelectorField, SelectorSpec } from '../../format/metadata.ts'
import type { StoreName } from '../../format/tree.ts'
import { parseDecryptionOrder } from '../../operations/keys.ts'
import type { MachineWorld } from '../../operations/ports.ts'
import { STORE_NAMES } from '../../operations/stores.ts'
import type { CommandDefinition, Io } from '../io.ts'

/** Option values as commander hands them over. */
export type Values = Readonly<Record<string, unknown>>

export function text(values: Values, name: string): string | undefined {
  const value = values[name]
  return typeof value === 'string' ? value : undefined
}

/** The same, where sops takes an empty text for an option that was not given. */
function textOrNothing(values: Values, name: string): string | undefined {
  return text(values, name) || undefined
}

/** All values of an option that may stand several times. */
export function texts(values: Values, name: string): string[] {
  const given = values[name]
  return Array.isArray(given) ? given.map(String) : []
}

export function flag(values: Values, name: string): boolean {
  return values[name] === true
}

/** @throws UsageError `ERR_USAGE` */
export function integer(values: Values, name: string, option: string): number | undefined {
  const value = text(values, name)
  if (value === undefined) return undefined
  if (/^[+-]?[0-9]{1,9}$/.test(value)) return Number(value)
  throw new UsageError('ERR_USAGE', `${option} needs a whole number`, { hint: `write ${option} 2, for instance` })
}

/** A file type. sops ignores a word it does not know and looks at the file name. @throws UsageError `ERR_USAGE` */
export function storeType(values: Values, name: string, option: string): StoreName | undefined {
  const value = textOrNothing(values, name)
  const known = STORE_NAMES.find((store) => store === value)
  if (value === undefined || known !== undefined) return known
  throw new UsageError('ERR_USAGE', `${option} does not know this type`, {
    hint: `the types are ${STORE_NAMES.join(', ')}`,
  })
}

/** Options that several commands have: in the same words everywhere. */
export const INPUT_TYPE = ['--input-type <type>', 'format of the file: yaml, json, dotenv, ini, binary'] as const
export const OUTPUT_TYPE = ['--output-type <type>', 'format of the result'] as const
export const SAME_OUTPUT_TYPE = ['--output-type <type>', 'accepted for sops: the format stays'] as const
export const INDENT = ['--indent <columns>', 'columns per level of what is written anew'] as const
export const IGNORE_MAC = ['--ignore-mac', 'go on although the MAC is missing or wrong'] as const
export const DECRYPTION_ORDER = [
  '--decryption-order <kinds>',
  'kinds of keys to try first, separated by commas (SOPS_DECRYPTION_ORDER)',
] as const
export const ALLOW_LOCKOUT = ['--allow-lockout', 'go on when none of your identities opens a file afterwards'] as const
export const ALLOW_PLAINTEXT = ['--allow-plaintext', 'accept a file in which nothing is sealed'] as const
export const MAC_ONLY_ENCRYPTED = ['--mac-only-encrypted', 'let the MAC cover only what is sealed'] as const
export const THRESHOLD = ['--shamir-secret-sharing-threshold <groups>', 'key groups needed to open the file'] as const

/** What such options say. @throws UsageError `ERR_USAGE` */
export function formatOptions(values: Values) {
  return onlyGiven({
    inputType: storeType(values, 'inputType', '--input-type'),
    outputType: storeType(values, 'outputType', '--output-type'),
    filenameOverride: text(values, 'filenameOverride'),
    indent: integer(values, 'indent', '--indent'),
  })
}

/** @throws UsageError `ERR_USAGE` */
export function thresholdOption(values: Values): { shamirThreshold?: number } {
  const shamirThreshold = integer(values, 'shamirSecretSharingThreshold', '--shamir-secret-sharing-threshold')
  return onlyGiven({ shamirThreshold })
}

/** @throws UsageError `ERR_DECRYPTION_ORDER` */
export function decryptionOrder(values: Values, io: Io): readonly string[] {
  return parseDecryptionOrder(text(values, 'decryptionOrder') ?? io.env['SOPS_DECRYPTION_ORDER'] ?? '')
}

type Given<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> }

/** An option that was not given is no property. */
export function onlyGiven<T extends object>(options: T): Given<T> {
  // the types cannot tell that nothing else is left out
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Given<T>
}

/** Options that every command has. */
export function addCommonOptions(command: CommandDefinition): void {
  command
    .optionsGroup('Everywhere:')
    .option('--config <file>', 'policy file to use instead of the nearest .sops.yaml (SOPS_CONFIG)')
    .option('-q, --quiet', 'no notes, no summary, no progress bar')
}

/** The world as these options say: with `--config`, else `SOPS_CONFIG`; empty counts as not given. */
export function worldOf(values: Values, io: Io): MachineWorld {
  const configPath = (text(values, 'config') ?? io.env['SOPS_CONFIG']) || undefined
  return io.world({ configPath, quiet: flag(values, 'quiet') })
}

export const VERBOSE = ['--verbose', 'name all files where many fail for one reason (no debug output)'] as const

/** Key services keep master keys in another process; nothing of them is used. */
export function addKeyServiceOptions(command: CommandDefinition): void {
  command
    .optionsGroup('For sops:')
    .option('--enable-local-keyservice [bool]', 'accepted: keys are always used by this process')
    .option('--keyservice <uri>', 'refused: key servers of sops cannot be used', collect)
    .option(...VERBOSE)
}

/** @throws UsageError `ERR_USAGE`: a key server that was asked for must not be left out silently */
export function checkKeyServices(values: Values, io: Io): void {
  const services = values['keyservice'] ?? (io.env['SOPS_KEYSERVICE'] || undefined)
  const local = text(values, 'enableLocalKeyservice') ?? io.env['SOPS_ENABLE_LOCAL_KEYSERVICE']
  if (services === undefined && (local === undefined || /^(1|t|true)$/i.test(local))) return
  throw new UsageError('ERR_USAGE', 'key servers of sops cannot be used', {
    hint: 'leave out --keyservice and --enable-local-keyservice=false, and unset SOPS_KEYSERVICE and SOPS_ENABLE_LOCAL_KEYSERVICE',
  })
}

const SELECTOR_OPTIONS: readonly { field: SelectorField; name: string; flags: string; about: string }[] = [
  {
    field: 'unencrypted_suffix',
    name: 'unencryptedSuffix',
    flags: '--unencrypted-suffix <suffix>',
    about: 'keys that end so stay clear',
  },
  {
    field: 'encrypted_suffix',
    name: 'encryptedSuffix',
    flags: '--encrypted-suffix <suffix>',
    about: 'only keys that end so are sealed',
  },
  {
    field: 'unencrypted_regex',
    name: 'unencryptedRegex',
    flags: '--unencrypted-regex <re2>',
    about: 'keys that match stay clear',
  },
  {
    field: 'encrypted_regex',
    name: 'encryptedRegex',
    flags: '--encrypted-regex <re2>',
    about: 'only keys that match are sealed',
  },
  {
    field: 'unencrypted_comment_regex',
    name: 'unencryptedCommentRegex',
    flags: '--unencrypted-comment-regex <re2>',
    about: 'what stands under a comment that matches stays clear',
  },
  {
    field: 'encrypted_comment_regex',
    name: 'encryptedCommentRegex',
    flags: '--encrypted-comment-regex <re2>',
    about: 'only what stands under a comment that matches is sealed',
  },
]

export function addSelectorOptions(command: CommandDefinition): void {
  command.optionsGroup('Which values are sealed (one of these, else what the rule says):')
  for (const { flags, about } of SELECTOR_OPTIONS) command.option(flags, about)
}

export function givenSelectors(values: Values): SelectorSpec[] {
  return SELECTOR_OPTIONS.flatMap(({ field, name }) => {
    const pattern = text(values, name) ?? ''
    return pattern === '' ? [] : [{ field, pattern }]
  })
}

/** Several uses of an option add up. */
export function collect(value: string, before: unknown): string[] {
  return [...texts({ before }, 'before'), value]
}
