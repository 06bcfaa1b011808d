import { KeyError } from '../../errors.ts'
import type { ServiceKey } from '../services/key-service.ts'

/** A key of a vault, in parts that are safe in the path of a URL. */
export interface VaultKey {
  /** `https://HOST`, nothing else. */
  readonly vault: URL
  readonly name: string
  /** Empty: the newest one, as long as nothing was wrapped. */
  readonly version: string
  /** The vault is one of Azure's own: the name of the vault, else undefined. */
  readonly publicName: string | undefined
}

/**
 * Vaults and managed HSMs of the public cloud, of China (21Vianet) and of the US government. The whole host is compared:
 * what only looks like one of them is a stranger's.
 *
 * @see https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates
 */
const PUBLIC_HOST =
  /^([a-z0-9](?:[a-z0-9-]{1,22}[a-z0-9])?)\.(?:vault|managedhsm)\.(?:azure\.net|azure\.cn|usgovcloudapi\.net)$/

/** @throws {@link KeyError} `ERR_RECIPIENT` */
export function parseVaultKey({ fields }: Pick<ServiceKey, 'fields'>): VaultKey {
  const { vault_url: address = '', name = '', version = '' } = fields
  const vault = URL.canParse(address) ? new URL(address) : undefined
  const isBare = vault !== undefined && vault.pathname === '/' && vault.search === '' && vault.hash === ''
  // plain HTTP would carry the data key and a token in clear: no setting allows it
  if (!isBare || vault.protocol !== 'https:') {
    throw malformed('the address of the Azure key vault cannot be read', 'its form is https://NAME.vault.azure.net')
  }
  if (!/^[A-Za-z0-9-]{1,127}$/.test(name)) {
    throw malformed(
      'the name of the key in the Azure key vault cannot be read',
      'it has letters, digits and hyphens only',
    )
  }
  if (!/^[A-Za-z0-9]{0,64}$/.test(version)) {
    throw malformed('the version of the key in the Azure key vault cannot be read', 'it has letters and digits only')
  }
  const publicName = vault.port === '' ? PUBLIC_HOST.exec(vault.hostname)?.[1] : undefined
  return { vault, name, version, publicName }
}

/** How Azure names a version of a key, `kid`. */
export function isKid({ vault, name, version }: VaultKey, kid: string): boolean {
  const url = URL.canParse(kid) ? new URL(kid) : undefined
  if (url?.protocol !== 'https:' || url.host !== vault.host || url.search !== '' || url.hash !== '') return false
  const [, given] = /^\/keys\/([A-Za-z0-9-]+)\/[A-Za-z0-9]+$/.exec(url.pathname) ?? []
  // names of keys do not differ by case
  if (given?.toLowerCase() !== name.toLowerCase()) return false
  return version === '' || versionOf(kid) === version.toLowerCase()
}

/** Of a `kid` that {@link isKid} accepted. */
export function versionOf(kid: string): string {
  return kid.slice(kid.lastIndexOf('/') + 1).toLowerCase()
}

function malformed(message: string, hint: string): KeyError {
  return new KeyError('ERR_RECIPIENT', message, { hint })
}
