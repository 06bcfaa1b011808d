import { describe, expect, it } from 'vitest'
import { KeyError } from '../../../../src/errors.ts'
import type { KeyService, ServiceCall } from '../../../../src/keys/services/key-service.ts'
import { ServiceProvider } from '../../../../src/keys/services/service-provider.ts'
import { fakeClock } from '../../../helpers/fake-services.ts'

const keyFields = (name: string) => ({ vault_address: 'https://v', engine_path: 'transit', key_name: name })

/** A service that answers, refuses, or says nothing until the time is up. */
function setUp(answer: (calls: number) => 'good' | 'denied' | 'silent') {
  const clock = fakeClock()
  let calls = 0
  const unwrap = async (_key: unknown, _enc: string, { signal }: ServiceCall) => {
    calls += 1
    const kind = answer(calls)
    if (kind === 'good') return new Uint8Array(32)
    if (kind === 'silent') await new Promise((resolve) => signal.addEventListener('abort', resolve))
    throw new KeyError('ERR_KEY_SERVICE', kind)
  }
  // the rest of it is not asked here
  const service = { type: 'hc_vault', check: () => undefined, unwrap } as unknown as KeyService
  const provider = new ServiceProvider('hc_vault', {
    services: { get: async () => service },
    clock,
    now: () => '',
    timeouts: async () => ({ totalMs: 10_000 }),
  })
  const open = (name = 'k') => provider.unwrap({ type: 'hc_vault', fields: keyFields(name), enc: 'x' })
  const code = (opening: Promise<unknown>) =>
    opening.then(
      () => 'open',
      (error: unknown) => (error instanceof KeyError ? error.message : error),
    )
  return { clock, open, code, calls: () => calls }
}

describe('a master key of a service', () => {
  it('that did not answer in its time is not waited for again by every file', async () => {
    const { clock, open, code, calls } = setUp((count) => (count === 1 ? 'silent' : 'good'))
    const first = code(open())
    await clock.pass(10_000)
    expect(await first).toBe('silent')
    expect(await Promise.all([code(open()), code(open())])).toEqual(['silent', 'silent'])
    expect(calls()).toBe(1)
    expect(await code(open('other'))).toBe('open')
    await clock.pass(30_000)
    expect(await code(open())).toBe('open')
  })

  it('that refuses is asked for each file: what it opens differs', async () => {
    const { open, code, calls } = setUp(() => 'denied')
    expect(await Promise.all([code(open()), code(open())])).toEqual(['denied', 'denied'])
    expect(calls()).toBe(2)
  })
})
