import { KeyError } from '../../errors.ts'
import type { KeyEntry } from '../../format/metadata.ts'
import { keyName } from '../key-name.ts'
import type { KeyDescription, KeyProvider, MasterKey } from '../master-key.ts'
import type { Clock } from './environment.ts'
import type { KeyServices, ServiceKey, ServiceType } from './key-service.ts'

export interface ServiceProviderOptions {
  readonly services: KeyServices
  readonly clock: Clock
  /** RFC 3339, UTC, to the second. */
  readonly now: () => string
  /** For one wrap or unwrap with all its retries. */
  readonly totalMs: number
}

type MasterKeyType = Exclude<ServiceType, 'local'>

/** Master keys of files that a service holds, as sops has them: a call for every file. */
export class ServiceProvider implements KeyProvider {
  readonly type: MasterKeyType
  private readonly options: ServiceProviderOptions

  constructor(type: MasterKeyType, options: ServiceProviderOptions) {
    this.type = type
    this.options = options
  }

  masterKey(description: KeyDescription): MasterKey {
    const key = this.serviceKey(description)
    return { type: this.type, name: keyName(description), wrap: (share) => this.wrap(key, share) }
  }

  private async wrap(key: ServiceKey, share: Uint8Array): Promise<KeyEntry> {
    const { services, clock, now, totalMs } = this.options
    const service = await services.get(this.type)
    service.check(key)
    const { enc, key: used } = await service.wrap(key, share, { signal: clock.timeout(totalMs) })
    return { ...used, type: this.type, enc, createdAt: now() }
  }

  async unwrap(entry: KeyEntry): Promise<Uint8Array> {
    const { services, clock, totalMs } = this.options
    const { enc, createdAt: _, ...description } = entry
    const key = this.serviceKey(description)
    const service = await services.get(this.type)
    service.check(key)
    return await service.unwrap(key, enc, { signal: clock.timeout(totalMs) })
  }

  private serviceKey(description: KeyDescription): ServiceKey {
    if (description.type === this.type) return { ...description, type: this.type }
    throw new KeyError('ERR_RECIPIENT', `a key of the kind ${description.type} was given to ${this.type}`)
  }
}
