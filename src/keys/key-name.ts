import type { KeyType } from '../format/metadata.ts'
import { looksSecret } from './looks-secret.ts'
import type { KeyDescription } from './master-key.ts'

const NAMES: Record<KeyType, (description: KeyDescription) => string> = {
  age: ({ fields }) => fields['recipient'] ?? '',
  pgp: ({ fields }) => fields['fp'] ?? '',
  kms: kmsName,
  gcp_kms: ({ fields }) => fields['resource_id'] ?? '',
  azure_kv: ({ fields }) => `${fields['vault_url'] ?? ''}/keys/${fields['name'] ?? ''}/${fields['version'] ?? ''}`,
  hc_vault: ({ fields }) =>
    `${fields['vault_address'] ?? ''}/v1/${fields['engine_path'] ?? ''}/keys/${fields['key_name'] ?? ''}`,
  hckms: ({ fields }) => fields['key_id'] ?? '',
}

/**
 * The one text that names a master key, as sops builds it: what reports and diffs show, what `--rm-*` takes, and what
 * tells two entries apart.
 *
 * @see sops `ToString` of each `keysource.go`
 */
export function keyName(description: KeyDescription): string {
  return NAMES[description.type](description)
}

/** `ARN[+ROLE]|CONTEXT|PROFILE`; with a profile the context has its place even when there is none. */
function kmsName({ fields, context }: KeyDescription): string {
  const { arn = '', role = '', aws_profile: profile = '' } = fields
  const pairs = Object.entries(context ?? {}).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  const contextText = pairs.map(([key, value]) => `${key}:${value ?? ''}`).join(',')
  const arnRole = role === '' ? arn : `${arn}+${role}`
  if (profile !== '') return `${arnRole}|${contextText}|${profile}`
  return contextText === '' ? arnRole : `${arnRole}|${contextText}`
}

/** Stands for a secret key that somebody put where a public one belongs. */
export const NOT_SHOWN = '(a secret key, not shown)'

const SHOWN_CHARACTERS = 120
/** Enough to see that it is another key than yesterday; who wants all of it has the file of the recipient. */
const NAMED_CHARACTERS = 16

/**
 * Type and name of a key, safe and short enough to print. Names in a file are not validated when it is read: whoever
 * wrote it may have put line breaks, terminal escapes or a secret key there. A post-quantum recipient has two thousand
 * characters.
 *
 * @param whose - name of the recipient that has it
 */
export function displayName(type: KeyType, name: string, whose?: string): string {
  if (looksSecret(name)) return `${type} ${NOT_SHOWN}`
  const printable = name.replaceAll(/[^\x20-\x7e]/g, '?')
  if (whose !== undefined) return `${whose} (${printable.slice(0, NAMED_CHARACTERS)}…)`
  const shown = printable.length <= SHOWN_CHARACTERS ? printable : `${printable.slice(0, 24)}…${printable.slice(-8)}`
  return `${type} ${shown === '' ? '(without a name)' : shown}`
}
