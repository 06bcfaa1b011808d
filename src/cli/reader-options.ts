import type { KeyDescription, KeyType } from '../operations/keys.ts'
import { parseKeyTexts } from '../operations/keys.ts'
import type { ReaderChange } from '../operations/readers/readers.ts'
import type { CommandDefinition } from './io.ts'
import { collect, encryptionContext, integer, text, type Values } from './options.ts'

const KINDS: readonly { readonly type: KeyType; readonly name: string; readonly about: string }[] = [
  { type: 'age', name: 'age', about: 'age recipients' },
  { type: 'pgp', name: 'pgp', about: 'PGP keys' },
  { type: 'hc_vault', name: 'hc-vault-transit', about: 'Vault transit keys' },
  { type: 'azure_kv', name: 'azure-kv', about: 'Azure Key Vault keys' },
  { type: 'hckms', name: 'hckms', about: 'Huawei Cloud KMS keys' },
  { type: 'gcp_kms', name: 'gcp-kms', about: 'Google Cloud KMS keys' },
  { type: 'kms', name: 'kms', about: 'AWS KMS keys' },
]

/** `--add-*` and `--rm-*` of every kind of key. */
export function addReaderOptions(command: CommandDefinition): void {
  command.optionsGroup('Who reads the file from now on (lists with commas; only age can be added yet):')
  for (const { name, about } of KINDS) {
    command.option(`--add-${name} <keys>`, `add ${about}`, collect)
    command.option(`--rm-${name} <keys>`, `remove ${about}`, collect)
  }
  command
    .option('--aws-profile <name>', 'AWS profile of the keys of --add-kms and --rm-kms')
    .option('--encryption-context <pairs>', 'AWS encryption context of these keys, key:value,key:value')
    .option('--group <index>', 'key group to change, from 0 (else: add to the first, remove from all)')
}

/** @throws ConfigError `ERR_RECIPIENT`; UsageError `ERR_USAGE`, `ERR_ENCRYPTION_CONTEXT` */
export function givenReaders(values: Values): ReaderChange {
  return { add: keysOf(values, 'add'), remove: keysOf(values, 'rm'), group: integer(values, 'group', '--group') }
}

function keysOf(values: Values, verb: 'add' | 'rm'): KeyDescription[] {
  const context = encryptionContext(text(values, 'encryptionContext'))
  const profile = text(values, 'awsProfile') ?? ''
  return KINDS.flatMap(({ type, name }) => {
    const option = `${verb}-${name}`
    const given = values[option.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())]
    const texts = (Array.isArray(given) ? given.map(String) : []).filter((part) => part !== '')
    const keys = parseKeyTexts(type, texts, { name: `--${option}`, profile })
    return type === 'kms' && context !== undefined ? keys.map((key) => ({ ...key, context })) : keys
  })
}
