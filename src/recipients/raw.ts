/** The data of a recipient's file that the schema lets through. */
export interface RawRecipient {
  readonly recipient: string
  readonly description?: string
  readonly identity?: readonly RawWrapping[]
  readonly previous?: readonly RawPrevious[]
}

interface RawPrevious {
  readonly recipient: string
  readonly retired_at?: string
  readonly identity?: readonly RawWrapping[]
}

export interface RawWrapping {
  readonly aws_kms?: RawAwsKey
  readonly gcp_kms?: RawGcpKey
  readonly azure_kv?: RawAzureKey
  readonly hc_vault?: RawVaultKey
  readonly local?: RawLocalKey
  readonly ciphertext: string
  readonly payload: string
  readonly created_at?: string
}

interface RawAwsKey {
  readonly arn: string
  readonly key_arn?: string
  readonly role?: string
  readonly aws_profile?: string
  readonly context?: Readonly<Record<string, string>>
  readonly public_key?: string
}

interface RawGcpKey {
  readonly resource_id: string
  readonly public_key?: string
  readonly algorithm?: string
}

interface RawAzureKey {
  readonly vault_url: string
  readonly name: string
  readonly version?: string
  readonly public_key?: string
}

interface RawVaultKey {
  readonly vault_address: string
  readonly engine_path: string
  readonly key_name: string
}

interface RawLocalKey {
  readonly name: string
}
