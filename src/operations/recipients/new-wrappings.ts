import { KeyError } from '../../errors.ts'
import type { ServiceKey } from '../../keys/services/key-service.ts'
import { isSameKey } from '../../keys/wrapped/same-key.ts'
import { type WrappingTools, wrapIdentity } from '../../keys/wrapped/wrap-identity.ts'
import type { WrappedIdentity, Wrapping } from '../../keys/wrapped/wrapping.ts'
import { wrappingName } from '../../keys/wrapped/wrapping-name.ts'
import type { MachineWorld } from '../ports.ts'

type Owner = Pick<WrappedIdentity, 'name' | 'recipient' | 'path'>

/**
 * Wrap an identity by several keys: all of them, or none counts.
 *
 * @throws KeyError `ERR_NO_RECIPIENT` without keys; `ERR_RECIPIENT` for a key twice; as `wrapIdentity`
 */
export async function newWrappings(
  identity: string,
  keys: readonly ServiceKey[],
  owner: Owner,
  world: MachineWorld,
): Promise<readonly Wrapping[]> {
  await checkKeys(keys, { ...owner, wrappings: [] }, world)
  const made = await Promise.all(keys.map((key) => wrapIdentity(identity, key, owner, wrappingToolsOf(world))))
  // a key that was named without its version, or by an alias, is known by its name only now
  for (const [index, { key }] of made.entries())
    await checkNew(key, { ...owner, wrappings: made.slice(0, index) }, world)
  return made
}

/**
 * Before anything is unwrapped or wrapped: each key is well formed, allowed, and named once.
 *
 * @throws KeyError `ERR_NO_RECIPIENT` without keys; `ERR_RECIPIENT`, `ERR_NOT_ALLOWED`
 */
export async function checkKeys(
  keys: readonly ServiceKey[],
  { wrappings, ...owner }: WrappedIdentity,
  world: MachineWorld,
): Promise<void> {
  if (keys.length === 0) throw noKey()
  const known = wrappings.map(({ key }) => ({ key }))
  for (const key of keys) {
    await checkAllowed(key, world)
    await checkNew(key, { ...owner, wrappings: known }, world)
    known.push({ key })
  }
}

/** @throws KeyError `ERR_RECIPIENT` when one of the wrappings is by this key */
export async function checkNew(
  key: ServiceKey,
  { name, path, wrappings }: Pick<WrappedIdentity, 'name' | 'path'> & { wrappings: readonly Pick<Wrapping, 'key'>[] },
  { wrapping: { services } }: MachineWorld,
): Promise<void> {
  const service = await services.get(key.type)
  const same = wrappings.find((wrapping) => isSameKey(wrapping.key, key, service))
  if (same === undefined) return
  throw new KeyError('ERR_RECIPIENT', `${name} is wrapped by ${wrappingName(same.key)} already`, {
    where: { file: path },
    hint: 'name each key once; to wrap by its newest version, use "bulla recipient rewrap"',
  })
}

/** @throws KeyError `ERR_RECIPIENT`, `ERR_NOT_ALLOWED` */
export async function checkAllowed(key: ServiceKey, { wrapping: { services } }: MachineWorld): Promise<void> {
  const service = await services.get(key.type)
  try {
    service.check(key)
  } catch (error) {
    if (!(error instanceof KeyError) || error.code !== 'ERR_RECIPIENT') throw error
    // of several keys it says which
    throw new KeyError(
      error.code,
      `${wrappingName(key)}: ${error.message}`,
      error.hint === undefined ? {} : { hint: error.hint },
    )
  }
}

/** What wraps identities in this world. */
export function wrappingToolsOf({
  wrapping,
  random,
  now,
}: MachineWorld): WrappingTools & Pick<MachineWorld, 'random' | 'now'> {
  return { ...wrapping, random, now }
}

function noKey(): KeyError {
  return new KeyError('ERR_NO_RECIPIENT', 'no key was named that wraps the identity', {
    hint: 'name one with --aws-kms, --gcp-kms, --azure-kv or --hc-vault-transit; to try it out, --local',
  })
}
