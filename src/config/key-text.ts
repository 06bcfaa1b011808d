import { ConfigError } from '../errors.ts'
import type { KeyEntry, KeyType } from '../format/metadata.ts'

/** A master key as a rule or an option names it, before anything is wrapped. */
export type KeyDescription = Omit<KeyEntry, 'enc'>

/** Where key texts stand: names the field in errors. */
interface Field {
  readonly name: string
  readonly profile?: string
}

/**
 * The master keys that a text of a rule or an option names: a comma list in the syntax of its kind.
 *
 * @throws ConfigError `ERR_RECIPIENT` for a text that is no key of this kind
 */
export function parseKeyTexts(type: KeyType, texts: readonly string[], field: Field): KeyDescription[] {
  return texts.flatMap((text) => splitList(type, text)).map((text) => describe(type, text, field))
}

/** age and vault keep blanks inside, the others drop them; a comma at the end is forgiven. */
function splitList(type: KeyType, text: string): string[] {
  const clean = ['kms', 'gcp_kms', 'pgp'].includes(type) ? text.replace(/\s/g, '') : text
  return clean
    .split(',')
    .map((part) => part.trim())
    .filter((part, index, parts) => part !== '' || index < parts.length - 1)
}

function describe(type: KeyType, text: string, field: Field): KeyDescription {
  switch (type) {
    case 'age':
      return { type, fields: { recipient: text } }
    case 'pgp':
      return { type, fields: { fp: text } }
    case 'gcp_kms':
      return { type, fields: { resource_id: text } }
    case 'hckms':
      return { type, fields: { key_id: text } }
    case 'kms': {
      const role = text.indexOf('+arn:aws:iam::')
      const arn = role < 0 ? text : text.slice(0, role)
      return {
        type,
        fields: { arn, aws_profile: field.profile ?? '', ...(role < 0 ? {} : { role: text.slice(role + 1) }) },
      }
    }
    case 'azure_kv': {
      const [, vault = '', name = '', version = ''] = match(
        /^(https:\/\/[^/]+)\/keys\/([^/]+)(?:\/([^/]*))?$/,
        text,
        field,
        'https://VAULT/keys/NAME/VERSION',
      )
      return { type, fields: { name, vault_url: vault, version } }
    }
    case 'hc_vault': {
      const [, address = '', engine = '', name = ''] = match(
        /^(https?:\/\/[^/]+)\/v1\/(.+)\/keys\/([^/]+)\/?$/,
        text,
        field,
        'https://HOST/v1/ENGINE/keys/NAME',
      )
      return { type, fields: { engine_path: engine, key_name: name, vault_address: address } }
    }
  }
}

function match(pattern: RegExp, text: string, field: Field, form: string): RegExpExecArray {
  const found = pattern.exec(text)
  if (found !== null) return found
  throw new ConfigError('ERR_RECIPIENT', `${field.name} holds a key that cannot be read`, {
    hint: `its form is ${form}`,
  })
}

/** An age recipient without the comment that may stand behind an SSH key: with any comment it is the same key. */
export function bareRecipient(recipient: string): string {
  return recipient.startsWith('ssh-') ? recipient.split(' ', 2).join(' ') : recipient
}
