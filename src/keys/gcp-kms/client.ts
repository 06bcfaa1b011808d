import type { KeyError } from '../../errors.ts'
import { type CallPolicy, checkAddress } from '../services/call-policy.ts'
import type { ServiceEnvironment } from '../services/environment.ts'
import { CALL_RETRIES, CallFailure, type JsonObject, type JsonReply, sendJson } from '../services/rest.ts'
import { withRetries } from '../services/retry.ts'
import { serviceError } from '../services/service-error.ts'
import type { GcpCredentials } from './credentials.ts'
import { gcpEndpoint } from './endpoint.ts'
import { findCredentials } from './find-credentials.ts'
import { refusalOf } from './refusal.ts'
import type { GcpResource } from './resource.ts'

export interface GcpCall {
  readonly resource: GcpResource
  /** What is asked of it: the end of the address. */
  readonly verb: ':encrypt' | ':decrypt' | ':asymmetricDecrypt' | '/publicKey'
  /** None: it is read. */
  readonly body?: JsonObject
}

const VERBS = {
  ':encrypt': 'wrap',
  ':decrypt': 'unwrap',
  ':asymmetricDecrypt': 'unwrap',
  '/publicKey': 'look up',
} as const

/**
 * Cloud KMS over REST, with the credentials of this machine.
 *
 * @see https://cloud.google.com/kms/docs/reference/rest
 */
export class GcpClient {
  private readonly environment: ServiceEnvironment
  private readonly policy: CallPolicy
  private credentials: Promise<GcpCredentials> | undefined

  constructor(environment: ServiceEnvironment, policy: CallPolicy) {
    this.environment = environment
    this.policy = policy
  }

  /** @throws {@link KeyError} `ERR_NOT_ALLOWED`, `ERR_KEY_SERVICE` */
  checkEndpoint(): void {
    this.endpoint()
  }

  /**
   * @param read - takes what is needed out of the reply; throws {@link CallFailure} when it is not as it has to be
   * @throws {@link KeyError} `ERR_KEY_SERVICE`, `ERR_NOT_ALLOWED`
   */
  async call<T>(call: GcpCall, read: (reply: JsonObject) => T, signal: AbortSignal): Promise<T> {
    const { clock, random } = this.environment
    const base = this.endpoint()
    try {
      const attempt = async (deadline: AbortSignal) => read(await this.ask(base, call, deadline))
      return await withRetries(attempt, { signal, clock, random, ...CALL_RETRIES })
    } catch (error) {
      if (!(error instanceof CallFailure)) throw error
      throw await this.explain(call, error)
    }
  }

  /** Tokens and whose they were are forgotten. */
  forget(): void {
    this.credentials = undefined
  }

  private endpoint(): string {
    const { base, isPublic } = gcpEndpoint(this.environment)
    if (isPublic) this.policy.checkHost(new URL(base), true)
    else checkAddress(new URL(base)) // the user named it
    return base
  }

  private async ask(base: string, call: GcpCall, signal: AbortSignal): Promise<JsonObject> {
    const first = await this.send(base, call, signal)
    if (first.status !== 401) return accepted(first, call)
    // a token can end, or be taken back, before its time: once with a new one
    this.forget()
    return accepted(await this.send(base, call, signal), call)
  }

  private async send(base: string, { resource, verb, body }: GcpCall, signal: AbortSignal): Promise<JsonReply> {
    const headers = await (await this.signIn()).headers(signal)
    const url = `${base}/v1/${resource.path}${verb}`
    const request = body === undefined ? { method: 'GET' as const } : { method: 'POST' as const, body }
    return await sendJson(this.environment.http, { ...request, url, headers }, signal)
  }

  /** One search for all that call at the same time; one that failed is not kept. */
  private signIn(): Promise<GcpCredentials> {
    this.credentials ??= findCredentials(this.environment).catch((error: unknown) => {
      this.forget()
      throw error
    })
    return this.credentials
  }

  private async explain({ resource, verb }: GcpCall, failure: CallFailure): Promise<KeyError> {
    const caller = await this.credentials?.then(
      ({ who }) => who,
      () => undefined, // the failure says why there are none
    )
    const act = { service: 'GCP KMS', verb: VERBS[verb], key: resource.path, region: resource.location, caller }
    return serviceError(act, { reason: failure.message, hint: failure.hint, permission: failure.permission })
  }
}

function accepted(reply: JsonReply, { verb, resource }: GcpCall): JsonObject {
  if (reply.status >= 200 && reply.status < 300) return reply.json
  throw refusalOf(reply, verb, resource)
}
