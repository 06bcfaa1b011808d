import { beforeEach, describe, expect, it } from 'vitest'
import { asDataKey } from '../../../../src/crypto/data-key.ts'
import type { KeyGroup } from '../../../../src/format/metadata.ts'
import { AgeProvider } from '../../../../src/keys/age/provider.ts'
import { Keyring } from '../../../../src/keys/keyring.ts'
import { wrapIdentity } from '../../../../src/keys/wrapped/wrap-identity.ts'
import { WrappedIdentities } from '../../../../src/keys/wrapped/wrapped-identities.ts'
import type { WrappedIdentity } from '../../../../src/keys/wrapped/wrapping.ts'
import { type FakeMachine, fakeEnvironment, newIdentity } from '../../../helpers/age.ts'
import { rejection } from '../../../helpers/failure.ts'
import { type FakeServices, fakeClock, fakeServices, fakeTools, localKey } from '../../../helpers/fake-services.ts'
import { random } from '../../../helpers/random.ts'

const FILE = '/repo/secrets.yaml'
const [machine, alice, bob] = [newIdentity(), newIdentity(), newIdentity()]
const dataKey = asDataKey(random(32))

let services: FakeServices
let clock: ReturnType<typeof fakeClock>
let found: WrappedIdentity
/** What stands in the files by now. */
let changed: WrappedIdentity | undefined
let forgotten = 0
beforeEach(async () => {
  services = fakeServices({ binds: false })
  clock = fakeClock()
  const binding = { name: 'prod', recipient: machine.recipient }
  const wrappings = [await wrapIdentity(machine.identity, localKey('a'), binding, fakeTools(services))]
  found = { ...binding, wrappings, path: '/repo/.bulla/recipients/prod.yaml' }
  services.calls.length = 0
  changed = undefined
  forgotten = 0
})

function keyring(given: FakeMachine = {}, problems: readonly string[] = []) {
  const environment = fakeEnvironment(given)
  const finder = {
    find: async (recipient: string) => (recipient === found.recipient ? found : undefined),
    nameOf: async () => undefined,
    problems: async () => problems,
    forget: async () => {
      forgotten += 1
      found = changed ?? found
    },
  }
  const wrapped = new WrappedIdentities(finder, fakeTools(services, clock))
  return { environment, keyring: new Keyring([new AgeProvider(environment, random, wrapped)], random) }
}

async function sealedFor(
  ...recipients: readonly string[]
): Promise<{ groups: readonly KeyGroup[]; shamirThreshold: 0; file: string }> {
  const ring = keyring().keyring
  const keys = recipients.map((recipient) => ring.masterKey({ type: 'age', fields: { recipient } }))
  const { groups } = await ring.wrap({ dataKey, groups: [keys], shamirThreshold: 0 })
  return { groups, shamirThreshold: 0, file: FILE }
}

describe('wrapped identities', () => {
  it('open a thousand files with one call, also when all want it at once', async () => {
    const { keyring: ring } = keyring()
    const request = await sealedFor(machine.recipient)
    const opened = await Promise.all(Array.from({ length: 1000 }, () => ring.unwrap(request)))
    expect(opened).toHaveLength(1000)
    expect(opened.every((key) => Buffer.compare(key, dataKey) === 0)).toBe(true)
    expect(services.calls).toEqual(['unwrap a'])
  })

  it('are looked for anew after a while when there is none: somebody rotated the key of a program that runs', async () => {
    const next = newIdentity()
    const binding = { name: 'prod', recipient: next.recipient }
    const wrappings = [await wrapIdentity(next.identity, localKey('a'), binding, fakeTools(services))]
    const { keyring: ring } = keyring()
    const [before, after] = [await sealedFor(machine.recipient), await sealedFor(next.recipient)]
    await ring.unwrap(before)
    changed = { ...found, ...binding, wrappings }
    expect((await rejection(ring.unwrap(after))).code).toBe('ERR_NO_DATA_KEY')
    await clock.pass(30_000)
    const opened = await Promise.all([1, 2, 3].map(() => ring.unwrap(after)))
    expect(opened.every((key) => Buffer.compare(key, dataKey) === 0)).toBe(true)
    expect(forgotten).toBe(1)
    expect(services.calls).toEqual(['wrap a', 'unwrap a', 'unwrap a'])
  })

  it('that cannot be used are read anew after a while: their file was restored, or wrapped by another key', async () => {
    const { keyring: ring } = keyring()
    const request = await sealedFor(machine.recipient)
    const good = found
    found = { ...found, wrappings: found.wrappings.map((one) => ({ ...one, payload: 'AAAA' })) }
    expect((await rejection(ring.unwrap(request))).code).toBe('ERR_IDENTITY_BINDING')
    changed = good
    await clock.pass(29_000)
    expect((await rejection(ring.unwrap(request))).code).toBe('ERR_IDENTITY_BINDING')
    await clock.pass(1_000)
    expect(Buffer.compare(await ring.unwrap(request), dataKey)).toBe(0)
    expect(services.calls).toEqual(['unwrap a', 'unwrap a'])
  })

  it('are asked for anew when all was forgotten', async () => {
    const { keyring: ring } = keyring()
    const request = await sealedFor(machine.recipient)
    await ring.unwrap(request)
    ring.dispose()
    await ring.unwrap(request)
    expect(services.calls).toEqual(['unwrap a', 'unwrap a'])
  })

  it('are not asked for when a local identity opens the file, wherever it stands among the readers', async () => {
    const { keyring: ring } = keyring({ variables: { SOPS_AGE_KEY: alice.identity } })
    await ring.unwrap(await sealedFor(machine.recipient, bob.recipient, alice.recipient))
    expect(services.calls).toEqual([])
  })

  it('are asked for before a command is run or a person is asked, wherever they stand among the readers', async () => {
    const { keyring: ring, environment } = keyring({ variables: { SOPS_AGE_KEY_CMD: 'give' } })
    await ring.unwrap(await sealedFor(alice.recipient, bob.recipient, machine.recipient))
    expect(services.calls).toEqual(['unwrap a'])
    expect(environment.calls.filter((call) => call.startsWith('run'))).toEqual([])
  })

  it('that cannot be unwrapped do not stop the other keys', async () => {
    services.faults.set('a', 'denied')
    const { keyring: ring } = keyring({
      variables: { SOPS_AGE_KEY_CMD: 'give' },
      command: () => ({ exitCode: 0, stdout: Buffer.from(bob.identity) }),
    })
    const request = await sealedFor(machine.recipient, bob.recipient)
    await ring.unwrap(request)
    await ring.unwrap(request)
    // one failure is enough for all files
    expect(services.calls).toEqual(['unwrap a'])
  })

  it('say why when nothing opens the file', async () => {
    services.faults.set('a', 'denied')
    const { keyring: ring } = keyring({}, ['/repo/.bulla/recipients/x.yaml: unknown field nmae'])
    const error = await rejection(ring.unwrap(await sealedFor(alice.recipient, machine.recipient)))
    expect(error.code).toBe('ERR_NO_DATA_KEY')
    expect(error.message).toContain(
      'the identity of the recipient prod could not be unwrapped: local key a: access is denied',
    )
    expect(error.message).toContain('x.yaml: unknown field nmae')
  })

  it('that failed are tried again after a while', async () => {
    services.faults.set('a', 'denied')
    const { keyring: ring } = keyring()
    const request = await sealedFor(machine.recipient)
    await rejection(ring.unwrap(request))
    services.faults.clear()
    await clock.pass(20_000)
    await rejection(ring.unwrap(request))
    await clock.pass(15_000)
    await ring.unwrap(request)
    expect(services.calls).toEqual(['unwrap a', 'unwrap a'])
  })

  it('of another recipient end everything, also when a later key would open the file', async () => {
    found = { ...found, name: 'other' }
    const { keyring: ring } = keyring({
      variables: { SOPS_AGE_KEY_CMD: 'give' },
      command: () => ({ exitCode: 0, stdout: Buffer.from(bob.identity) }),
    })
    const request = await sealedFor(machine.recipient, bob.recipient)
    const error = await rejection(ring.unwrap(request))
    expect(error.code).toBe('ERR_IDENTITY_BINDING')
    expect((await rejection(ring.canUnwrap(request).then(() => undefined))).code).toBe('ERR_IDENTITY_BINDING')
    expect(services.calls).toEqual(['unwrap a'])
  })

  it('are not asked for offline, but used when they are there already', async () => {
    const { keyring: ring } = keyring()
    const request = await sealedFor(machine.recipient)
    const error = await rejection(ring.unwrap({ ...request, offline: true }))
    expect(error.code).toBe('ERR_NO_DATA_KEY')
    expect(services.calls).toEqual([])
    await ring.unwrap(request)
    await ring.unwrap({ ...request, offline: true })
    expect(services.calls).toEqual(['unwrap a'])
  })

  it('are looked for by nobody who only wants to know which keys are at hand', async () => {
    const { keyring: ring } = keyring()
    await ring.survey()
    expect(services.calls).toEqual([])
  })
})
