import { KeyError } from '../../errors.ts'
import type { ServiceEnvironment } from '../services/environment.ts'
import type { HttpRequest } from '../services/http.ts'
import { withRetries } from '../services/retry.ts'
import { type ServiceAct, serviceError } from '../services/service-error.ts'
import { transportReason } from '../services/transport-reason.ts'
import { readJson, VaultRefusal } from './reply.ts'
import { type VaultTls, vaultTls } from './tls.ts'

/** One call of the API. */
export interface VaultCall {
  readonly url: URL
  /** Below `/v1/`. */
  readonly path: string
  /** Undefined for logging in. */
  readonly token: string | undefined
  readonly body: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

/** The HTTP API of Vault and OpenBao, as far as it is needed. */
export class VaultApi {
  private readonly environment: ServiceEnvironment
  private tls: Promise<VaultTls> | undefined

  constructor(environment: ServiceEnvironment) {
    this.environment = environment
  }

  /**
   * @returns what the reply holds; nothing of it has been looked at
   * @throws VaultRefusal, or an error of the transport: see {@link vaultError}
   */
  async post({ url, path, token, body, signal }: VaultCall): Promise<unknown> {
    const { http, clock, random, variable } = this.environment
    const tls = await this.settings()
    const namespace = variable('VAULT_NAMESPACE') ?? ''
    const request: HttpRequest = {
      method: 'POST',
      url: `${url.origin}${url.pathname.replace(/\/+$/, '')}/v1/${path}`,
      headers: {
        'content-type': 'application/json',
        'x-vault-request': 'true',
        ...(token === undefined ? {} : { 'x-vault-token': token }),
        ...(namespace === '' ? {} : { 'x-vault-namespace': namespace }),
      },
      body: Buffer.from(JSON.stringify(body)),
      ...tls,
    }
    const attempt = async (attemptSignal: AbortSignal) => {
      const reply = await http.send(request, attemptSignal)
      if (reply.status !== 200) throw new VaultRefusal(reply)
      return readJson(reply)
    }
    return withRetries(attempt, {
      signal,
      clock,
      random,
      isTransient: (error) =>
        error instanceof VaultRefusal ? error.isTransient : transportReason(error)?.isTransient === true,
      retryAfterMs: (error) => (error instanceof VaultRefusal ? error.retryAfterMs : undefined),
    })
  }

  /** Read once, unless that failed. */
  private settings(): Promise<VaultTls> {
    this.tls ??= vaultTls(this.environment).catch((error: unknown) => {
      this.tls = undefined
      throw error
    })
    return this.tls
  }
}

/** What a failed call means, in our words. @param permission - what the token needs for it */
export function vaultError(error: unknown, act: ServiceAct, permission: string): unknown {
  if (error instanceof KeyError) return error
  if (error instanceof VaultRefusal) return serviceError(act, error.fault(permission))
  if (error instanceof SyntaxError) return unusableReply(act)
  const fault = transportReason(error)
  return fault === undefined ? error : serviceError(act, fault)
}

/** A reply that is not what Vault replies. */
export function unusableReply(act: ServiceAct): KeyError {
  return serviceError(act, {
    reason: 'its reply cannot be used',
    hint: 'check that the address is that of a Vault, and what stands between it and this machine',
  })
}
