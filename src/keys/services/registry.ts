import type { CallPolicy } from './call-policy.ts'
import type { ServiceEnvironment } from './environment.ts'
import type { KeyService, KeyServices, ServiceType } from './key-service.ts'

/** Makes the service of one kind. */
export type ServiceFactory = (environment: ServiceEnvironment, policy: CallPolicy) => KeyService

/** Loaded when they are first asked for: what some of them bring along is larger than all the rest. */
const FACTORIES: Readonly<Record<ServiceType, () => Promise<ServiceFactory>>> = {
  kms: async () => {
    const { AwsKmsService } = await import('../aws-kms/service.ts')
    return (environment, policy) => new AwsKmsService(environment, policy)
  },
  hc_vault: async () => {
    const { VaultService } = await import('../hc-vault/service.ts')
    return (environment, policy) => new VaultService(environment, policy)
  },
  local: async () => {
    const { LocalService } = await import('../local/service.ts')
    return (environment) => new LocalService(environment)
  },
  gcp_kms: async () => {
    const { GcpKmsService } = await import('../gcp-kms/service.ts')
    return (environment, policy) => new GcpKmsService(environment, policy)
  },
  azure_kv: async () => {
    const { AzureKeyVaultService } = await import('../azure-kv/service.ts')
    return (environment, policy) => new AzureKeyVaultService(environment, policy)
  },
}

/** What every service of a process is made with. */
export interface ServiceSetup {
  readonly environment: ServiceEnvironment
  readonly policy: CallPolicy
}

/** All key services of one process. */
export class ServiceRegistry implements KeyServices {
  private readonly setup: () => Promise<ServiceSetup>
  private readonly made = new Map<ServiceType, Promise<KeyService>>()

  /** @param setup - asked for with the first service, and then again for every kind */
  constructor(setup: () => Promise<ServiceSetup>) {
    this.setup = setup
  }

  get(type: ServiceType): Promise<KeyService> {
    const known = this.made.get(type)
    if (known !== undefined) return known
    const making = this.make(type)
    this.made.set(type, making)
    // the settings of the user may be right the next time: who lives long asks again
    making.catch(() => this.made.delete(type))
    return making
  }

  dispose(): void {
    for (const making of this.made.values())
      making.then(
        (service) => service.dispose?.(),
        () => undefined, // whoever asked for it was told
      )
    this.made.clear()
  }

  private async make(type: ServiceType): Promise<KeyService> {
    const [create, { environment, policy }] = await Promise.all([FACTORIES[type](), this.setup()])
    return create(environment, policy)
  }
}
