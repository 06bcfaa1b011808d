import { UsageError } from '../errors.ts'
import type { SelectorField, SelectorSpec } from '../format/metadata.ts'
import type { StoreName } from '../format/tree.ts'
import type { KeyDescription } from '../operations/keys.ts'
import { parseKeyTexts } from '../operations/keys.ts'
import { STORE_NAMES } from '../operations/stores.ts'
import type { CommandDefinition, Io } from './io.ts'

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

/** Options that every command has. */
export function addCommonOptions(command: CommandDefinition): void {
  command
    .optionsGroup('Everywhere:')
    .option('--config <file>', 'policy file to use instead of the nearest .sops.yaml (SOPS_CONFIG)')
    .option('-q, --quiet', 'no notes, no summary, no progress bar')
}

/** `--config`, else `SOPS_CONFIG`; empty counts as not given. */
export function configPath(values: Values, io: Io): string | undefined {
  return (text(values, 'config') ?? io.env['SOPS_CONFIG']) || undefined
}

/** Key services keep master keys in another process; nothing of them is used. */
export function addKeyServiceOptions(command: CommandDefinition): void {
  command
    .optionsGroup('For sops:')
    .option('--enable-local-keyservice [bool]', 'accepted: keys are always used by this process')
    .option('--keyservice <uri>', 'refused: key services cannot be used', collect)
    .option('--verbose', 'accepted: there is no debug output')
}

/** @throws UsageError `ERR_USAGE`: a key service that was asked for must not be left out silently */
export function checkKeyServices(values: Values, io: Io): void {
  const services = values['keyservice'] ?? (io.env['SOPS_KEYSERVICE'] || undefined)
  const local = text(values, 'enableLocalKeyservice') ?? io.env['SOPS_ENABLE_LOCAL_KEYSERVICE']
  if (services === undefined && (local === undefined || /^(1|t|true)$/i.test(local))) return
  throw new UsageError('ERR_USAGE', 'key services cannot be used', {
    hint: 'leave out --keyservice and --enable-local-keyservice=false, and unset SOPS_KEYSERVICE and SOPS_ENABLE_LOCAL_KEYSERVICE',
  })
}

const KEY_OPTIONS = [
  { type: 'kms', name: 'kms', flags: '-k, --kms <arns>', env: 'SOPS_KMS_ARN', about: 'AWS KMS keys' },
  {
    type: 'gcp_kms',
    name: 'gcpKms',
    flags: '--gcp-kms <ids>',
    env: 'SOPS_GCP_KMS_IDS',
    about: 'Google Cloud KMS keys',
  },
  {
    type: 'hckms',
    name: 'hckms',
    flags: '--hckms <ids>',
    env: 'SOPS_HUAWEICLOUD_KMS_IDS',
    about: 'Huawei Cloud KMS keys',
  },
  {
    type: 'azure_kv',
    name: 'azureKv',
    flags: '--azure-kv <urls>',
    env: 'SOPS_AZURE_KEYVAULT_URLS',
    about: 'Azure Key Vault keys',
  },
  { type: 'pgp', name: 'pgp', flags: '-p, --pgp <fingerprints>', env: 'SOPS_PGP_FP', about: 'PGP keys' },
  {
    type: 'hc_vault',
    name: 'hcVaultTransit',
    flags: '--hc-vault-transit <uris>',
    env: 'SOPS_VAULT_URIS',
    about: 'Vault transit keys',
  },
  { type: 'age', name: 'age', flags: '-a, --age <recipients>', env: 'SOPS_AGE_RECIPIENTS', about: 'age recipients' },
] as const

/** @param heading - of options for which no variables are read */
export function addKeyOptions(command: CommandDefinition, heading?: string): void {
  command.optionsGroup(
    heading ?? 'Who reads the file (instead of what its rule says; of these kinds only age can be used yet):',
  )
  for (const { flags, env, about } of KEY_OPTIONS.toReversed()) {
    command.option(flags, `${about}, separated by commas${heading === undefined ? ` (${env})` : ''}`, collect)
  }
  command
    .option('--aws-profile <name>', 'AWS profile for the keys of --kms')
    .option('--encryption-context <pairs>', 'AWS encryption context for the keys of --kms, key:value,key:value')
}

/** Variables that are set and name keys: where they are, `encrypt` does not take those of the rule. */
export function keyVariables({ env }: Io): string[] {
  return KEY_OPTIONS.flatMap((option) => ((env[option.env] ?? '') === '' ? [] : [option.env]))
}

/** Keys given by options or environment, in sops's order. @throws ConfigError `ERR_RECIPIENT`; UsageError */
export function givenKeys(values: Values, io: Io): KeyDescription[] {
  const context = encryptionContext(text(values, 'encryptionContext'))
  const profile = text(values, 'awsProfile') ?? ''
  return KEY_OPTIONS.flatMap(({ type, name, env }) => {
    const given = values[name] ?? io.env[env]
    const texts = (Array.isArray(given) ? given.map(String) : [String(given ?? '')]).filter((part) => part !== '')
    const keys = parseKeyTexts(type, texts, { name: `--${name}`, profile })
    return type === 'kms' && context !== undefined ? keys.map((key) => ({ ...key, context })) : keys
  })
}

/** @throws UsageError `ERR_ENCRYPTION_CONTEXT` */
export function encryptionContext(pairs: string | undefined): Record<string, string> | undefined {
  if (pairs === undefined || pairs === '') return undefined
  return Object.fromEntries(
    pairs.split(',').map((pair) => {
      const [key = '', value, more] = pair.split(':')
      if (value !== undefined && more === undefined) return [key, value]
      throw new UsageError('ERR_ENCRYPTION_CONTEXT', '--encryption-context is malformed', {
        hint: 'its form is key:value,key:value',
      })
    }),
  )
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
  return [...(Array.isArray(before) ? before.map(String) : []), value]
}
