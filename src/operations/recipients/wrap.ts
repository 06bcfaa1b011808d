import type { ServiceKey } from '../../keys/services/key-service.ts'
import { unwrapIdentity } from '../../keys/wrapped/unwrap-identity.ts'
import type { Wrapping } from '../../keys/wrapped/wrapping.ts'
import { wrappingName } from '../../keys/wrapped/wrapping-name.ts'
import type { MachineWorld } from '../ports.ts'
import { checkKeys, checkNew, newWrappings } from './new-wrappings.ts'
import { readStored, withWrappings, wrappedKeysOf, writeRecipient } from './recipient-store.ts'
import type { RewrapStep } from './rewrap.ts'

export interface WrapOptions {
  /** In the order in which they will be tried, after those that are there. */
  readonly keys: readonly ServiceKey[]
  /** Call nobody, write nothing. */
  readonly dryRun?: boolean
}

/**
 * Add wrappings to a recipient, for another region or cloud. Its identity is unwrapped once for that.
 *
 * @throws KeyError `ERR_NO_RECIPIENT` without keys, `ERR_RECIPIENT`, `ERR_KEY_SERVICE`, `ERR_NOT_ALLOWED`; IntegrityError
 *   `ERR_IDENTITY_BINDING`; FileError
 */
export async function addWrappings(
  name: string,
  { keys, dryRun = false }: WrapOptions,
  world: MachineWorld,
): Promise<RewrapStep[]> {
  const stored = await readStored(name, world)
  const changed = new Map<string, readonly Wrapping[]>()
  const steps: RewrapStep[] = []
  for (const wrapped of wrappedKeysOf(stored.recipient)) {
    const { recipient, wrappings } = wrapped
    const step = { name, recipient, from: undefined }
    await checkKeys(keys, wrapped, world)
    if (dryRun) {
      steps.push(...keys.map((key): RewrapStep => ({ ...step, to: wrappingName(key), how: 'planned' })))
      continue
    }
    const { text } = await unwrapIdentity(wrapped, world.wrapping)
    const added = await newWrappings(text, keys, wrapped, world)
    for (const { key } of added) await checkNew(key, wrapped, world)
    changed.set(recipient, [...wrappings, ...added])
    steps.push(...added.map(({ key }): RewrapStep => ({ ...step, to: wrappingName(key), how: 'added' })))
  }
  if (!dryRun) await writeRecipient(stored, withWrappings(stored.recipient, changed), world)
  return steps
}
