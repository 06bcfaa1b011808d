import type { KeyError } from '../../errors.ts'
import type { ServiceEnvironment } from '../services/environment.ts'
import { CALL_RETRIES, CallFailure, type JsonObject, type JsonReply, sendJson } from '../services/rest.ts'
import { withRetries } from '../services/retry.ts'
import { serviceError } from '../services/service-error.ts'
import { type Challenge, readChallenge } from './challenge.ts'
import { AzureCredentials } from './credentials.ts'
import { type KeyOperation, refusalOf } from './refusal.ts'
import type { VaultKey } from './vault-key.ts'

/** Every vault and managed HSM of every cloud knows it. sops asks for a newer one, and uses nothing that is new in it. */
const API_VERSION = '7.4'
const VERBS = { encrypt: 'wrap', decrypt: 'unwrap', get: 'look up' } as const

export interface VaultCall {
  readonly key: VaultKey
  readonly operation: KeyOperation
  /** None for `get`. */
  readonly body?: JsonObject
}

/**
 * Azure Key Vault over REST, with the credentials of this machine.
 *
 * @see https://learn.microsoft.com/rest/api/keyvault/keys
 */
export class VaultClient {
  private readonly environment: ServiceEnvironment
  private credentials: AzureCredentials
  private readonly challenges = new Map<string, Challenge>()

  constructor(environment: ServiceEnvironment) {
    this.environment = environment
    this.credentials = new AzureCredentials(environment)
  }

  /**
   * @param read - takes what is needed out of the reply; throws {@link CallFailure} when it is not as it has to be
   * @throws {@link KeyError} `ERR_KEY_SERVICE`
   */
  async call<T>(call: VaultCall, read: (reply: JsonObject) => T, signal: AbortSignal): Promise<T> {
    const { clock, random } = this.environment
    try {
      const attempt = async (deadline: AbortSignal) => read(await this.ask(call, deadline))
      return await withRetries(attempt, { signal, clock, random, ...CALL_RETRIES })
    } catch (error) {
      if (!(error instanceof CallFailure)) throw error
      throw this.explain(call, error)
    }
  }

  /** Tokens and whose they were are forgotten. */
  forget(): void {
    this.credentials = new AzureCredentials(this.environment)
    this.challenges.clear()
  }

  private async ask(call: VaultCall, signal: AbortSignal): Promise<JsonObject> {
    const { host } = call.key.vault
    const challenge = this.challenges.get(host) ?? (await this.askWithoutToken(call, signal))
    const first = await this.send(call, challenge, signal)
    if (first.status !== 401) return this.accepted(first, call)
    // a token can end before its time, and a vault can move to another tenant: once with what it asks for now
    this.credentials.forget()
    const renewed = readChallenge(first, call.key.vault)
    this.challenges.set(host, renewed)
    return this.accepted(await this.send(call, renewed, signal), call)
  }

  /** The vault says what token it wants. Nothing is sent along yet. */
  private async askWithoutToken({ key, operation }: VaultCall, signal: AbortSignal): Promise<Challenge> {
    const request = { method: methodOf(operation), url: urlOf(key, operation) } as const
    const challenge = readChallenge(await sendJson(this.environment.http, request, signal), key.vault)
    this.challenges.set(key.vault.host, challenge)
    return challenge
  }

  private async send(
    { key, operation, body }: VaultCall,
    challenge: Challenge,
    signal: AbortSignal,
  ): Promise<JsonReply> {
    const token = await this.credentials.token(challenge, signal)
    const headers = { authorization: `Bearer ${token}` }
    const content = body === undefined ? {} : { body }
    const request = { method: methodOf(operation), url: urlOf(key, operation), headers, ...content } as const
    return sendJson(this.environment.http, request, signal)
  }

  private accepted(reply: JsonReply, { key, operation }: VaultCall): JsonObject {
    if (reply.status >= 200 && reply.status < 300) return reply.json
    throw refusalOf(reply, operation, this.challenges.get(key.vault.host))
  }

  private explain({ key, operation }: VaultCall, failure: CallFailure): KeyError {
    const act = {
      service: 'Azure Key Vault',
      verb: VERBS[operation],
      key: `${key.vault.origin}/keys/${key.name}/${key.version}`,
      caller: this.credentials.who,
    }
    return serviceError(act, { reason: failure.message, hint: failure.hint, permission: failure.permission })
  }
}

function methodOf(operation: KeyOperation): 'GET' | 'POST' {
  return operation === 'get' ? 'GET' : 'POST'
}

function urlOf({ vault, name, version }: VaultKey, operation: KeyOperation): string {
  const path = [vault.origin, 'keys', name, version, ...(operation === 'get' ? [] : [operation])]
  return `${path.filter((part) => part !== '').join('/')}?api-version=${API_VERSION}`
}
