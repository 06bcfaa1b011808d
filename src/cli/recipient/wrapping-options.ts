import { UsageError } from '../../errors.ts'
import type { ServiceKey, ServiceType } from '../../keys/services/key-service.ts'
import { parseKeyTexts } from '../../operations/keys.ts'
import type { CommandDefinition } from '../io.ts'
import { encryptionContext } from '../options/key-options.ts'
import { flag, text, type Values } from '../options/options.ts'

/** A key as it was given, in the order of the command line. */
interface Given {
  readonly type: Exclude<ServiceType, 'local'>
  readonly option: string
  readonly text: string
}

const OPTIONS = [
  { type: 'kms', flags: '--aws-kms <arns>', about: 'AWS KMS keys, each as ARN or ARN+ROLE_ARN' },
  { type: 'kms', flags: '-k, --kms <arns>', about: 'the same' },
  { type: 'gcp_kms', flags: '--gcp-kms <ids>', about: 'Google Cloud KMS keys' },
  { type: 'azure_kv', flags: '--azure-kv <urls>', about: 'Azure Key Vault keys' },
  { type: 'hc_vault', flags: '--hc-vault-transit <uris>', about: 'Vault or OpenBao transit keys' },
] as const

const LOCAL_NAME = 'default'

/** Declare the options that name keys of services. @returns what reads them */
export function addWrappingOptions(command: CommandDefinition): (values: Values) => ServiceKey[] {
  const given: Given[] = []
  command.optionsGroup('Which keys wrap the identity:')
  for (const { type, flags, about } of OPTIONS) {
    const option = /--\S+/.exec(flags)?.[0] ?? flags
    command.option(flags, about, (value: string) => given.push({ type, option, text: value }))
  }
  command
    .option('--local', 'a key in your own configuration folder: to try it out, no cloud KMS')
    .option('--local-name <name>', `which one, instead of ${LOCAL_NAME}`)
    .option('--aws-profile <name>', 'AWS profile for the AWS keys')
    .option('--encryption-context <pairs>', 'AWS encryption context, key:value,key:value')
  return (values) => [...serviceKeys(given, values), ...localKey(values)]
}

/** @throws UsageError `ERR_ENCRYPTION_CONTEXT`; ConfigError `ERR_RECIPIENT` */
function serviceKeys(given: readonly Given[], values: Values): ServiceKey[] {
  const context = encryptionContext(text(values, 'encryptionContext'))
  const profile = text(values, 'awsProfile') ?? ''
  const keys = given.flatMap(({ type, option, text: keyText }) =>
    parseKeyTexts(type, [keyText], { name: option, profile }).map(({ fields }): ServiceKey => {
      const named = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''))
      return { type, fields: named, ...(type === 'kms' && context !== undefined ? { context } : {}) }
    }),
  )
  if ((context !== undefined || profile !== '') && !keys.some(({ type }) => type === 'kms')) {
    throw new UsageError('ERR_USAGE', '--encryption-context and --aws-profile are for AWS keys', {
      hint: 'name one with --aws-kms, or leave them out',
    })
  }
  return keys
}

function localKey(values: Values): ServiceKey[] {
  const name = text(values, 'localName')
  if (name === undefined && !flag(values, 'local')) return []
  return [{ type: 'local', fields: { name: name ?? LOCAL_NAME } }]
}
