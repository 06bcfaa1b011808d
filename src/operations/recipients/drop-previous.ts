import { dirname } from 'node:path'
import { UsageError } from '../../errors.ts'
import type { Repository } from '../git-port.ts'
import type { World } from '../ports.ts'
import { placesOf } from './key-places.ts'
import { type LostVersions, lostVersions } from './lost-versions.ts'
import { readStored, writeRecipient } from './recipient-store.ts'

export interface DropPlan {
  readonly name: string
  /** Public keys whose wrapped identities go. */
  readonly keys: readonly string[]
  readonly lost: readonly LostVersions[]
}

export interface DropOptions {
  readonly name: string
  readonly dryRun?: boolean
  /** Asked with what would be lost; undefined: nobody could be asked. */
  readonly approve: (plan: DropPlan) => Promise<boolean | undefined>
}

/**
 * Remove the wrapped identities of earlier keys from the file of a recipient; the public keys stay, as names of what earlier
 * versions were sealed for. Whoever has the file's own history and the key service can still get them.
 *
 * @returns what was dropped, and whether it was written
 * @throws KeyError `ERR_RECIPIENT_NAME`; UsageError `ERR_USAGE` while an earlier key still reads something here,
 *   `ERR_NOT_CONFIRMED`; GitError `ERR_GIT`; FileError
 */
export async function dropPrevious(
  { name, dryRun = false, approve }: DropOptions,
  world: World,
  repository: Repository,
): Promise<{ readonly plan: DropPlan; readonly isWritten: boolean }> {
  const stored = await readStored(name, world)
  const { recipient } = stored
  const earlier = recipient.previous.map((key) => key.recipient)
  const places = await placesOf(earlier, dirname(dirname(dirname(recipient.path))), world)
  const inUse = places.policies[0]?.path ?? places.files[0]
  if (inUse !== undefined) {
    throw new UsageError('ERR_USAGE', `an earlier key of ${name} is still named here`, {
      where: { file: inUse },
      hint: `finish the rotation first: run "bulla recipient rotate ${name}"`,
    })
  }
  const keys = recipient.previous.filter(({ wrappings }) => wrappings.length > 0).map((key) => key.recipient)
  if (keys.length === 0) return { plan: { name, keys, lost: [] }, isWritten: false }
  const plan = { name, keys, lost: await lostVersions(keys, recipient.recipient, repository) }
  if (dryRun) return { plan, isWritten: false }
  const answer = await approve(plan)
  if (answer === undefined) {
    throw new UsageError('ERR_NOT_CONFIRMED', 'there is nobody who could be asked; nothing was written', {
      hint: 'add --yes to go on without asking',
    })
  }
  if (!answer) return { plan, isWritten: false }
  const previous = recipient.previous.map((key) => ({ ...key, wrappings: [] }))
  await writeRecipient(stored, { ...recipient, previous }, world)
  return { plan, isWritten: true }
}
