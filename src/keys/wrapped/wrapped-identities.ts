import { isBullaError } from '../../errors.ts'
import type { NativeIdentity } from '../age/identities.ts'
import type { UnwrapContext, WrappingCall } from '../master-key.ts'
import type { WrappingTools } from './wrap-identity.ts'
import type { WrappedIdentity, WrappedIdentityFinder } from './wrapping.ts'

interface Kept {
  readonly identity: Promise<NativeIdentity>
  /** The same, once it is there. */
  unwrapped?: NativeIdentity
  /** Milliseconds since 1970, when it failed. */
  failedAt?: number
  /** A file that was tampered with does not heal. */
  isFinal?: boolean
}

/** After this a service is asked again: what lives long must not stay without a key for ever. */
const RETRY_AFTER_MS = 30_000

/**
 * The identities of recipients that are wrapped by key services. Each is unwrapped once per process, however many files
 * and callers want it; a failure is not tried again for every file either.
 *
 * @see docs/decisions/0012-wrapped-identities.md
 */
export class WrappedIdentities {
  private readonly finder: WrappedIdentityFinder
  private readonly tools: WrappingTools
  private kept = new Map<string, Kept>()
  private readonly problems = new Set<string>()
  /** Milliseconds since 1970: when recipients were looked for anew; undefined as long as none were. */
  private lookedAt: number | undefined
  private looking: Promise<void> = Promise.resolve()

  constructor(finder: WrappedIdentityFinder, tools: WrappingTools) {
    this.finder = finder
    this.tools = tools
  }

  /** Whether a wrapped identity of this public key is there. Calls nobody; never rejects. */
  async has(recipient: string, { file, offline = false }: UnwrapContext): Promise<boolean> {
    try {
      const wrapped = await this.find(recipient, file)
      return wrapped !== undefined && (!offline || this.kept.has(keyOf(wrapped)))
    } catch {
      // told by `identity`, which finds the same
      return false
    }
  }

  /** Whom unwrapping the identity of this public key would call; nobody when none is wrapped. Never rejects. */
  async about(recipient: string, { file }: UnwrapContext): Promise<readonly WrappingCall[]> {
    try {
      const wrapped = await this.finder.find(recipient, file)
      if (wrapped === undefined) return []
      return await (await import('./wrapping-calls.ts')).wrappingCalls(wrapped, this.tools.services)
    } catch {
      return []
    }
  }

  /** What the recipient with this public key is called. Never rejects. */
  async nameOf(recipient: string, { file }: UnwrapContext): Promise<string | undefined> {
    try {
      return await this.finder.nameOf(recipient, file)
    } catch {
      // what is shown does not depend on it; whoever uses the file is told
      return undefined
    }
  }

  /**
   * Unwrap the identity of a public key; undefined when none is wrapped here, or nobody may be called.
   *
   * @throws as `unwrapIdentity`, and as the finder
   */
  async identity(recipient: string, { file, offline = false }: UnwrapContext): Promise<NativeIdentity | undefined> {
    const wrapped = await this.find(recipient, file)
    if (wrapped !== undefined) return offline ? this.kept.get(keyOf(wrapped))?.identity : this.once(wrapped)
    for (const problem of await this.finder.problems(file)) this.problems.add(problem)
    return undefined
  }

  /** The identity of a public key when it was unwrapped before. Calls nobody; never rejects. */
  async unwrapped(recipient: string, { file }: UnwrapContext): Promise<NativeIdentity | undefined> {
    try {
      const wrapped = await this.find(recipient, file)
      return wrapped === undefined ? undefined : this.kept.get(keyOf(wrapped))?.unwrapped
    } catch {
      // told by `identity`, which finds the same
      return undefined
    }
  }

  /** What is not there, or cannot be used, may be right by now: others rotate, rewrap and pull while this process lives. */
  private async find(recipient: string, file: string | undefined): Promise<WrappedIdentity | undefined> {
    const now = this.tools.clock.now()
    this.lookedAt ??= now
    const before = this.lookedAt
    const isOld = now - before >= RETRY_AFTER_MS
    try {
      const found = await this.finder.find(recipient, file)
      if (!isOld || (found !== undefined && this.kept.get(keyOf(found))?.failedAt === undefined)) return found
    } catch (error) {
      if (!isOld) throw error
    }
    // one of all that come at the same time looks anew, for all
    if (this.lookedAt === before) {
      this.lookedAt = now
      this.problems.clear()
      this.looking = this.finder.forget()
    }
    await this.looking
    return await this.finder.find(recipient, file)
  }

  private once(wrapped: WrappedIdentity): Promise<NativeIdentity> {
    const key = keyOf(wrapped)
    const known = this.kept.get(key)
    if (known !== undefined && !this.isOver(known)) return known.identity
    const { tools } = this
    // what unwraps is loaded when there is something to unwrap
    const identity = import('./unwrap-identity.ts').then(
      async ({ unwrapIdentity }) => (await unwrapIdentity(wrapped, tools)).identity,
    )
    const kept: Kept = { identity }
    identity.then(
      (unwrapped) => {
        kept.unwrapped = unwrapped
      },
      (error: unknown) => {
        kept.failedAt = tools.clock.now()
        kept.isFinal = isBullaError(error) && error.code === 'ERR_IDENTITY_BINDING'
      },
    )
    this.kept.set(key, kept)
    return identity
  }

  private isOver({ failedAt, isFinal = false }: Kept): boolean {
    return failedAt !== undefined && !isFinal && this.tools.clock.now() - failedAt >= RETRY_AFTER_MS
  }

  /** What is wrong where wrapped identities were looked for. */
  report(): readonly string[] {
    return this.problems.size === 0
      ? []
      : ['recipients that are not known, since their files are wrong', ...[...this.problems].map((line) => `  ${line}`)]
  }

  dispose(): void {
    this.kept = new Map()
    this.problems.clear()
    this.lookedAt = undefined
  }
}

const keys = new WeakMap<WrappedIdentity, string>()

/** Of these very wrappings: other ones are another try. */
function keyOf(wrapped: WrappedIdentity): string {
  const known = keys.get(wrapped)
  if (known !== undefined) return known
  const { path, recipient, wrappings } = wrapped
  const key = JSON.stringify([path, recipient, ...wrappings.map(({ ciphertext, payload }) => ciphertext + payload)])
  keys.set(wrapped, key)
  return key
}
