import { dirname } from 'node:path'
import { isBullaError, UsageError } from '../../errors.ts'
import { encodeText } from '../../format/text.ts'
import { keyName } from '../../keys/key-name.ts'
import { formatRecipient } from '../../recipients/format-file.ts'
import type { ChangedFile, Repository } from '../git-port.ts'
import { readSealed } from '../open.ts'
import type { World } from '../ports.ts'
import { loadStore, storeNameFor } from '../stores.ts'
import { placesOf } from './key-places.ts'
import { readStored } from './recipient-store.ts'

/** Versions of files on a branch that a recipient could no longer open. */
export interface LostVersions {
  /** As git names it, `refs/heads/main`. */
  readonly branch: string
  /** Ids of the commits that wrote such versions, oldest first. */
  readonly commits: readonly string[]
  /** Paths from the root of the repository. */
  readonly files: readonly string[]
}

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
  const { recipient, version } = await readStored(name, world)
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
  const bytes = encodeText(formatRecipient({ ...recipient, previous }))
  await world.files.write({ path: version.path, bytes, expected: version })
  ;(await world.recipients()).forget()
  return { plan, isWritten: true }
}

/** Each content is read once, however many branches and commits have it. */
async function lostVersions(keys: readonly string[], current: string, repository: Repository): Promise<LostVersions[]> {
  const verdicts = new Map<string, boolean>()
  const found: LostVersions[] = []
  for (const branch of await repository.branches()) {
    const changes = await repository.commits([branch])
    const unknown = new Map(
      changes.flatMap(({ change }) =>
        verdicts.has(change.id) || !isFile(change) ? [] : [[change.id, change] as const],
      ),
    )
    for await (const { file, bytes } of repository.tree('').contents([...unknown.values()])) {
      verdicts.set(file.id, bytes !== undefined && (await isOnlyFor(file.path, bytes, keys, current)))
    }
    const lost = changes.filter(({ change }) => verdicts.get(change.id) === true)
    const commits = [...new Set(lost.map(({ commit }) => commit))]
    const files = [...new Set(lost.map(({ change }) => change.path))].sort()
    if (commits.length > 0) found.push({ branch, commits, files })
  }
  return found
}

/** Neither removed, nor a link, nor a submodule. */
function isFile({ mode }: ChangedFile): boolean {
  return mode.startsWith('100')
}

async function isOnlyFor(path: string, bytes: Uint8Array, keys: readonly string[], current: string): Promise<boolean> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (!keys.some((key) => buffer.includes(key))) return false
  try {
    const { groups } = readSealed(await loadStore(storeNameFor(path)), bytes).metadata
    const readers = groups.flat().map(keyName)
    return keys.some((key) => readers.includes(key)) && !readers.includes(current)
  } catch (error) {
    // no sealed file, or one that nobody opens anyway
    if (isBullaError(error)) return false
    throw error
  }
}
