import { UsageError } from '../../errors.ts'
import { type KeyDescription, type KeyType, parseKeyTexts } from '../../operations/keys.ts'
import type { CommandDefinition, Io } from '../io.ts'
import { collect, text, texts, type Values } from './options.ts'

interface KeyOption {
  readonly type: KeyType
  /** Of the option, without its dashes. */
  readonly name: string
  readonly short?: string
  /** What its value is. */
  readonly value: string
  readonly env: string
  readonly about: string
}

/** All kinds of keys, in sops's order. */
export const KEY_OPTIONS: readonly KeyOption[] = [
  { type: 'kms', name: 'kms', short: 'k', value: 'arns', env: 'SOPS_KMS_ARN', about: 'AWS KMS keys' },
  { type: 'gcp_kms', name: 'gcp-kms', value: 'ids', env: 'SOPS_GCP_KMS_IDS', about: 'Google Cloud KMS keys' },
  { type: 'hckms', name: 'hckms', value: 'ids', env: 'SOPS_HUAWEICLOUD_KMS_IDS', about: 'Huawei Cloud KMS keys' },
  { type: 'azure_kv', name: 'azure-kv', value: 'urls', env: 'SOPS_AZURE_KEYVAULT_URLS', about: 'Azure Key Vault keys' },
  { type: 'pgp', name: 'pgp', short: 'p', value: 'fingerprints', env: 'SOPS_PGP_FP', about: 'PGP keys' },
  { type: 'hc_vault', name: 'hc-vault-transit', value: 'uris', env: 'SOPS_VAULT_URIS', about: 'Vault transit keys' },
  { type: 'age', name: 'age', short: 'a', value: 'recipients', env: 'SOPS_AGE_RECIPIENTS', about: 'age recipients' },
]

/** @param heading - of options for which no variables are read */
export function addKeyOptions(command: CommandDefinition, heading?: string): void {
  command.optionsGroup(
    heading ?? 'Who reads the file, instead of what its rule says (no SSH, plugin, PGP and Huawei keys yet):',
  )
  for (const { name, short, value, env, about } of KEY_OPTIONS.toReversed()) {
    const flags = `${short === undefined ? '' : `-${short}, `}--${name} <${value}>`
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
  return readKeys(values, ({ name }) => name, io.env)
}

/**
 * Keys given by one option for each kind, in sops's order.
 *
 * @param optionOf - its name, without dashes
 * @param env - where else they are looked for
 * @throws ConfigError `ERR_RECIPIENT`; UsageError `ERR_ENCRYPTION_CONTEXT`
 */
export function readKeys(
  values: Values,
  optionOf: (option: KeyOption) => string,
  env: Io['env'] = {},
): KeyDescription[] {
  const context = encryptionContext(text(values, 'encryptionContext'))
  const profile = text(values, 'awsProfile') ?? ''
  return KEY_OPTIONS.flatMap((option) => {
    const name = optionOf(option)
    const given = values[propertyOf(name)] === undefined ? [env[option.env] ?? ''] : texts(values, propertyOf(name))
    const wanted = given.filter((part) => part !== '')
    const keys = parseKeyTexts(option.type, wanted, { name: `--${name}`, profile })
    return option.type === 'kms' && context !== undefined ? keys.map((key) => ({ ...key, context })) : keys
  })
}

/** What commander calls the value of an option. */
function propertyOf(name: string): string {
  return name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())
}

/** `key:value,key:value`. @throws UsageError `ERR_ENCRYPTION_CONTEXT` */
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
