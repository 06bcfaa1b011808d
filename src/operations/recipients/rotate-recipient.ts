import { dirname } from 'node:path'
import type { KeyDescription } from '../../config/key-text.ts'
import { KeyError, UsageError } from '../../errors.ts'
import { generateHybrid } from '../../keys/age/hybrid.ts'
import { generateIdentity } from '../../keys/age/identities.ts'
import { wrapIdentity } from '../../keys/wrapped/wrap-identity.ts'
import type { ListedRecipient } from '../../recipients/directory.ts'
import type { BatchResult } from '../batch.ts'
import type { MachineWorld } from '../ports.ts'
import { type RotateReport, rotate } from '../readers/rotate.ts'
import { onlyKey } from './add.ts'
import { placesOf, replaceInPolicy } from './key-places.ts'
import { checkNewKey, readStored, type StoredRecipient, writeRecipient } from './recipient-store.ts'

export interface RotateRecipientOptions {
  readonly name: string
  /** The new public key of a person, or a file that holds one. Machines get a new pair. */
  readonly text?: string
  /** Puts the identity of a new public key where it belongs, before anything is written. */
  readonly keepIdentity?: () => Promise<void>
  /** A new public key is about to be made; in a dry run there is none yet. */
  readonly isOwnKey?: boolean
  readonly allowLockout?: boolean
  readonly dryRun?: boolean
  /** Asked once everything is planned; undefined: nobody could be asked. */
  readonly approve: (plan: RotationPlan) => Promise<boolean | undefined>
}

/** What is about to be done. */
export interface RotationPlan {
  readonly name: string
  /** The file of the recipient, absolute. */
  readonly path: string
  /** The public key from now on; undefined in a dry run, in which none is made. */
  readonly recipient: string | undefined
  /** Public keys that stand somewhere still. */
  readonly old: readonly string[]
  /** Whether it was begun before and is only finished now. */
  readonly isResumed: boolean
  /** Policies that name an old key, absolute. */
  readonly policies: readonly string[]
  /** Sealed files that an old key reads, absolute. */
  readonly files: readonly string[]
}

export interface RotationResult {
  readonly plan: RotationPlan
  readonly rotation: BatchResult<RotateReport>
  readonly isDeclined: boolean
}

/**
 * Give a recipient a new key pair: its file, every policy that names it, and every file that it reads, which gets a new data
 * key too. The old pair stays in its file, so that earlier versions can be opened.
 *
 * The file of the recipient is written first, then policies, then sealed files: wherever this is interrupted, an old key
 * still stands somewhere, and running it again finishes what was begun before anything new is.
 *
 * @throws KeyError `ERR_RECIPIENT_NAME`, `ERR_RECIPIENT`, `ERR_KEY_SERVICE`, `ERR_NOT_ALLOWED`, `ERR_LOCKOUT`; ConfigError
 *   `ERR_CONFIG`; UsageError `ERR_USAGE`, `ERR_NOT_CONFIRMED`; FileError. What goes wrong with single files is in the result
 */
export async function rotateRecipient(options: RotateRecipientOptions, world: MachineWorld): Promise<RotationResult> {
  const { name, dryRun = false } = options
  // what is not its own must not become its own
  await (await world.recipients()).byNameAlone(name)
  const stored = await readStored(name, world)
  const { recipient } = stored
  const root = dirname(dirname(dirname(recipient.path)))
  const earlier = recipient.previous.map((key) => key.recipient)
  const unfinished = await placesOf(earlier, root, world)
  const isResumed = unfinished.policies.length + unfinished.files.length > 0
  const places = isResumed ? unfinished : await placesOf([recipient.recipient], root, world)
  const old = isResumed ? earlier : [recipient.recipient]
  const next = isResumed ? resumed(stored, options) : await renewed(stored, options, world)
  const paths = { policies: places.policies.map(({ path }) => path), files: places.files }
  const plan: RotationPlan = { name, path: recipient.path, recipient: next?.recipient, old, isResumed, ...paths }
  if (next === undefined || dryRun) return { plan, rotation: NOTHING, isDeclined: false }
  const edits = places.policies.map((version) => replaceInPolicy(version, old, next.recipient))
  const begin = async () => {
    await approved(plan, options)
    if (!isResumed) {
      await options.keepIdentity?.()
      await writeRecipient(stored, next, world)
    }
    ;(await world.recipients()).forget()
    for (const edit of edits) await world.files.write(edit)
  }
  try {
    return { plan, rotation: await rotateFiles(plan, next, { ...options, begin }, world), isDeclined: false }
  } catch (error) {
    if (!(error instanceof Declined)) throw error
    return { plan, rotation: NOTHING, isDeclined: true }
  }
}

const NOTHING: BatchResult<RotateReport> = {
  bytes: undefined,
  reports: [],
  failures: [],
  fileCount: 0,
  writtenCount: 0,
}

/** The answer was no. */
class Declined extends Error {}

async function approved(plan: RotationPlan, { approve }: RotateRecipientOptions): Promise<void> {
  const answer = await approve(plan)
  if (answer === true) return
  if (answer === false) throw new Declined()
  throw new UsageError('ERR_NOT_CONFIRMED', 'there is nobody who could be asked; nothing was written', {
    hint: 'add --yes to go on without asking',
  })
}

/** All of them are sealed anew in memory before `begin` writes anything. */
async function rotateFiles(
  { files, old }: RotationPlan,
  { recipient, wrappings }: ListedRecipient,
  options: RotateRecipientOptions & { begin: () => Promise<void> },
  world: MachineWorld,
): Promise<BatchResult<RotateReport>> {
  const { begin, allowLockout = false, keepIdentity } = options
  if (files.length === 0) {
    await begin()
    return NOTHING
  }
  const key = (text: string): KeyDescription => ({ type: 'age', fields: { recipient: text } })
  return rotate(
    {
      paths: files,
      inPlace: true,
      readers: { add: [], remove: [], group: undefined },
      replace: { old: old.map(key), by: key(recipient) },
      // the new identity is wrapped by the keys that wrapped the old one, or is about to stand in the own key file
      allowLockout: allowLockout || wrappings.length > 0 || keepIdentity !== undefined,
      beforeWriting: begin,
    },
    world,
  )
}

/** Nothing new is made while old keys stand somewhere. @throws UsageError `ERR_USAGE` when something new was given */
function resumed({ recipient }: StoredRecipient, { text, name }: RotateRecipientOptions): ListedRecipient {
  if (text === undefined || onlyKey(text) === recipient.recipient) return recipient
  throw new UsageError('ERR_USAGE', `the last rotation of ${name} is not finished, and another key was given`, {
    where: { file: recipient.path },
    hint: `finish it first: run "bulla recipient rotate ${name}" without a key`,
  })
}

/** With a new key of the same kind; undefined in a dry run that would have to make one. */
async function renewed(
  { recipient }: StoredRecipient,
  { name, text, dryRun, isOwnKey = false }: RotateRecipientOptions,
  world: MachineWorld,
): Promise<ListedRecipient | undefined> {
  const { wrappings } = recipient
  const isMachine = wrappings.length > 0
  if (isMachine === (text !== undefined || isOwnKey)) throw wrongKind(recipient, isMachine)
  const previous = [{ recipient: recipient.recipient, wrappings, retiredAt: world.now() }, ...recipient.previous]
  if (text !== undefined) {
    const given = onlyKey(text)
    world.keyring.masterKey({ type: 'age', fields: { recipient: given } })
    await checkNewKey(given, world)
    return { ...recipient, recipient: given, wrappings: [], previous }
  }
  if (dryRun === true) return undefined
  const isHybrid = recipient.recipient.startsWith('age1pq1')
  const pair = isHybrid ? await generateHybrid() : generateIdentity(world.random)
  const tools = { ...world.wrapping, random: world.random, now: world.now }
  const binding = { name, recipient: pair.recipient }
  const anew = await Promise.all(wrappings.map(({ key }) => wrapIdentity(pair.identity, key, binding, tools)))
  return { ...recipient, recipient: pair.recipient, wrappings: anew, previous }
}

function wrongKind({ path, name }: ListedRecipient, isMachine: boolean): Error {
  if (isMachine) {
    return new UsageError('ERR_USAGE', `${name} is a machine: its new key pair is made here`, {
      where: { file: path },
      hint: 'leave the key out',
    })
  }
  return new KeyError('ERR_RECIPIENT', `${name} is a person: the new public key has to be given`, {
    where: { file: path },
    hint: 'add it as an argument, with --file FILE, or on standard input with "-"; --new-key makes one in your own key file',
  })
}
