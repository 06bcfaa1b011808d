import { CallFailure, type JsonReply } from '../services/rest.ts'

/** What a vault wants a token to be: for this resource, of this tenant. */
export interface Challenge {
  readonly scope: string
  readonly tenant: string
}

const TENANT = /^(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|adfs)$/i

/**
 * Read what a vault answers to a request without a token. The resource has to be the cloud that the vault belongs to: a
 * token for anything else is not made, whoever asks for it.
 *
 * @throws {@link CallFailure}
 * @see https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses
 */
export function readChallenge({ status, headers }: Pick<JsonReply, 'status' | 'headers'>, vault: URL): Challenge {
  const header = headers['www-authenticate'] ?? ''
  const resource = parameter(header, 'resource') ?? parameter(header, 'scope')
  const authority = parameter(header, 'authorization') ?? parameter(header, 'authorization_uri')
  if (status !== 401 || resource === undefined || authority === undefined) {
    throw notAVault(`it did not say who may ask it (status ${status})`)
  }
  const tenant = URL.canParse(authority) ? (new URL(authority).pathname.split('/')[1] ?? '') : ''
  if (!TENANT.test(tenant)) throw notAVault('it names no tenant that it belongs to')
  const owner = /^https:\/\/([a-z0-9.-]+(?::[0-9]+)?)\/?$/.exec(resource)?.[1]
  if (owner === undefined || !vault.host.endsWith(`.${owner}`)) {
    throw notAVault('it asks for a token for something else than itself')
  }
  return { scope: `https://${owner}/.default`, tenant: tenant.toLowerCase() }
}

function parameter(header: string, name: string): string | undefined {
  return new RegExp(`(?:^|[\\s,])${name}="([^"]{1,300})"`).exec(header)?.[1]
}

function notAVault(reason: string): CallFailure {
  return new CallFailure(reason, { hint: 'check that the address is one of a key vault, and no proxy answers for it' })
}
