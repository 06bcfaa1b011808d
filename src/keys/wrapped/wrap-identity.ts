import type { RandomSource } from '../../crypto/random.ts'
import type { Clock } from '../services/environment.ts'
import type { Binding, KeyServices, ServiceKey } from '../services/key-service.ts'
import { sealPayload, WRAPPING_KEY_BYTES } from './payload.ts'
import type { Wrapping } from './wrapping.ts'

/** What wrapping and unwrapping identities needs. */
export interface WrappingTools {
  readonly services: KeyServices
  readonly clock: Clock
  /** @throws ConfigError when the user's settings are wrong */
  readonly timeouts: () => Promise<Timeouts>
}

export interface Timeouts {
  /** For one wrapping while others remain. */
  readonly eachMs: number
  /** For all of them. */
  readonly totalMs: number
}

/**
 * Wrap an identity: the service wraps 32 bytes, whatever the kind of identity, and these seal the rest.
 *
 * @param identity - `AGE-SECRET-KEY-…`
 * @throws as `KeyService.wrap`
 */
export async function wrapIdentity(
  identity: string,
  key: ServiceKey,
  binding: Binding,
  { services, clock, timeouts, random, now }: WrappingTools & { random: RandomSource; now: () => string },
): Promise<Wrapping> {
  const [service, { totalMs }] = await Promise.all([services.get(key.type), timeouts()])
  service.check(key)
  const wrappingKey = random(WRAPPING_KEY_BYTES)
  try {
    const { enc, key: used } = await service.wrap(key, wrappingKey, { signal: clock.timeout(totalMs), binding })
    const payload = sealPayload(identity, binding, wrappingKey, random)
    return { key: used, ciphertext: enc, payload, createdAt: now() }
  } finally {
    // wiped: with the file it is the identity
    wrappingKey.fill(0)
  }
}
