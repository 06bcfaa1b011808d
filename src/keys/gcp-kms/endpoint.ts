import { KeyError } from '../../errors.ts'
import type { ServiceEnvironment } from '../services/environment.ts'

/** Where Cloud KMS is. */
export interface GcpEndpoint {
  /** Without a slash at the end. */
  readonly base: string
  /** The endpoint of Google's own public cloud. */
  readonly isPublic: boolean
}

const PUBLIC_DOMAIN = 'googleapis.com'
const DOMAIN = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/

/**
 * `SOPS_GCP_KMS_ENDPOINT`, or the cloud that a universe domain names; else the public one. All of it is the word of the
 * user: no file can name an endpoint.
 *
 * @throws {@link KeyError} `ERR_KEY_SERVICE`
 * @see sops `gcpkms/keysource.go`
 */
export function gcpEndpoint({ variable }: Pick<ServiceEnvironment, 'variable'>): GcpEndpoint {
  const endpoint = variable('SOPS_GCP_KMS_ENDPOINT') ?? ''
  if (endpoint !== '') return { base: readEndpoint(endpoint), isPublic: false }
  const [name, domain] = universeOf(variable)
  if (domain === PUBLIC_DOMAIN) return { base: `https://cloudkms.${domain}`, isPublic: true }
  if (DOMAIN.test(domain)) return { base: `https://cloudkms.${domain}`, isPublic: false }
  throw new KeyError('ERR_KEY_SERVICE', `${name} holds no domain`, { hint: 'its form is example.com' })
}

function universeOf(variable: ServiceEnvironment['variable']): readonly [name: string, domain: string] {
  for (const name of ['SOPS_GCP_KMS_UNIVERSE_DOMAIN', 'GOOGLE_CLOUD_UNIVERSE_DOMAIN']) {
    const domain = variable(name) ?? ''
    if (domain !== '') return [name, domain]
  }
  return ['', PUBLIC_DOMAIN]
}

/** A URL, or as gRPC has it a host with or without a port. */
function readEndpoint(text: string): string {
  const url = text.includes('://') ? text : `https://${text}`
  if (URL.canParse(url)) {
    const { protocol, search, hash, href } = new URL(url)
    if (['https:', 'http:'].includes(protocol) && search === '' && hash === '') return href.replace(/\/+$/, '')
  }
  throw new KeyError('ERR_KEY_SERVICE', 'SOPS_GCP_KMS_ENDPOINT holds no address', {
    hint: 'its form is https://HOST, or HOST:PORT',
  })
}
