import type { CallPolicy } from '../services/call-policy.ts'
import type { ServiceEnvironment } from '../services/environment.ts'
import {
  type Binding,
  type KeyService,
  type ServiceCall,
  type ServiceKey,
  WRAPPED_LENGTHS,
  type Wrapped,
} from '../services/key-service.ts'
import { type ServiceAct, serviceError } from '../services/service-error.ts'
import { checkVaultAddress } from './allowlist.ts'
import { unusableReply, VaultApi, vaultError } from './api.ts'
import { textAt, VaultRefusal } from './reply.ts'
import { VaultSessions } from './sessions.ts'
import { readTransitKey, type TransitKey } from './transit-key.ts'

const SERVICE = 'Vault'
/** Wrapped shares have about a hundred characters, with RSA keys some hundred. */
const MAX_ENC_CHARACTERS = 16 * 1024

/**
 * The transit engine of HashiCorp Vault and OpenBao, over their HTTP API. Sealing to a key that does not exist makes it,
 * where the token may do that, as with sops: Vault does so of itself.
 *
 * @see https://developer.hashicorp.com/vault/api-docs/secret/transit
 * @see sops `hcvault/keysource.go`
 */
export class VaultService implements KeyService {
  readonly type = 'hc_vault'
  private readonly environment: ServiceEnvironment
  private readonly policy: CallPolicy
  private readonly api: VaultApi
  private readonly sessions: VaultSessions

  constructor(environment: ServiceEnvironment, policy: CallPolicy) {
    this.environment = environment
    this.policy = policy
    this.api = new VaultApi(environment)
    this.sessions = new VaultSessions(environment, this.api)
  }

  check(key: ServiceKey): void {
    this.allowed(key)
  }

  account(key: ServiceKey): string {
    return `Vault ${readTransitKey(key).url.host}`
  }

  async wrap(key: ServiceKey, plaintext: Uint8Array, { signal, binding }: ServiceCall): Promise<Wrapped> {
    const text = Buffer.from(plaintext.buffer, plaintext.byteOffset, plaintext.byteLength).toString('base64')
    const transit = this.allowed(key)
    const enc = await this.withBinding(binding, (bound) =>
      this.ask(transit, 'encrypt', { plaintext: text, ...bound }, 'ciphertext', signal),
    )
    return { enc: this.checkedEnc(enc, act(transit, 'wrap')), key }
  }

  async unwrap(key: ServiceKey, enc: string, { signal, binding }: ServiceCall): Promise<Uint8Array> {
    const transit = this.allowed(key)
    if (enc.length > MAX_ENC_CHARACTERS || !enc.startsWith('vault:')) throw notWrapped(transit)
    const text = await this.withBinding(binding, (bound) =>
      this.ask(transit, 'decrypt', { ciphertext: enc, ...bound }, 'plaintext', signal),
    )
    const plaintext = Buffer.from(text, 'base64')
    if (plaintext.toString('base64') !== text) throw unusableReply(act(transit, 'unwrap'))
    if (WRAPPED_LENGTHS.includes(plaintext.length)) return plaintext
    plaintext.fill(0)
    throw serviceError(act(transit, 'unwrap'), {
      reason: `it gave ${plaintext.length} bytes where 32 are expected`,
      hint: 'restore the file from git; if it is as it was, do not trust this server',
    })
  }

  /** To the newest version of the same key. What is bound cannot be moved so: `rewrap` of Vault knows no associated data. */
  async rewrap(
    from: { readonly key: ServiceKey; readonly enc: string; readonly binding?: Binding },
    to: { readonly key: ServiceKey; readonly binding?: Binding },
    { signal }: Omit<ServiceCall, 'binding'>,
  ): Promise<Wrapped | undefined> {
    const [transit, target] = [this.allowed(from.key), this.allowed(to.key)]
    if (transit.shown !== target.shown || from.binding !== undefined || to.binding !== undefined) return undefined
    if (from.enc.length > MAX_ENC_CHARACTERS || !from.enc.startsWith('vault:')) throw notWrapped(transit)
    const enc = await this.ask(transit, 'rewrap', { ciphertext: from.enc }, 'ciphertext', signal)
    return { enc: this.checkedEnc(enc, act(transit, 'rewrap')), key: to.key }
  }

  dispose(): void {
    this.sessions.dispose()
  }

  private allowed(key: ServiceKey): TransitKey {
    const transit = readTransitKey(key)
    const allowlist = this.environment.variable('SOPS_HC_VAULT_ALLOWLIST')
    checkVaultAddress(transit.address, transit.url, allowlist, this.policy)
    return transit
  }

  /** Keys that are not authenticated (RSA) refuse to be bound; the identity that is wrapped names its owner anyway. */
  private async withBinding(
    binding: Binding | undefined,
    ask: (bound: Readonly<Record<string, string>>) => Promise<string>,
  ): Promise<string> {
    if (binding === undefined) return await ask({})
    const text = `bulla identity ${binding.name} ${binding.recipient}`
    try {
      return await ask({ associated_data: Buffer.from(text).toString('base64') })
    } catch (error) {
      if (!(error instanceof BindingRefused)) throw error
      return await ask({})
    }
  }

  private async ask(
    transit: TransitKey,
    operation: 'encrypt' | 'decrypt' | 'rewrap',
    body: Readonly<Record<string, string>>,
    field: string,
    signal: AbortSignal,
  ): Promise<string> {
    const verb = operation === 'encrypt' ? 'wrap' : operation === 'decrypt' ? 'unwrap' : 'rewrap'
    const session = await this.sessions.of(transit, signal)
    const path = transit.path(operation)
    const about = { ...act(transit, verb), caller: session.caller }
    const send = async (token: string) => this.api.post({ url: transit.url, path, token, body, signal })
    try {
      const reply = await send(session.token).catch(async (error: unknown) => {
        const renewed = error instanceof VaultRefusal && error.status === 403 ? await session.renew() : undefined
        if (renewed === undefined) throw error
        return send(renewed)
      })
      const text = textAt(reply, 'data', field)
      if (text !== undefined && text !== '') return text
    } catch (error) {
      const isRefused = error instanceof VaultRefusal && error.status === 400 && 'associated_data' in body
      throw isRefused ? new BindingRefused() : vaultError(error, about, `update on ${path}`)
    }
    throw unusableReply(about)
  }

  private checkedEnc(enc: string, about: ServiceAct): string {
    if (enc.length <= MAX_ENC_CHARACTERS && /^vault:v[0-9]+:[A-Za-z0-9+/=]+$/.test(enc)) return enc
    throw unusableReply(about)
  }
}

class BindingRefused extends Error {}

function act({ shown }: TransitKey, verb: ServiceAct['verb']): ServiceAct {
  return { service: SERVICE, verb, key: shown }
}

function notWrapped(transit: TransitKey): unknown {
  return serviceError(act(transit, 'unwrap'), {
    reason: 'what is to be unwrapped was not wrapped by a Vault',
    hint: 'restore the file from git',
  })
}
