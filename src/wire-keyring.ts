import type { UserConfig } from './config/user-config.ts'
import type { RandomSource } from './crypto/random.ts'
import type { AgeEnvironment } from './keys/age/environment.ts'
import { AgeProvider } from './keys/age/provider.ts'
import { Keyring } from './keys/keyring.ts'
import { ServiceRegistry } from './keys/services/registry.ts'
import { SERVICE_KEY_TYPES, ServiceProvider } from './keys/services/service-provider.ts'
import type { WrappingTools } from './keys/wrapped/wrap-identity.ts'
import { WrappedIdentities } from './keys/wrapped/wrapped-identities.ts'
import { ageEnvironment } from './platform/age-environment.ts'
import { nodeClock } from './platform/clock.ts'
import type { RecipientBook } from './recipients/directory.ts'
import { wrappedFinder } from './recipients/find-wrapped.ts'

/** The tools of this process that calling key services needs. Nothing is read or loaded before it is asked for. */
interface ServiceTools {
  readonly services: ServiceRegistry
  /** What the user says in files and variables. @throws ConfigError `ERR_CONFIG`, `ERR_CONFIG_NOT_FOUND` */
  readonly userConfig: () => Promise<UserConfig>
}

/** @param random - for keys and pauses */
function serviceTools(random: RandomSource): ServiceTools {
  const userConfig = once(async () => {
    const [{ readUserConfig }, { nodeFiles }, environment] = await Promise.all([
      import('./config/user-config.ts'),
      import('./platform/files/files.ts'),
      machine(random),
    ])
    return readUserConfig(environment, nodeFiles, process.cwd())
  })
  const services = new ServiceRegistry(async () => {
    const { CallPolicy } = await import('./keys/services/call-policy.ts')
    return { environment: await machine(random), policy: new CallPolicy((await userConfig()).calls) }
  })
  return { services, userConfig }
}

export interface MachineKeys {
  /** The age identities of this machine and those that services wrap, and the services it may call. */
  readonly keyring: Keyring
  /** For identities that are wrapped and unwrapped by hand. */
  readonly wrapping: WrappingTools
}

/** @param recipients - whose wrapped identities are used */
export function machineKeys(
  random: RandomSource,
  now: () => string,
  recipients: () => Promise<RecipientBook>,
): MachineKeys {
  const { services, userConfig } = serviceTools(random)
  const timeouts = async () => (await userConfig()).timeouts
  const wrapping = { services, timeouts, clock: nodeClock }
  const wrapped = new WrappedIdentities(wrappedFinder(recipients), wrapping)
  const providers = SERVICE_KEY_TYPES.map(
    (type) => new ServiceProvider(type, { services, timeouts, clock: nodeClock, now }),
  )
  const keyring = new Keyring([new AgeProvider(ageEnvironment, random, wrapped), ...providers], random)
  return { keyring, wrapping }
}

/** Keys that were handed in: nothing else of this machine is looked at. */
export function givenKeyring(age: AgeEnvironment, random: RandomSource): Keyring {
  return new Keyring([new AgeProvider(age, random)], random)
}

async function machine(random: RandomSource) {
  const [{ serviceEnvironment }, { userFolder }] = await Promise.all([
    import('./platform/service-environment.ts'),
    import('./config/user-config-path.ts'),
  ])
  return serviceEnvironment(random, userFolder)
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make().catch((error: unknown) => {
      // what was wrong can be right the next time
      made = undefined
      throw error
    })
    return made
  }
}
