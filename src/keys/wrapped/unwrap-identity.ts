import { isBullaError, KeyError } from '../../errors.ts'
import { HybridIdentity } from '../age/hybrid.ts'
import { type NativeIdentity, parseIdentities } from '../age/identities.ts'
import { reasonOf } from '../reason.ts'
import type { Clock } from '../services/environment.ts'
import { openPayload, WRAPPING_KEY_BYTES, wrongBinding } from './payload.ts'
import type { Timeouts, WrappingTools } from './wrap-identity.ts'
import type { WrappedIdentity, Wrapping } from './wrapping.ts'
import { wrappingName } from './wrapping-name.ts'

export interface UnwrappedIdentity {
  /** `AGE-SECRET-KEY-…`: only for who wraps it again. */
  readonly text: string
  readonly identity: NativeIdentity
}

/** A service that was told to stop may still say why it took so long. */
const LAST_WORD_MS = 250

/**
 * Unwrap the identity of a recipient by the first of its wrappings that can be used.
 *
 * @throws IntegrityError `ERR_IDENTITY_BINDING` when what was unwrapped belongs to another name or public key: then no other
 *   wrapping is tried. KeyError `ERR_KEY_SERVICE` with the reason of every wrapping
 */
export async function unwrapIdentity(wrapped: WrappedIdentity, tools: WrappingTools): Promise<UnwrappedIdentity> {
  const timeouts = await tools.timeouts()
  const total = tools.clock.timeout(timeouts.totalMs)
  const failures: string[] = []
  for (const [index, wrapping] of wrapped.wrappings.entries()) {
    const remaining = wrapped.wrappings.length - index
    const limit = limitOf({ count: wrapped.wrappings.length, remaining }, timeouts, total, tools.clock)
    try {
      return await tryOne(wrapped, wrapping, limit, tools)
    } catch (error) {
      if (isBullaError(error) && error.code === 'ERR_IDENTITY_BINDING') throw error.at({ file: wrapped.path })
      failures.push(`${wrappingName(wrapping.key)}: ${reasonOf(error)}`)
    }
  }
  throw allFailed(wrapped, failures)
}

interface Limit {
  readonly signal: AbortSignal
  readonly ms: number
}

/** The last one has all the time that is left; those before it leave every other one its share. */
function limitOf(
  { count, remaining }: { readonly count: number; readonly remaining: number },
  { eachMs, totalMs }: Timeouts,
  total: AbortSignal,
  clock: Clock,
): Limit {
  if (remaining === 1) return { signal: total, ms: totalMs }
  const ms = Math.min(eachMs, totalMs / count)
  return { signal: AbortSignal.any([total, clock.timeout(ms)]), ms }
}

async function tryOne(
  { name, recipient }: WrappedIdentity,
  { key, ciphertext, payload }: Wrapping,
  limit: Limit,
  { services, clock }: WrappingTools,
): Promise<UnwrappedIdentity> {
  const binding = { name, recipient }
  const service = await services.get(key.type)
  service.check(key)
  if (limit.signal.aborted) throw tooLate(limit.ms)
  const answer = service.unwrap(key, ciphertext, { signal: limit.signal, binding })
  const wrappingKey = await inTime(answer, limit, clock)
  try {
    // the service wrapped 32 bytes of ours: another length is another thing
    if (wrappingKey.length !== WRAPPING_KEY_BYTES) throw wrongLength(wrappingKey.length)
    return await checked(openPayload(payload, binding, wrappingKey), recipient)
  } finally {
    // wiped: with the file it is the identity
    wrappingKey.fill(0)
  }
}

/** Also when a service, or what it is made with, does not stop when it is told to. */
async function inTime<T>(answer: Promise<T>, { signal, ms }: Limit, clock: Clock): Promise<T> {
  const answered = new AbortController()
  const late = new Promise<never>((_resolve, reject) => {
    const giveUp = () => {
      clock.wait(LAST_WORD_MS, answered.signal).then(() => reject(tooLate(ms)), reject)
    }
    signal.addEventListener('abort', giveUp, { once: true, signal: answered.signal })
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    answered.abort()
  }
}

/** The public half of what was unwrapped must be the recipient: sealing to a public key proves nothing about who did it. */
async function checked(text: string, recipient: string): Promise<UnwrappedIdentity> {
  const [identity, second] = parse(text)
  if (identity === undefined || second !== undefined) throw wrongBinding('it holds no single identity')
  const own = identity instanceof HybridIdentity ? await identity.recipient() : identity.recipient
  if (own === recipient) return { text, identity }
  throw wrongBinding('its identity has another public key')
}

function parse(text: string): readonly NativeIdentity[] {
  try {
    return parseIdentities(text).identities
  } catch {
    return []
  }
}

function allFailed({ name, path }: WrappedIdentity, failures: readonly string[]): KeyError {
  const [only, ...others] = failures
  const reasons = others.length === 0 ? ` ${only ?? 'it has no wrapping'}` : `\n${indented(failures)}`
  return new KeyError('ERR_KEY_SERVICE', `the identity of the recipient ${name} could not be unwrapped:${reasons}`, {
    where: { file: path },
    hint: 'run this where one of these keys may be used, or ask somebody who may use one to run it',
  })
}

/** Deeper than the line of the key that they are reasons for. */
function indented(lines: readonly string[]): string {
  return lines.map((line) => `      ${line}`).join('\n')
}

function tooLate(ms: number): KeyError {
  return new KeyError('ERR_KEY_SERVICE', `there was no answer within ${Math.round(ms / 100) / 10} s`, {
    hint: 'check the network, or allow more time in your own bulla configuration',
  })
}

function wrongLength(length: number): KeyError {
  return new KeyError('ERR_KEY_SERVICE', `the reply holds ${length} bytes where ${WRAPPING_KEY_BYTES} are expected`, {
    hint: 'restore the file of the recipient from git',
  })
}
