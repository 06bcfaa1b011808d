import { KeyError } from '../../errors.ts'
import type { KeyEntry } from '../../format/metadata.ts'
import { keyName } from '../key-name.ts'
import type { KeyCall, KeyDescription, KeyProvider, MasterKey, UnwrapContext } from '../master-key.ts'
import { reasonOf } from '../reason.ts'
import type { Clock } from './environment.ts'
import type { KeyServices, ServiceKey, ServiceType } from './key-service.ts'

export interface ServiceProviderOptions {
  readonly services: KeyServices
  readonly clock: Clock
  /** RFC 3339, UTC, to the second. */
  readonly now: () => string
  /** `totalMs` is for one wrap or unwrap with all its retries. @throws ConfigError when the user's settings are wrong */
  readonly timeouts: () => Promise<{ readonly totalMs: number }>
}

type MasterKeyType = Exclude<ServiceType, 'local'>

/** Kinds of master keys of files that a service holds. */
export const SERVICE_KEY_TYPES: readonly MasterKeyType[] = ['kms', 'gcp_kms', 'azure_kv', 'hc_vault']

/** A key that did not answer in all its time is not asked for the next file: a thousand files would wait as often. */
const SILENT_MS = 30_000

/** Master keys of files that a service holds, as sops has them: a call for every file. */
export class ServiceProvider implements KeyProvider {
  readonly type: MasterKeyType
  private readonly options: ServiceProviderOptions
  /** By the fields that name them, keys for which the time was up: why, and when. */
  private readonly silent = new Map<string, { readonly error: unknown; readonly at: number }>()

  constructor(type: MasterKeyType, options: ServiceProviderOptions) {
    this.type = type
    this.options = options
  }

  masterKey(description: KeyDescription): MasterKey {
    const key = this.serviceKey(description)
    return { type: this.type, name: keyName(description), wrap: (share) => this.wrap(key, share) }
  }

  private async wrap(key: ServiceKey, share: Uint8Array): Promise<KeyEntry> {
    const service = await this.options.services.get(this.type)
    service.check(key)
    const { enc, key: used } = await this.inTime(key, (signal) => service.wrap(key, share, { signal }))
    return { ...used, type: this.type, enc, createdAt: this.options.now() }
  }

  async unwrap(entry: KeyEntry, { offline = false }: UnwrapContext = {}): Promise<Uint8Array> {
    if (offline) {
      throw new KeyError('ERR_KEY_SERVICE', 'the service is not asked here', { hint: 'decrypt the file to ask it' })
    }
    const { enc, createdAt: _, ...description } = entry
    const key = this.serviceKey(description)
    const service = await this.options.services.get(this.type)
    service.check(key)
    return await this.inTime(key, (signal) => service.unwrap(key, enc, { signal }))
  }

  async about(description: KeyDescription): Promise<KeyCall> {
    try {
      const key = this.serviceKey(description)
      const service = await this.options.services.get(this.type)
      const whose = service.account(key)
      try {
        service.check(key)
        return { whose }
      } catch (error) {
        return { whose, problem: reasonOf(error) }
      }
    } catch (error) {
      return { problem: reasonOf(error) }
    }
  }

  private async inTime<T>(key: ServiceKey, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { clock, timeouts } = this.options
    const name = JSON.stringify(key.fields)
    const known = this.silent.get(name)
    if (known !== undefined && clock.now() - known.at < SILENT_MS) throw known.error
    const signal = clock.timeout((await timeouts()).totalMs)
    try {
      return await call(signal)
    } catch (error) {
      if (signal.aborted) this.silent.set(name, { error, at: clock.now() })
      throw error
    }
  }

  dispose(): void {
    this.silent.clear()
    this.options.services.dispose?.()
  }

  private serviceKey(description: KeyDescription): ServiceKey {
    if (description.type === this.type) return { ...description, type: this.type }
    throw new KeyError('ERR_RECIPIENT', `a key of the kind ${description.type} was given to ${this.type}`)
  }
}
