import type { HttpReply } from '../services/http.ts'
import type { ServiceFault } from '../services/service-error.ts'

/** A reply that is no success. Only its status is kept: what a server says may be anything. */
export class VaultRefusal extends Error {
  override readonly name = 'VaultRefusal'
  readonly status: number
  readonly retryAfterMs: number | undefined

  constructor({ status, headers }: HttpReply) {
    super(`status ${status}`)
    this.status = status
    const seconds = /^[0-9]{1,4}$/.exec(headers['retry-after'] ?? '')?.[0]
    this.retryAfterMs = seconds === undefined ? undefined : Number(seconds) * 1000
  }

  /**
   * Overloaded, not yet consistent (412), a standby that cannot pass it on (472, 473), or broken for now.
   *
   * @see https://developer.hashicorp.com/vault/api-docs#http-status-codes
   */
  get isTransient(): boolean {
    return this.status >= 500 || [412, 429, 472, 473].includes(this.status)
  }

  /** @param permission - what the token needs for this */
  fault(permission: string): ServiceFault {
    const { status } = this
    if (status === 403)
      return { reason: 'access is denied, or the token is not valid any more', permission, hint: DENIED }
    if (status === 400) return { reason: 'the request is refused', hint: REFUSED }
    if (status === 404)
      return {
        reason: 'there is no such engine',
        hint: 'check the path of the engine in its address, and VAULT_NAMESPACE',
      }
    if (status === 429) return { reason: 'it is overloaded', hint: 'try again later' }
    if (status === 503) return { reason: 'it is sealed or in maintenance', hint: 'have it unsealed, then try again' }
    if (status >= 300 && status < 400)
      return { reason: 'it sends to another address', hint: 'name the address of the active node: none is followed' }
    return { reason: `it answers with status ${status}`, hint: 'check the address, and the log of the server' }
  }

  /**
   * The same for logging in. An engine that is not there is denied as well, so that nobody learns which there are.
   *
   * @param path - `auth/approle/login`
   */
  loginFault(path: string): ServiceFault {
    const { status } = this
    if (status === 400) return { reason: 'it does not accept the role, or what proves it', hint: LOGIN_REFUSED }
    if (status !== 403 && status !== 404) return this.fault('')
    return { reason: `logging in at ${path} is denied, or there is nothing`, hint: LOGIN_DENIED }
  }
}

const LOGIN_REFUSED =
  'check the role, and that its secret id or token has not ended or been used up; one that came wrapped is unwrapped first: "vault unwrap"'
const LOGIN_DENIED = 'check VAULT_AUTH_METHOD, VAULT_AUTH_PATH, VAULT_NAMESPACE and the role'
const DENIED = 'log in anew, or have the policy of the token extended'
const REFUSED = 'check that the key exists, and that nobody changed what it wrapped; restore the file from git'

/** @throws SyntaxError whose message says nothing of the reply */
export function readJson({ body }: HttpReply): unknown {
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'))
  } catch {
    throw new SyntaxError('no JSON')
  } finally {
    // wiped: it may be a data key
    body.fill(0)
  }
}

/** A text at a path of what JSON gave; undefined when there is none. */
export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  let inner = value
  for (const name of path) {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, name)) return undefined
    inner = Object.getOwnPropertyDescriptor(inner, name)?.value
  }
  return typeof inner === 'string' ? inner : undefined
}
