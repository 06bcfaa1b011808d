import type { ServiceEnvironment } from '../services/environment.ts'
import { serviceError } from '../services/service-error.ts'
import { unusableReply, type VaultApi, vaultError } from './api.ts'
import { type Credentials, findCredentials } from './login.ts'
import { textAt, VaultRefusal } from './reply.ts'
import type { TransitKey } from './transit-key.ts'

export interface VaultSession {
  readonly token: string
  /** Whose it is, for errors. */
  readonly caller: string
  /** Another token, got by logging in anew or found where the first one was; undefined when there is no other. */
  renew(): Promise<string | undefined>
}

/** Tokens, one for each server: logged in once, however many keys are used at the same time. */
export class VaultSessions {
  private readonly environment: ServiceEnvironment
  private readonly api: VaultApi
  private credentials: Promise<Credentials> | undefined
  private readonly tokens = new Map<string, Promise<string>>()

  constructor(environment: ServiceEnvironment, api: VaultApi) {
    this.environment = environment
    this.api = api
  }

  /** @throws KeyError `ERR_KEY_SERVICE` */
  async of({ url, shown }: TransitKey, signal: AbortSignal): Promise<VaultSession> {
    const { caller } = await this.find()
    const enter = () => this.keep(url, this.enter(url, shown, signal))
    const token = await (this.tokens.get(url.href) ?? enter())
    const renew = async () => {
      const current = await this.tokens.get(url.href)
      // somebody else may have done it in the meantime
      if (current !== undefined && current !== token) return current
      // tokens in files are written anew by others before they end: what was read once is not the last word
      this.credentials = undefined
      const renewed = await enter()
      return renewed === token ? undefined : renewed
    }
    return { token, caller, renew }
  }

  /** One search for all that call at the same time; one that failed is not kept. */
  private find(): Promise<Credentials> {
    this.credentials ??= findCredentials(this.environment).catch((error: unknown) => {
      this.credentials = undefined
      throw error
    })
    return this.credentials
  }

  dispose(): void {
    this.tokens.clear()
    this.credentials = undefined
  }

  private keep({ href }: URL, making: Promise<string>): Promise<string> {
    this.tokens.set(href, making)
    // the next one tries again
    making.catch(() => this.tokens.delete(href))
    return making
  }

  private async enter(url: URL, key: string, signal: AbortSignal): Promise<string> {
    const credentials = await this.find()
    return credentials.kind === 'token' ? credentials.token : this.logIn(url, credentials, key, signal)
  }

  private async logIn(
    url: URL,
    { path, body, caller }: Extract<Credentials, { kind: 'login' }>,
    key: string,
    signal: AbortSignal,
  ): Promise<string> {
    const act = { service: 'Vault', verb: 'log in', key, caller } as const
    let reply: unknown
    try {
      reply = await this.api.post({ url, path, token: undefined, body, signal })
    } catch (error) {
      throw error instanceof VaultRefusal ? serviceError(act, error.loginFault(path)) : vaultError(error, act, path)
    }
    const token = textAt(reply, 'auth', 'client_token')
    if (token === undefined) throw unusableReply(act)
    if (/^[\x21-\x7e]+$/.test(token)) return token
    throw serviceError(act, { reason: 'it gave no token', hint: 'check VAULT_AUTH_METHOD and VAULT_AUTH_PATH' })
  }
}
