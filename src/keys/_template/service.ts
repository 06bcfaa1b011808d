import { KeyError } from '../../errors.ts'
import type { CallPolicy } from '../services/call-policy.ts'
import type { ServiceEnvironment } from '../services/environment.ts'
import type { HttpReply } from '../services/http.ts'
import {
  type KeyService,
  type ServiceCall,
  type ServiceKey,
  WRAPPED_LENGTHS,
  type Wrapped,
} from '../services/key-service.ts'
import { withRetries } from '../services/retry.ts'
import { type ServiceAct, serviceError } from '../services/service-error.ts'
import { transportReason } from '../services/transport-reason.ts'

// one that is there, so that this compiles; yours comes into SERVICE_TYPES
const TYPE = 'hc_vault'
const SERVICE = 'Example KMS'

/** A service that takes bytes at `/wrap/KEY` and `/unwrap/KEY`: see README.md beside this file. */
export class TemplateService implements KeyService {
  readonly type = TYPE
  private readonly environment: ServiceEnvironment
  private readonly policy: CallPolicy

  constructor(environment: ServiceEnvironment, policy: CallPolicy) {
    this.environment = environment
    this.policy = policy
  }

  check(key: ServiceKey): void {
    this.allowed(key)
  }

  account(key: ServiceKey): string {
    return `${SERVICE} ${this.allowed(key).host}`
  }

  async wrap(key: ServiceKey, plaintext: Uint8Array, { signal }: ServiceCall): Promise<Wrapped> {
    const wrapped = await this.ask(this.allowed(key), 'wrap', plaintext, signal)
    return { enc: Buffer.from(wrapped).toString('base64'), key }
  }

  async unwrap(key: ServiceKey, enc: string, { signal }: ServiceCall): Promise<Uint8Array> {
    const url = this.allowed(key)
    const plaintext = await this.ask(url, 'unwrap', Buffer.from(enc, 'base64'), signal)
    // trust no reply
    if (WRAPPED_LENGTHS.includes(plaintext.length)) return plaintext
    plaintext.fill(0)
    throw serviceError(act(url, 'unwrap'), { reason: 'it gave no data key', hint: 'restore the file from git' })
  }

  /** Well formed, and somewhere the user allows. */
  private allowed({ fields }: ServiceKey): URL {
    const { address = '', name = '' } = fields
    if (!URL.canParse(address) || !/^[a-z0-9-]+$/.test(name)) {
      throw new KeyError('ERR_RECIPIENT', `this is no key of ${SERVICE}`, { hint: 'its form is …' })
    }
    const url = new URL(name, address)
    // true only for what the pattern of the cloud's own endpoints matches
    const isPublic = /\.kms\.example\.com$/.test(url.hostname)
    this.policy.checkHost(url, isPublic)
    this.policy.checkAccount({ cloud: 'Vault', id: url.host })
    return url
  }

  private async ask(url: URL, verb: 'wrap' | 'unwrap', body: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    const { http, clock, random, variable } = this.environment
    const headers = { authorization: `Bearer ${variable('EXAMPLE_TOKEN') ?? ''}` }
    const attempt = async (attemptSignal: AbortSignal) => {
      const reply = await http.send(
        { method: 'POST', url: `${url.origin}/${verb}${url.pathname}`, headers, body },
        attemptSignal,
      )
      if (reply.status !== 200) throw new Refusal(reply)
      return reply.body
    }
    const isTransient = (error: unknown) =>
      error instanceof Refusal ? error.isTransient : transportReason(error)?.isTransient === true
    try {
      return await withRetries(attempt, { signal, clock, random, isTransient })
    } catch (error) {
      const fault = error instanceof Refusal ? error.fault : transportReason(error)
      throw fault === undefined ? error : serviceError(act(url, verb), fault)
    }
  }
}

/** Only the status is kept: what a server says may be anything. */
class Refusal extends Error {
  readonly isTransient: boolean
  readonly fault = { reason: 'it refuses', permission: 'example.unwrap', hint: 'ask for the permission' }

  constructor({ status }: HttpReply) {
    super(`status ${status}`)
    this.isTransient = status === 429 || status >= 500
  }
}

function act(url: URL, verb: ServiceAct['verb']): ServiceAct {
  return { service: SERVICE, verb, key: url.href, caller: 'the token of EXAMPLE_TOKEN' }
}
