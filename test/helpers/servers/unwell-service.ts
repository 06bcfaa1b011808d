import { expect, it } from 'vitest'
import type { KeyService, ServiceCall, ServiceKey } from '../../../src/keys/services/key-service.ts'
import { expectNoSecret } from '../canary.ts'
import { rejection } from '../failure.ts'
import type { FakeClock } from './fake-environment.ts'
import { GARBAGE, HTML, TRUNCATED } from './faults.ts'
import { type LoopbackServer, times } from './loopback.ts'

/** A key service over HTTP, and the server that it asks. */
export interface ServiceOnLoopback {
  readonly server: () => LoopbackServer
  readonly setUp: () => {
    readonly service: KeyService
    readonly environment: { readonly clock: FakeClock }
    /** One that lasts thirty seconds. */
    readonly call: () => ServiceCall
  }
  readonly key: () => ServiceKey
  /** What no message may hold. */
  readonly secrets: readonly string[]
}

const DATA_KEY = Buffer.from('C4N4RY-data-key-of-32-bytes-0123')

/** What every service bears in the same way: one that answers late, wrongly or not at all. */
export function itBearsFaults({ server, setUp, key, secrets }: ServiceOnLoopback): void {
  it.each([
    ['throttled', times(5, { kind: 'reply', status: 429 })],
    ['not well', times(3, { kind: 'reply', status: 503 })],
    ['cut off in the middle of a reply', times(2, { kind: 'reset' })],
    ['answered by a page', [HTML]],
    ['garbage', [GARBAGE]],
    ['truncated', [TRUNCATED]],
  ])('works in the end when it is %s at first', async (_, faults) => {
    const { service, call } = setUp()
    const { enc, key: used } = await service.wrap(key(), DATA_KEY, call())
    server().failNext(...faults)
    expect(await service.unwrap(used, enc, call())).toEqual(DATA_KEY)
  })

  it('ends with ERR_KEY_SERVICE at the deadline when it is throttled for ever', async () => {
    const { service, call, environment } = setUp()
    server().failAlways({ kind: 'reply', status: 429, body: secrets[0] ?? '' })
    const before = environment.clock.now()
    const error = await rejection(service.wrap(key(), DATA_KEY, call()))
    expect(error).toMatchObject({ code: 'ERR_KEY_SERVICE', message: expect.stringContaining('status 429') })
    expect(environment.clock.now() - before).toBeLessThan(35_000)
    expectNoSecret(error, ...secrets, DATA_KEY)
  })

  it('ends with ERR_KEY_SERVICE at the deadline when it never answers', async () => {
    const { service, call, environment } = setUp()
    server().failAlways({ kind: 'silence' })
    const asked = server().nextRequest()
    const failing = rejection(service.wrap(key(), DATA_KEY, call()))
    await asked
    environment.clock.pass(30_000)
    expect(await failing).toMatchObject({ code: 'ERR_KEY_SERVICE', message: expect.stringContaining('no answer') })
  })

  it.each([0, 16, 31, 34, 64])('is not believed when it answers %i bytes for a data key', async (length) => {
    const { service, call } = setUp()
    const { enc, key: used } = await service.wrap(key(), Buffer.alloc(length, 'C4N4RY'), call())
    const error = await rejection(service.unwrap(used, enc, call()))
    expect(error).toMatchObject({ code: 'ERR_KEY_SERVICE', message: expect.stringContaining(`${length} bytes`) })
    expectNoSecret(error, ...secrets, DATA_KEY)
  })
}
