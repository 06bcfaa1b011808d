import type { ServiceEnvironment } from '../services/environment.ts'
import { CallFailure } from '../services/rest.ts'
import { tokenInTime } from '../services/until-aborted.ts'
import type { Challenge } from './challenge.ts'
import type { SourcedToken, TokenSource } from './token-source.ts'

/** Tokens are asked for anew so long before they end. */
const SPARE_MS = 60_000

/**
 * Tokens of Microsoft Entra ID, from the first source of the chain that has one; that source is kept, as sops keeps it.
 *
 * @see https://learn.microsoft.com/azure/developer/go/sdk/authentication/credential-chains
 */
export class AzureCredentials {
  private readonly environment: ServiceEnvironment
  private sources: Promise<readonly TokenSource[]> | undefined
  private chosen: TokenSource | undefined
  private readonly tokens = new Map<string, Promise<SourcedToken>>()

  constructor(environment: ServiceEnvironment) {
    this.environment = environment
  }

  /** Whose credentials were used; undefined as long as none were. */
  get who(): string | undefined {
    return this.chosen?.who
  }

  /** @throws {@link CallFailure} */
  async token(challenge: Challenge, signal: AbortSignal): Promise<string> {
    const name = `${challenge.tenant} ${challenge.scope}`
    // one search for all that call at the same time
    const asking = this.tokens.get(name) ?? this.remember(name, challenge)
    const { token, until } = await tokenInTime(asking, signal)
    if (this.environment.clock.now() < until - SPARE_MS) return token
    return (await tokenInTime(this.remember(name, challenge), signal)).token
  }

  private remember(name: string, challenge: Challenge): Promise<SourcedToken> {
    const asking = this.ask(challenge)
    this.tokens.set(name, asking)
    asking.catch(() => {
      // failures are not kept: the next one may do better
      if (this.tokens.get(name) === asking) this.tokens.delete(name)
    })
    return asking
  }

  /** Ask anew, also for tokens that should still be good. */
  forget(): void {
    this.sources = undefined
    this.chosen = undefined
    this.tokens.clear()
  }

  private async ask(challenge: Challenge): Promise<SourcedToken> {
    const sources = this.chosen === undefined ? await this.find() : [this.chosen]
    let last: unknown
    for (const source of sources) {
      try {
        const token = await source.token(challenge)
        if (token === undefined) continue
        this.chosen = source
        return token
      } catch (error) {
        if (source.isMeant || !(error instanceof CallFailure)) throw error
        last = error // that something on this machine answers does not mean that it is for us
      }
    }
    throw (
      last ??
      new CallFailure('no credentials were found', {
        hint: `run "az login --tenant ${challenge.tenant}", or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET`,
      })
    )
  }

  private find(): Promise<readonly TokenSource[]> {
    this.sources ??= import('./token-sources.ts').then(({ tokenSources }) => tokenSources(this.environment))
    return this.sources
  }
}
