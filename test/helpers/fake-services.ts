import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'
import { KeyError } from '../../src/errors.ts'
import type { Clock } from '../../src/keys/services/environment.ts'
import type { KeyService, KeyServices, ServiceCall, ServiceKey } from '../../src/keys/services/key-service.ts'
import type { WrappingTools } from '../../src/keys/wrapped/wrap-identity.ts'
import { random } from './random.ts'

/** How a key behaves that is not simply there. */
export type Fault = 'forbidden' | 'denied' | 'silent' | 'deaf' | { readonly reply: Uint8Array }

export interface FakeServices extends KeyServices {
  /** `unwrap NAME`, `wrap NAME`, `rewrap NAME NAME`, in order. */
  readonly calls: string[]
  /** By name of key. */
  readonly faults: Map<string, Fault>
}

/**
 * Services that wrap with a key made of its name; what they wrap is bound as real ones do it.
 *
 * @param binds - whether they have an encryption context. Default: true
 */
export function fakeServices({ binds = true, moves = true } = {}): FakeServices {
  const calls: string[] = []
  const faults = new Map<string, Fault>()
  const context = ({ binding }: Pick<ServiceCall, 'binding'>) =>
    Buffer.from(binds && binding !== undefined ? `${binding.name} ${binding.recipient}` : '')
  const service: KeyService = {
    type: 'local',
    check: (key) => {
      if (faults.get(nameOf(key)) === 'forbidden') throw new KeyError('ERR_NOT_ALLOWED', 'the key is not allowed')
    },
    account: nameOf,
    wrap: async (key, plaintext, call) => {
      calls.push(`wrap ${nameOf(key)}`)
      fail(faults.get(nameOf(key)))
      return { enc: seal(nameOf(key), plaintext, context(call)), key }
    },
    unwrap: async (key, enc, call) => {
      calls.push(`unwrap ${nameOf(key)}`)
      const fault = faults.get(nameOf(key))
      if (fault === 'silent' || fault === 'deaf') return await silence(call.signal, fault === 'deaf')
      if (typeof fault === 'object') return fault.reply
      fail(fault)
      return open(nameOf(key), enc, context(call))
    },
    ...(moves
      ? {
          rewrap: async (from, to) => {
            calls.push(`rewrap ${nameOf(from.key)} ${nameOf(to.key)}`)
            fail(faults.get(nameOf(from.key)))
            const plaintext = open(nameOf(from.key), from.enc, context(from))
            return { enc: seal(nameOf(to.key), plaintext, context(to)), key: to.key }
          },
        }
      : {}),
  }
  return { calls, faults, get: async () => service }
}

/** The name by which tests know a key, of whatever kind. */
function nameOf({ fields }: ServiceKey): string {
  return fields['name'] ?? fields['arn'] ?? fields['resource_id'] ?? ''
}

export function localKey(name: string): ServiceKey {
  return { type: 'local', fields: { name } }
}

/** Time passes only when somebody lets it pass. */
export interface FakeClock extends Clock {
  /** Let time pass, step by step, so that whatever waits goes on in its order. */
  pass(ms: number): Promise<void>
}

export function fakeClock(): FakeClock {
  let time = 0
  const timers = new Set<{ at: number; ring: () => void }>()
  const ringAt = (ms: number, ring: () => void) => {
    const timer = { at: time + ms, ring }
    timers.add(timer)
    return timer
  }
  return {
    now: () => time,
    wait: (ms, signal) =>
      new Promise((resolve, reject) => {
        const timer = ringAt(ms, resolve)
        signal.addEventListener('abort', () => {
          timers.delete(timer)
          reject(signal.reason)
        })
      }),
    timeout: (ms) => {
      const controller = new AbortController()
      ringAt(ms, () => controller.abort(new DOMException('the time is up', 'TimeoutError')))
      return controller.signal
    },
    pass: async (ms) => {
      const end = time + ms
      for (; time < end; time += 50) {
        await new Promise(setImmediate)
        for (const timer of timers) {
          if (timer.at > time + 50) continue
          timers.delete(timer)
          timer.ring()
        }
      }
      await new Promise(setImmediate)
    },
  }
}

export function fakeTools(services: KeyServices, clock: Clock = fakeClock()) {
  return {
    services,
    clock,
    timeouts: async () => ({ eachMs: 5_000, totalMs: 30_000 }),
    random,
    now: () => '2026-11-22T10:00:00Z',
  } satisfies WrappingTools & Record<string, unknown>
}

function fail(fault: Fault | undefined): void {
  if (fault === 'denied') throw new KeyError('ERR_KEY_SERVICE', 'access is denied')
}

/** @param isDeaf - whether it goes on even when it is told to stop */
function silence(signal: AbortSignal, isDeaf: boolean): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (!isDeaf)
      signal.addEventListener('abort', () => reject(new KeyError('ERR_KEY_SERVICE', 'the service is silent')))
  })
}

function keyOf(name: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', name, '', 'test', 32))
}

function seal(name: string, plaintext: Uint8Array, context: Uint8Array): string {
  const nonce = random(12)
  const cipher = createCipheriv('aes-256-gcm', keyOf(name), nonce)
  cipher.setAAD(context)
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]).toString('base64')
}

function open(name: string, enc: string, context: Uint8Array): Uint8Array {
  const bytes = Buffer.from(enc, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', keyOf(name), bytes.subarray(0, 12))
  decipher.setAAD(context)
  decipher.setAuthTag(bytes.subarray(-16))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()])
  } catch {
    throw new KeyError('ERR_KEY_SERVICE', 'the ciphertext is not one of this key')
  }
}
