import { KeyError } from '../../errors.ts'
import { unwrapIdentity } from '../../keys/wrapped/unwrap-identity.ts'
import { wrapIdentity } from '../../keys/wrapped/wrap-identity.ts'
import type { Wrapping } from '../../keys/wrapped/wrapping.ts'
import type { ListedRecipient } from '../../recipients/directory.ts'
import { checkName } from '../../recipients/names.ts'
import type { MachineWorld } from '../ports.ts'
import {
  changedBytes,
  createFile,
  newRecipientPath,
  readStored,
  withWrappings,
  wrappedKeysOf,
} from './recipient-store.ts'

export interface Renamed {
  /** Absolute. */
  readonly path: string
  /** How many identities had to be wrapped anew. */
  readonly identityCount: number
}

/**
 * Give a recipient another name. Wrapped identities are bound to their names: each is unwrapped once and wrapped anew by the
 * same keys, which needs the rights to do both. Sealed files and policies hold public keys, and do not change.
 *
 * @throws KeyError `ERR_RECIPIENT_NAME`, `ERR_KEY_SERVICE`, `ERR_NOT_ALLOWED`; IntegrityError `ERR_IDENTITY_BINDING`; FileError
 */
export async function renameRecipient(from: string, to: string, world: MachineWorld): Promise<Renamed> {
  checkName(to)
  const stored = await readStored(from, world)
  if (from === to) throw sameName(stored.recipient)
  const path = await placeFor(to, stored.recipient.recipient, world)
  const isMachine = [stored.recipient, ...stored.recipient.previous].some(({ wrappings }) => wrappings.length > 0)
  const wrapped = isMachine ? wrappedKeysOf(stored.recipient) : []
  const changed = new Map<string, readonly Wrapping[]>()
  const tools = { ...world.wrapping, random: world.random, now: world.now }
  for (const key of wrapped) {
    const { text } = await unwrapIdentity(key, world.wrapping)
    const binding = { name: to, recipient: key.recipient }
    changed.set(
      key.recipient,
      await Promise.all(key.wrappings.map((old) => wrapIdentity(text, old.key, binding, tools))),
    )
  }
  const renamed = { ...withWrappings(stored.recipient, changed), name: to }
  // the new one first: interrupted in between, running it again finishes it
  const bytes = changedBytes(stored, renamed)
  if (path.isThere) await world.files.write({ path: path.file, bytes })
  else await createFile(path.file, bytes, world)
  await world.files.remove(stored.version)
  ;(await world.recipients()).forget()
  return { path: path.file, identityCount: wrapped.length }
}

function sameName({ name, path }: ListedRecipient): KeyError {
  return new KeyError('ERR_RECIPIENT_NAME', `${name} is its name already`, {
    where: { file: path },
    hint: 'name another one; to wrap its identity anew, use "bulla recipient rewrap"',
  })
}

/** A file of that name is there already when this was interrupted before. @throws KeyError `ERR_RECIPIENT_NAME` */
async function placeFor(
  name: string,
  publicKey: string,
  world: MachineWorld,
): Promise<{ file: string; isThere: boolean }> {
  const found = await (await world.recipients()).all()
  const same = found?.recipients.find((one) => one.name === name && one.recipient === publicKey)
  if (same !== undefined) return { file: same.path, isThere: true }
  return { file: await newRecipientPath(name, world), isThere: false }
}
