import { generateHybrid } from '../../keys/age/hybrid.ts'
import { generateIdentity } from '../../keys/age/identities.ts'
import type { ServiceKey } from '../../keys/services/key-service.ts'
import type { Recipient } from '../../recipients/recipient-file.ts'
import type { MachineWorld } from '../ports.ts'
import { newWrappings } from './new-wrappings.ts'
import { createRecipientFile, newRecipientPath } from './recipient-store.ts'

export interface CreateOptions {
  readonly name: string
  /** What wraps the identity, in the order in which it will be tried. */
  readonly keys: readonly ServiceKey[]
  readonly description?: string
  /** Whether it is to resist quantum computers. Default: false. */
  readonly isPostQuantum?: boolean
}

/** A recipient, and where its file stands. */
export interface MadeRecipient {
  readonly path: string
  readonly recipient: Recipient
}

/**
 * Make a recipient for a machine: a key pair whose secret half is written nowhere but wrapped. Nothing is written unless
 * every key wrapped it.
 *
 * @throws KeyError `ERR_RECIPIENT_NAME`, `ERR_NO_RECIPIENT` without keys, `ERR_RECIPIENT`, `ERR_NOT_ALLOWED`,
 *   `ERR_KEY_SERVICE`; FileError
 */
export async function createRecipient(options: CreateOptions, world: MachineWorld): Promise<MadeRecipient> {
  const { name, keys, description, isPostQuantum = false } = options
  const path = await newRecipientPath(name, world)
  const pair = isPostQuantum ? await generateHybrid() : generateIdentity(world.random)
  const wrappings = await newWrappings(pair.identity, keys, { name, recipient: pair.recipient, path }, world)
  const recipient: Recipient = {
    name,
    recipient: pair.recipient,
    ...(description === undefined ? {} : { description }),
    wrappings,
    previous: [],
  }
  await createRecipientFile(path, recipient, world)
  return { path, recipient }
}
