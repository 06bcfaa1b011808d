import type { RandomSource } from '../../crypto/random.ts'
import type { Clock } from './environment.ts'

export interface RetryOptions {
  /** Aborts at the deadline: no attempt starts after it, and one that runs is told. */
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly random: RandomSource
  /** Whether another attempt may do better: throttled, reset, 5xx, no answer. Never for a denial. */
  isTransient(error: unknown): boolean
  /** How long the service asks to be left alone; undefined when it does not say. */
  retryAfterMs?(error: unknown): number | undefined
}

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 4_000
/** A server that never answers costs this much of the time that is left, not all of it. */
const ATTEMPT_MS = 10_000

/**
 * Try until it works, fails for good, or the deadline comes. Pauses double, and are drawn at random between none and all
 * of that, so that a fleet of machines does not come back at once.
 *
 * @throws what the last attempt threw that says why, also when the deadline came in the middle of a later one
 */
export async function withRetries<T>(
  attempt: (signal: AbortSignal) => Promise<T>,
  { signal, clock, random, isTransient, retryAfterMs }: RetryOptions,
): Promise<T> {
  let lastReason: unknown
  for (let count = 0; ; count += 1) {
    try {
      return await attempt(AbortSignal.any([signal, clock.timeout(ATTEMPT_MS)]))
    } catch (error) {
      // cut off by the deadline: the attempt before it knows why
      if (signal.aborted) throw lastReason ?? error
      if (!isTransient(error)) throw error
      lastReason = error
    }
    const longest = Math.min(FIRST_PAUSE_MS * 2 ** count, LONGEST_PAUSE_MS)
    try {
      await clock.wait(Math.max(retryAfterMs?.(lastReason) ?? 0, longest * fraction(random)), signal)
    } catch {
      throw lastReason
    }
  }
}

/** Uniform in [0, 1). */
function fraction(random: RandomSource): number {
  const [high = 0, low = 0] = random(2)
  return (high * 256 + low) / 65_536
}
