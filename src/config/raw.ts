import type { SelectorField } from '../format/metadata.ts'

/** The data of a `.sops.yaml` that the schema lets through. Unknown fields at the top are allowed, as by sops. */
export interface RawConfig {
  readonly creation_rules?: readonly RawRule[] | null
  readonly stores?: RawStores | null
}

export interface RawStores {
  readonly yaml?: RawIndent | null
  readonly json?: RawIndent | null
  readonly json_binary?: RawIndent | null
}

interface RawIndent {
  readonly indent?: number | null
}

type Strings = string | readonly string[] | null

export interface RawRule extends Readonly<Partial<Record<SelectorField, string | null>>> {
  readonly path_regex?: string | null
  readonly age?: Strings
  readonly pgp?: Strings
  readonly kms?: Strings
  readonly aws_profile?: string | null
  readonly gcp_kms?: Strings
  readonly azure_keyvault?: Strings
  readonly hc_vault_transit_uri?: Strings
  readonly hckms?: Strings
  readonly key_groups?: readonly RawKeyGroup[] | null
  readonly shamir_threshold?: number | null
  readonly mac_only_encrypted?: boolean | null
  readonly strict?: boolean | null
  readonly must_encrypt?: boolean | null
}

export interface RawKeyGroup {
  readonly merge?: readonly RawKeyGroup[] | null
  readonly age?: readonly string[] | null
  readonly pgp?: readonly string[] | null
  readonly kms?: readonly RawKmsKey[] | null
  readonly gcp_kms?: readonly { readonly resource_id: string }[] | null
  readonly hckms?: readonly { readonly key_id: string }[] | null
  readonly azure_keyvault?: readonly RawAzureKey[] | null
  readonly hc_vault?: readonly string[] | null
}

export interface RawKmsKey {
  readonly arn: string
  readonly role?: string | null
  readonly context?: Readonly<Record<string, string | null>> | null
  readonly aws_profile?: string | null
}

interface RawAzureKey {
  readonly vaultUrl: string
  readonly key: string
  readonly version?: string | null
}
