import { isBullaError, UsageError } from '../../errors.ts'
import type { ServiceKey } from '../../keys/services/key-service.ts'
import { unwrapIdentity } from '../../keys/wrapped/unwrap-identity.ts'
import { wrapIdentity } from '../../keys/wrapped/wrap-identity.ts'
import type { WrappedIdentity, Wrapping } from '../../keys/wrapped/wrapping.ts'
import { wrappingName } from '../../keys/wrapped/wrapping-name.ts'
import type { MachineWorld } from '../ports.ts'
import { checkAllowed, checkNew, wrappingToolsOf } from './new-wrappings.ts'
import { readStored, type StoredRecipient, withWrappings, wrappedKeysOf, writeRecipient } from './recipient-store.ts'

/** What becomes of one wrapping. */
export interface RewrapStep {
  readonly name: string
  readonly recipient: string
  /** Names of keys; undefined where a wrapping is added. */
  readonly from: string | undefined
  readonly to: string
  /** `moved`: inside of the service. `dropped`: another wrapping has this key now. `planned`: nothing was done. */
  readonly how: 'moved' | 'unwrapped' | 'added' | 'dropped' | 'planned'
}

export interface RewrapOptions {
  /** Where to; empty: each to the newest version of its own key. */
  readonly keys: readonly ServiceKey[]
  /** Which wrapping is to move: a name as `wrappingName` gives it, or a part of one. */
  readonly from?: string
  readonly dryRun?: boolean
}

/**
 * Wrap the identities of a recipient anew: by another key, or by the newest version of the same. Inside of the service where
 * it can, else by unwrapping and wrapping. No sealed file changes.
 *
 * @throws KeyError `ERR_RECIPIENT`, `ERR_KEY_SERVICE`, `ERR_NOT_ALLOWED`; IntegrityError `ERR_IDENTITY_BINDING`; FileError; UsageError `ERR_USAGE` when it is not clear which wrapping is to move
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
    const moves = new Map<number, Move>()
    for (const [index, target] of targets(wrapped, options)) {
      const old = wrapped.wrappings[index]
      if (old === undefined) continue
      const isGiven = options.keys.length > 0
      const to = isGiven ? target : await newest(target, world)
      if (isGiven) await checkNew(to, without(wrapped, old), world)
      const step = { name, recipient: wrapped.recipient, from: wrappingName(old.key), to: wrappingName(to) }
      if (options.dryRun === true) {
        await checkAllowed(to, world)
        steps.push({ ...step, how: 'planned' })
        continue
      }
      const { wrapping, how } = await moveWrapping(wrapped, old, to, world).catch((error: unknown) => {
        // of all recipients this one
        throw isBullaError(error) ? error.at({ file: wrapped.path }) : error
      })
      if (isGiven) await checkNew(wrapping.key, without(wrapped, old), world)
      moves.set(index, { wrapping, step: { ...step, to: wrappingName(wrapping.key), how } })
    }
    const { wrappings, dropped } = withoutTwins(wrapped, moves)
    changed.set(wrapped.recipient, wrappings)
    for (const [index, { step }] of moves) steps.push(dropped.has(index) ? { ...step, how: 'dropped' } : step)
  }
  if (options.dryRun !== true) await writeRecipient(stored, withWrappings(stored.recipient, changed), world)
  return steps
}

interface Move {
  readonly wrapping: Wrapping
  readonly step: RewrapStep
}

/** Two versions of one key have become the same one: the first of them stays in its place. */
function withoutTwins(
  { wrappings }: WrappedIdentity,
  moves: ReadonlyMap<number, Move>,
): { wrappings: readonly Wrapping[]; dropped: ReadonlySet<number> } {
  const after = wrappings.map((wrapping, index) => moves.get(index)?.wrapping ?? wrapping)
  const names = after.map(({ key }) => wrappingName(key))
  const dropped = new Set([...moves.keys()].filter((index) => names.indexOf(names[index] ?? '') < index))
  return { wrappings: after.filter((_, index) => !dropped.has(index)), dropped }
}

function without(wrapped: WrappedIdentity, one: Wrapping): WrappedIdentity {
  return { ...wrapped, wrappings: wrapped.wrappings.filter((wrapping) => wrapping !== one) }
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
  await checkAllowed(to, world)
  const service = await services.get(to.type)
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
  return { wrapping: await wrapIdentity(text, to, binding, wrappingToolsOf(world)), how: 'unwrapped' }
}

function unclear(message: string): UsageError {
  return new UsageError('ERR_USAGE', message, {
    hint: 'say which with --from; "bulla recipient show NAME" lists the wrappings',
  })
}
