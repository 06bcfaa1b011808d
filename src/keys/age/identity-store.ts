import { isBullaError } from '../../errors.ts'
import type { KeyPlace, UnwrapContext, WrappingCall } from '../master-key.ts'
import type { WrappedIdentities } from '../wrapped/wrapped-identities.ts'
import type { AgeEnvironment } from './environment.ts'
import { HybridIdentity } from './hybrid.ts'
import type { NativeIdentity } from './identities.ts'
import { KEY_COMMAND, type Reading, readFixedSources, readKeyCommand } from './sources.ts'

/** More identities than this in one place are counted and not listed. */
const LISTED = 4

/**
 * The age identities of one process. Each place is read once, each command is run once per recipient, each passphrase is
 * asked for once, however many callers wait; and only when what came before did not fit.
 */
export class AgeIdentityStore {
  private readonly environment: AgeEnvironment
  private readonly wrapped: WrappedIdentities | undefined
  private fixed: Promise<readonly Reading[]> | undefined
  /** By recipient: the one that is at hand. */
  private readonly owned = new Map<string, Promise<NativeIdentity | undefined>>()
  private readonly commands = new Map<string, Promise<Reading | undefined>>()
  /** Commands run one after the other: they may talk to a person, or to a device that asks for a touch. */
  private lastCommand: Promise<unknown> = Promise.resolve()
  /** What was read so far, for {@link report}. Replaced on disposal: what is still being read then is not told any more. */
  private readings = new Set<Reading>()

  constructor(environment: AgeEnvironment, wrapped?: WrappedIdentities) {
    this.environment = environment
    this.wrapped = wrapped
  }

  /** Whether an identity for `recipient` is at hand without running or asking anything. */
  async holds(recipient: string): Promise<boolean> {
    return (await this.atHand(recipient)).length > 0
  }

  /** The identities that are at hand without running or asking anything. @param recipient - only those for it */
  async atHand(recipient?: string): Promise<readonly NativeIdentity[]> {
    const identities = (await this.readFixed()).flatMap((reading) => reading.identities)
    if (recipient === undefined) return identities
    const own = await Promise.all(identities.map((identity) => belongsTo(identity, recipient)))
    return identities.filter((_, index) => own[index])
  }

  /** The identity of `recipient` when it is here: at hand, or unwrapped before. So it is for all of many files but the first. */
  async here(recipient: string, context: UnwrapContext): Promise<NativeIdentity | undefined> {
    return (await this.own(recipient)) ?? this.wrapped?.unwrapped(recipient, context)
  }

  private own(recipient: string): Promise<NativeIdentity | undefined> {
    const known = this.owned.get(recipient)
    if (known !== undefined) return known
    const found = this.atHand(recipient).then(([identity]) => identity)
    this.owned.set(recipient, found)
    return found
  }

  /** Whether a key service may give the identity of `recipient`. Nobody is asked. */
  async mayGet(recipient: string, context: UnwrapContext): Promise<boolean> {
    return (await this.wrapped?.has(recipient, context)) === true
  }

  /** Whom getting the identity of `recipient` from key services would call. */
  async wrappings(recipient: string, context: UnwrapContext): Promise<readonly WrappingCall[]> {
    return (await this.wrapped?.about(recipient, context)) ?? []
  }

  /** What `recipient` is called. */
  async nameOf(recipient: string, context: UnwrapContext): Promise<string | undefined> {
    return this.wrapped?.nameOf(recipient, context)
  }

  /**
   * Every identity there is, best first: from variables and files, then the one of `recipient` that a key service wraps,
   * then from the command, then from behind a passphrase; within each of these, the one that `recipient` names before the
   * others. sops tries them all too, because nothing says that the recipient a file names is the one it was wrapped for.
   *
   * A service comes before commands and passphrases because these may want a person: a job that runs at night has none.
   *
   * @param failed - told why a service did not give an identity: the others are still tried
   * @throws IntegrityError `ERR_IDENTITY_BINDING`
   */
  async *candidates(
    recipient: string,
    context: UnwrapContext = {},
    failed: (error: unknown) => void = () => undefined,
  ): AsyncGenerator<NativeIdentity> {
    const fixed = await this.readFixed()
    yield* ownFirst(
      fixed.flatMap((reading) => reading.identities),
      recipient,
    )
    const wrapped = await this.unwrapped(recipient, context, failed)
    if (wrapped !== undefined) yield wrapped
    const command = await this.runCommand(recipient)
    if (command !== undefined) yield* ownFirst(command.identities, recipient)
    for (const { locked } of command === undefined ? fixed : [...fixed, command]) {
      if (locked !== undefined) yield* ownFirst(await locked.unlock(), recipient)
    }
  }

  private async unwrapped(
    recipient: string,
    context: UnwrapContext,
    failed: (error: unknown) => void,
  ): Promise<NativeIdentity | undefined> {
    try {
      return await this.wrapped?.identity(recipient, context)
    } catch (error) {
      if (isBullaError(error) && error.code === 'ERR_IDENTITY_BINDING') throw error
      failed(error)
      return undefined
    }
  }

  private readFixed(): Promise<readonly Reading[]> {
    const { readings } = this
    this.fixed ??= readFixedSources(this.environment).then((found) => {
      for (const reading of found) readings.add(reading)
      return found
    })
    return this.fixed
  }

  private runCommand(recipient: string): Promise<Reading | undefined> {
    const known = this.commands.get(recipient)
    if (known !== undefined) return known
    const { readings } = this
    const running = this.lastCommand.then(async () => {
      const reading = await readKeyCommand(this.environment, recipient)
      if (reading !== undefined) readings.add(reading)
      return reading
    })
    this.lastCommand = running
    this.commands.set(recipient, running)
    return running
  }

  /** See `KeyProvider.survey`. */
  async survey(): Promise<Omit<KeyPlace, 'type'>[]> {
    const found = await Promise.all((await this.readFixed()).map(surveyed))
    const command = this.environment.variable(KEY_COMMAND)
    const none = { place: KEY_COMMAND, names: [] }
    return [
      ...found,
      command === undefined ? { ...none, isAbsent: true } : { ...none, needs: 'command', isAbsent: false },
    ]
  }

  /** Where identities were looked for and what was found or wrong there. */
  report(): readonly string[] {
    const readings = [...this.readings]
    if (readings.length === 0) return this.wrapped?.report() ?? []
    const found = readings
      .filter((reading) => reading.absent !== true)
      .map((reading) => `  ${reading.place}: ${describe(reading)}`)
    const missing = readings.filter((reading) => reading.absent === true).map((reading) => reading.place)
    if (this.environment.variable(KEY_COMMAND) === undefined) missing.push(KEY_COMMAND)
    return [
      'age identities were looked for in',
      ...new Set(found),
      ...(missing.length === 0 ? [] : [`  not set or not there: ${missing.join(', ')}`]),
      ...(this.wrapped?.report() ?? []),
    ]
  }

  /** Forget all identities. Their secret halves are inside OpenSSL, which clears them when they are collected. */
  dispose(): void {
    this.fixed = undefined
    this.owned.clear()
    this.commands.clear()
    this.readings = new Set()
    this.wrapped?.dispose()
  }
}

async function* ownFirst(identities: readonly NativeIdentity[], recipient: string): AsyncGenerator<NativeIdentity> {
  const own = await Promise.all(identities.map((identity) => belongsTo(identity, recipient)))
  for (const wanted of [true, false]) {
    for (const [index, identity] of identities.entries()) if (own[index] === wanted) yield identity
  }
}

/** A hybrid identity is asked only about hybrid recipients: the answer takes the age library. */
async function belongsTo(identity: NativeIdentity, recipient: string): Promise<boolean> {
  if (!(identity instanceof HybridIdentity)) return identity.recipient === recipient
  return recipient.startsWith('age1pq1') && (await identity.recipient()) === recipient
}

async function surveyed({
  place,
  file,
  identities,
  locked,
  problem,
  absent,
}: Reading): Promise<Omit<KeyPlace, 'type'>> {
  const recipients = identities.map((identity) =>
    identity instanceof HybridIdentity ? identity.recipient() : identity.recipient,
  )
  return {
    place,
    names: (await Promise.all(recipients)).filter((recipient) => recipient !== undefined),
    isAbsent: absent === true,
    ...(file === undefined ? {} : { file }),
    ...(locked === undefined ? {} : { needs: 'passphrase' }),
    ...(problem === undefined ? {} : { problem }),
  }
}

function describe({ identities, locked, problem }: Reading): string {
  const native = identities.flatMap((identity) => (identity instanceof HybridIdentity ? [] : [identity.recipient]))
  const hybridCount = identities.length - native.length
  const parts = [
    ...(native.length > LISTED
      ? [`${native.length} identities`]
      : native.map((recipient) => `the identity of ${recipient}`)),
    ...(hybridCount === 0 ? [] : [`${hybridCount} post-quantum`]),
    ...[problem, locked?.problem].filter((text) => text !== undefined),
  ]
  return parts.length > 0
    ? parts.join(', ')
    : locked === undefined
      ? 'no identity'
      : 'an identity file with a passphrase'
}
