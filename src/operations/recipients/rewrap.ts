import { isBullaError, KeyError, UsageError } from '../../errors.ts'
import type { ServiceKey } from '../../keys/services/key-service.ts'
import { unwrapIdentity } from '../../keys/wrapped/unwrap-identity.ts'
import { wrapIdentity } from '../../keys/wrapped/wrap-identity.ts'
import type { WrappedIdentity, Wrapping } from '../../keys/wrapped/wrapping.ts'
import { wrappingName } from '../../keys/wrapped/wrapping-name.ts'
import type { ListedRecipient } from '../../recipients/directory.ts'
import type { MachineWorld } from '../ports.ts'
import { readStored, type StoredRecipient, withWrappings, wrappedKeysOf, writeRecipient } from './recipient-store.ts'

/** What becomes of one wrapping. */
export interface RewrapStep {
  readonly name: string
  readonly recipient: string
  /** Names of keys; undefined where a wrapping is added. */
  readonly from: string | undefined
  readonly to: string
  /** `moved`: inside of the service. `planned`: nothing was done. */
  readonly how: 'moved' | 'unwrapped' | 'added' | 'planned'
}

export interface RewrapOptions {
  /** Where to; empty: each to the newest version of its own key. */
  readonly keys: readonly ServiceKey[]
  /** Which wrapping is to move: a name as `wrappingName` gives it, or a part of one. */
  readonly from?: string
  readonly dryRun?: boolean
}

/**
 * Add a wrapping to a recipient, for another region or cloud. Its identity is unwrapped once for that.
 *
 * @throws KeyError `ERR_RECIPIENT`, `ERR_KEY_SERVICE`, `ERR_NOT_ALLOWED`; IntegrityError `ERR_IDENTITY_BINDING`; FileError
 */
export async function addWrappings(
  name: string,
  keys: readonly ServiceKey[],
  world: MachineWorld,
): Promise<RewrapStep[]> {
  if (keys.length === 0) throw noKey()
  const stored = await readStored(name, world)
  const changed = new Map<string, readonly Wrapping[]>()
  const steps: RewrapStep[] = []
  for (const wrapped of wrappedKeysOf(stored.recipient)) {
    const { recipient } = wrapped
    const known = new Set(wrapped.wrappings.map(({ key }) => wrappingName(key)))
    const twice = keys.find((key) => known.has(wrappingName(key)))
    if (twice !== undefined) throw hasWrapping(name, twice, stored.recipient)
    const { text } = await unwrapIdentity(wrapped, world.wrapping)
    const added = await Promise.all(keys.map((key) => wrapIdentity(text, key, { name, recipient }, toolsOf(world))))
    // a key that was named without its version is known by its name only now
    for (const { key } of added) {
      if (known.has(wrappingName(key))) throw hasWrapping(name, key, stored.recipient)
      known.add(wrappingName(key))
    }
    changed.set(wrapped.recipient, [...wrapped.wrappings, ...added])
    steps.push(
      ...added.map(
        ({ key }): RewrapStep => ({ name, recipient, from: undefined, to: wrappingName(key), how: 'added' }),
      ),
    )
  }
  await writeRecipient(stored, withWrappings(stored.recipient, changed), world)
  return steps
}

/**
 * Wrap the identities of a recipient anew: by another key, or by the newest version of the same. Inside of the service where
 * it can, else by unwrapping and wrapping. No sealed file changes.
 *
 * @throws as {@link addWrappings}; UsageError `ERR_USAGE` when it is not clear which wrapping is to move
 */
export async function rewrapRecipient(
  name: string,
  options: RewrapOptions,
  world: MachineWorld,
): Promise<RewrapStep[]> {
  const stored: StoredRecipient = await readStored(name, world)
  const changed = new Map<string, readonly Wrapping[]>()
  const steps: RewrapStep[] = []
  for (const wrapped of wrappedKeysOf(stored.recipient)) {
    const wrappings = [...wrapped.wrappings]
    for (const [index, target] of targets(wrapped, options)) {
      const to = options.keys.length === 0 ? await newest(target, world) : target
      const old = wrapped.wrappings[index]
      if (old === undefined) continue
      const step = { name, recipient: wrapped.recipient, from: wrappingName(old.key), to: wrappingName(to) }
      if (options.dryRun === true) {
        steps.push({ ...step, how: 'planned' })
        continue
      }
      const { wrapping, how } = await moveWrapping(wrapped, old, to, world).catch((error: unknown) => {
        // of all recipients this one
        throw isBullaError(error) ? error.at({ file: wrapped.path }) : error
      })
      wrappings[index] = wrapping
      steps.push({ ...step, to: wrappingName(wrapping.key), how })
    }
    changed.set(wrapped.recipient, wrappings)
  }
  if (options.dryRun !== true) await writeRecipient(stored, withWrappings(stored.recipient, changed), world)
  return steps
}

/** Which wrappings move where. @throws UsageError `ERR_USAGE` */
function targets({ wrappings }: WrappedIdentity, { keys, from }: RewrapOptions): [number, ServiceKey][] {
  const all = [...wrappings.entries()].filter(([, { key }]) => from === undefined || wrappingName(key).includes(from))
  if (all.length === 0) throw unclear('no wrapping has a key of this name')
  if (keys.length === 0) return all.map(([index, { key }]) => [index, key])
  const taken = new Set<number>()
  return keys.map((key) => {
    const alike = all.filter(([, old]) => old.key.type === key.type)
    const [first, second] = alike.length === 0 ? all : alike
    if (first === undefined || second !== undefined || taken.has(first[0]))
      throw unclear('it is not clear which wrapping is to move')
    taken.add(first[0])
    return [first[0], key]
  })
}

async function newest(key: ServiceKey, { wrapping }: MachineWorld): Promise<ServiceKey> {
  return (await wrapping.services.get(key.type)).newest?.(key) ?? key
}

async function moveWrapping(
  wrapped: WrappedIdentity,
  old: Wrapping,
  to: ServiceKey,
  world: MachineWorld,
): Promise<{ wrapping: Wrapping; how: 'moved' | 'unwrapped' }> {
  const { services, clock, timeouts } = world.wrapping
  const { name, recipient } = wrapped
  const binding = { name, recipient }
  const service = await services.get(to.type)
  service.check(to)
  if (old.key.type === to.type && service.rewrap !== undefined) {
    service.check(old.key)
    const call = { signal: clock.timeout((await timeouts()).totalMs) }
    const moved = await service.rewrap({ key: old.key, enc: old.ciphertext, binding }, { key: to, binding }, call)
    if (moved !== undefined) {
      // the wrapping key is the same: what is sealed with it stays
      const wrapping = { key: moved.key, ciphertext: moved.enc, payload: old.payload, createdAt: world.now() }
      return { wrapping, how: 'moved' }
    }
  }
  // by this wrapping first; the others may help where it no longer can
  const others = wrapped.wrappings.filter((wrapping) => wrapping !== old)
  const { text } = await unwrapIdentity({ ...wrapped, wrappings: [old, ...others] }, world.wrapping)
  return { wrapping: await wrapIdentity(text, to, binding, toolsOf(world)), how: 'unwrapped' }
}

function toolsOf({ wrapping, random, now }: MachineWorld) {
  return { ...wrapping, random, now }
}

function hasWrapping(name: string, key: ServiceKey, { path }: ListedRecipient): KeyError {
  return new KeyError('ERR_RECIPIENT', `the recipient ${name} is wrapped by ${wrappingName(key)} already`, {
    where: { file: path },
    hint: 'to wrap it anew, use "bulla recipient rewrap"',
  })
}

function noKey(): KeyError {
  return new KeyError('ERR_NO_RECIPIENT', 'no key was named that wraps the identity', {
    hint: 'name one with --aws-kms, --gcp-kms, --azure-kv, --hc-vault-transit or --local',
  })
}

function unclear(message: string): UsageError {
  return new UsageError('ERR_USAGE', message, {
    hint: 'say which with --from; "bulla recipient show NAME" lists the wrappings',
  })
}
