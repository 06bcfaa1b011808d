import { describe, expect, it } from 'vitest'
import { generateHybrid } from '../../../../src/keys/age/hybrid.ts'
import { unwrapIdentity } from '../../../../src/keys/wrapped/unwrap-identity.ts'
import { wrapIdentity } from '../../../../src/keys/wrapped/wrap-identity.ts'
import type { WrappedIdentity } from '../../../../src/keys/wrapped/wrapping.ts'
import { newIdentity } from '../../../helpers/age.ts'
import { expectNoSecret } from '../../../helpers/canary.ts'
import { rejection } from '../../../helpers/failure.ts'
import { type FakeServices, fakeClock, fakeServices, fakeTools, localKey } from '../../../helpers/fake-services.ts'
import { random } from '../../../helpers/random.ts'

const PATH = '/repo/.bulla/recipients/prod.yaml'
const pair = newIdentity()

async function wrapped(
  services: FakeServices,
  keys: readonly string[],
  of = pair,
  name = 'prod',
): Promise<WrappedIdentity> {
  const binding = { name, recipient: of.recipient }
  const wrap = (key: string) => wrapIdentity(of.identity, localKey(key), binding, fakeTools(services))
  const wrappings = await Promise.all(keys.map(wrap))
  services.calls.length = 0
  return { name, recipient: of.recipient, wrappings, path: PATH }
}

describe('an identity', () => {
  it('that was wrapped is unwrapped with one call', async () => {
    const services = fakeServices()
    const identity = await wrapped(services, ['a', 'b'])
    expect((await unwrapIdentity(identity, fakeTools(services))).text).toBe(pair.identity)
    expect(services.calls).toEqual(['unwrap a'])
  })

  it('of a post-quantum kind is wrapped as well: the service gets 32 bytes all the same', async () => {
    const services = fakeServices()
    const hybrid = await generateHybrid()
    const identity = await wrapped(services, ['a'], hybrid)
    expect((await unwrapIdentity(identity, fakeTools(services))).text).toBe(hybrid.identity)
    expect(Buffer.from(identity.wrappings[0]?.ciphertext ?? '', 'base64')).toHaveLength(12 + 32 + 16)
  })

  it('is unwrapped by the next wrapping when one fails', async () => {
    const services = fakeServices()
    const identity = await wrapped(services, ['a', 'b', 'c'])
    services.faults.set('a', 'denied').set('b', 'forbidden')
    expect((await unwrapIdentity(identity, fakeTools(services))).text).toBe(pair.identity)
    expect(services.calls).toEqual(['unwrap a', 'unwrap c'])
  })

  it('that no wrapping gives is an error with the reason of each, in order', async () => {
    const services = fakeServices()
    const identity = await wrapped(services, ['a', 'b', 'c'])
    services.faults
      .set('a', 'denied')
      .set('b', 'forbidden')
      .set('c', { reply: random(31) })
    const error = await rejection(unwrapIdentity(identity, fakeTools(services)))
    expect(error).toMatchObject({ code: 'ERR_KEY_SERVICE', where: { file: PATH } })
    expect(error.message.split('\n').map((line) => line.trim())).toEqual([
      'the identity of the recipient prod could not be unwrapped:',
      'local key a: access is denied',
      'local key b: the key is not allowed',
      'local key c: the reply holds 31 bytes where 32 are expected (restore the file of the recipient from git)',
    ])
  })

  it.each([0, 16, 33, 4096])('is not looked for in a reply of %i bytes', async (length) => {
    const services = fakeServices()
    const identity = await wrapped(services, ['a'])
    const reply = random(length)
    services.faults.set('a', { reply })
    const error = await rejection(unwrapIdentity(identity, fakeTools(services)))
    expect(error.code).toBe('ERR_KEY_SERVICE')
    expect(error.message).toContain(`${length} bytes`)
    expect(reply.every((byte) => byte === 0)).toBe(true)
  })

  it.each(['silent', 'deaf'] as const)(
    'costs 5 s of a service that is %s while others remain, and 30 s in all',
    async (fault) => {
      const services = fakeServices()
      const clock = fakeClock()
      const identity = await wrapped(services, ['a', 'b', 'c'])
      for (const name of ['a', 'b', 'c']) services.faults.set(name, fault)
      const unwrapping = rejection(unwrapIdentity(identity, fakeTools(services, clock)))
      const seen: [number, number][] = []
      let isOver = false
      unwrapping.then(() => {
        isOver = true
      })
      while (!isOver && clock.now() < 60_000) {
        const before = services.calls.length
        await clock.pass(250)
        if (services.calls.length !== before) seen.push([clock.now(), services.calls.length])
      }
      expect(seen.map(([, count]) => count)).toEqual([1, 2, 3])
      const [, second = [0], third = [0]] = seen
      expect(Math.abs(second[0] - 5_000)).toBeLessThanOrEqual(500)
      expect(Math.abs(third[0] - 10_000)).toBeLessThanOrEqual(1_000)
      expect(Math.abs(clock.now() - 30_000)).toBeLessThanOrEqual(750)
      const { message } = await unwrapping
      expect(message.match(fault === 'silent' ? /the service is silent/g : /no answer within (5|30) s/g)).toHaveLength(
        3,
      )
    },
  )

  it.each([2, 9])(
    'is unwrapped by the last of %i wrappings though all the time is less than 5 s for each',
    async (count) => {
      const services = fakeServices()
      const clock = fakeClock()
      const names = Array.from({ length: count }, (_, index) => `k${index}`)
      const identity = await wrapped(services, names)
      for (const name of names.slice(0, -1)) services.faults.set(name, 'silent')
      const tools = { ...fakeTools(services, clock), timeouts: async () => ({ eachMs: 5_000, totalMs: 4_500 }) }
      const unwrapping = unwrapIdentity(identity, tools)
      for (let passed = 0; passed < 4_500; passed += 250) await clock.pass(250)
      expect((await unwrapping).text).toBe(pair.identity)
    },
  )

  it('is unwrapped by the second region when the first times out', async () => {
    const services = fakeServices()
    const clock = fakeClock()
    const identity = await wrapped(services, ['a', 'b'])
    services.faults.set('a', 'silent')
    const unwrapping = unwrapIdentity(identity, fakeTools(services, clock))
    await clock.pass(5_500)
    expect((await unwrapping).text).toBe(pair.identity)
  })
})

describe('a wrapped identity is refused', () => {
  const other = newIdentity()

  async function refused(identity: WrappedIdentity, services: FakeServices) {
    const error = await rejection(unwrapIdentity(identity, fakeTools(services)))
    expect(error).toMatchObject({ code: 'ERR_IDENTITY_BINDING', where: { file: PATH } })
    expectNoSecret(error, pair.identity, other.identity)
  }

  // services without an encryption context: what is inside has to do
  const binds = false

  it('under another name, also by a service that binds nothing', async () => {
    const services = fakeServices({ binds })
    await refused({ ...(await wrapped(services, ['a'])), name: 'staging' }, services)
  })

  it('with another public key', async () => {
    const services = fakeServices({ binds })
    await refused({ ...(await wrapped(services, ['a'])), recipient: other.recipient }, services)
  })

  it('when it is that of another recipient', async () => {
    const services = fakeServices({ binds })
    const { wrappings } = await wrapped(services, ['a'], other)
    await refused({ ...(await wrapped(services, ['a'])), wrappings }, services)
  })

  it('with the payload of another wrapping of itself', async () => {
    const services = fakeServices({ binds })
    const identity = await wrapped(services, ['a', 'b'])
    const [first, second] = identity.wrappings
    if (first === undefined || second === undefined) throw new Error('two wrappings were made')
    await refused({ ...identity, wrappings: [{ ...first, payload: second.payload }] }, services)
  })

  it('when somebody who may use the key sealed an identity that has another public key', async () => {
    const services = fakeServices({ binds })
    const binding = { name: 'prod', recipient: pair.recipient }
    const planted = await wrapIdentity(other.identity, localKey('a'), binding, fakeTools(services))
    await refused({ ...binding, wrappings: [planted], path: PATH }, services)
  })

  it('when it is no identity, or two of them', async () => {
    const services = fakeServices({ binds })
    const binding = { name: 'prod', recipient: pair.recipient }
    for (const text of ['x', '', `${pair.identity}\n${other.identity}`, pair.recipient]) {
      const planted = await wrapIdentity(text, localKey('a'), binding, fakeTools(services))
      await refused({ ...binding, wrappings: [planted], path: PATH }, services)
    }
  })

  it('and then no other wrapping is tried', async () => {
    const services = fakeServices({ binds })
    const identity = await wrapped(services, ['a', 'b'])
    const [first, second] = identity.wrappings
    if (first === undefined || second === undefined) throw new Error('two wrappings were made')
    await refused({ ...identity, wrappings: [{ ...first, payload: second.payload }, second] }, services)
    expect(services.calls).toEqual(['unwrap a'])
  })
})
