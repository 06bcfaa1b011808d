import type { KeyType } from '../format/metadata.ts'
import { type KeyDescription, parseKeyTexts } from './key-text.ts'
import type { RawKeyGroup, RawKmsKey, RawRule } from './raw.ts'

/** The key groups of a rule: its `key_groups`, or else one group of the keys beside them, in sops's order. */
export function ruleGroups(rule: RawRule): KeyDescription[][] {
  if (rule.key_groups !== undefined && rule.key_groups !== null && rule.key_groups.length > 0) {
    return rule.key_groups.map((group) => withoutRepeats(groupKeys(group)))
  }
  const profile = rule.aws_profile ?? ''
  const keys = (type: KeyType, name: keyof RawRule & string, value: string | readonly string[] | null | undefined) =>
    parseKeyTexts(type, typeof value === 'string' ? [value] : (value ?? []), { name, profile })
  return [
    [
      ...keys('age', 'age', rule.age),
      ...keys('pgp', 'pgp', rule.pgp),
      ...keys('kms', 'kms', rule.kms),
      ...keys('gcp_kms', 'gcp_kms', rule.gcp_kms),
      ...keys('hckms', 'hckms', rule.hckms),
      ...keys('azure_kv', 'azure_keyvault', rule.azure_keyvault),
      ...keys('hc_vault', 'hc_vault_transit_uri', rule.hc_vault_transit_uri),
    ],
  ]
}

function groupKeys(group: RawKeyGroup): KeyDescription[] {
  return [
    ...(group.merge ?? []).flatMap(groupKeys),
    ...parseKeyTexts('age', group.age ?? [], { name: 'age' }),
    ...parseKeyTexts('pgp', group.pgp ?? [], { name: 'pgp' }),
    ...(group.kms ?? []).map(kmsKey),
    ...(group.gcp_kms ?? []).map(
      (key): KeyDescription => ({ type: 'gcp_kms', fields: { resource_id: key.resource_id } }),
    ),
    ...(group.hckms ?? []).map((key): KeyDescription => ({ type: 'hckms', fields: { key_id: key.key_id } })),
    ...(group.azure_keyvault ?? []).map(
      ({ vaultUrl, key, version }): KeyDescription => ({
        type: 'azure_kv',
        fields: { name: key, vault_url: vaultUrl, version: version ?? '' },
      }),
    ),
    ...parseKeyTexts('hc_vault', group.hc_vault ?? [], { name: 'hc_vault' }),
  ]
}

function kmsKey({ arn, role, context, aws_profile: profile }: RawKmsKey): KeyDescription {
  return {
    type: 'kms',
    fields: { arn, aws_profile: profile ?? '', ...(role === undefined || role === null ? {} : { role }) },
    ...(context === undefined || context === null ? {} : { context }),
  }
}

/** Groups that are merged often name a key twice; the first stays. */
function withoutRepeats(keys: readonly KeyDescription[]): KeyDescription[] {
  const seen = new Set<string>()
  return keys.filter((key) => {
    const name = JSON.stringify([key.type, Object.entries(key.fields).sort(), Object.entries(key.context ?? {}).sort()])
    return !seen.has(name) && seen.add(name) !== undefined
  })
}
