import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { GcpKmsService } from '../../../../src/keys/gcp-kms/service.ts'
import { CallPolicy } from '../../../../src/keys/services/call-policy.ts'
import type { ServiceKey } from '../../../../src/keys/services/key-service.ts'
import { expectNoSecret } from '../../../helpers/canary.ts'
import { rejection } from '../../../helpers/failure.ts'
import { fakeServiceEnvironment } from '../../../helpers/servers/fake-environment.ts'
import { GcpKmsServer, KEY, RSA_KEY, TOKEN } from '../../../helpers/servers/gcp-kms.ts'
import { itBearsFaults } from '../../../helpers/servers/unwell-service.ts'

const DATA_KEY = Buffer.from('C4N4RY-data-key-of-32-bytes-0123')
const ALICE = { name: 'prod', recipient: 'age1alice' }
const BOB = { name: 'prod', recipient: 'age1bob' }
let server: GcpKmsServer

beforeAll(async () => {
  server = await GcpKmsServer.start()
  server.addRsaKey(RSA_KEY)
})
beforeEach(() => {
  server.http.requests.length = 0
})
afterEach(() => {
  server.tamper = undefined
  server.http.failAlways(undefined)
})
afterAll(() => server.stop())

function setUp(variables: Record<string, string> = {}, accounts?: readonly string[]) {
  const environment = fakeServiceEnvironment({
    variables: { SOPS_GCP_KMS_ENDPOINT: server.http.origin, GOOGLE_OAUTH_ACCESS_TOKEN: TOKEN, ...variables },
  })
  const service = new GcpKmsService(environment, new CallPolicy({ hosts: [], accounts }))
  const call = () => ({ signal: environment.clock.timeout(30_000) })
  return { environment, service, call }
}

function keyOf(resourceId: string, more: Record<string, string> = {}): ServiceKey {
  return { type: 'gcp_kms', fields: { resource_id: resourceId, ...more } }
}

describe('a GCP KMS key', () => {
  it('unwraps what it wrapped, also after it was rotated', async () => {
    const { service, call } = setUp()
    const { enc, key } = await service.wrap(keyOf(KEY), DATA_KEY, call())
    expect(key).toEqual(keyOf(KEY))
    expect(Buffer.from(enc, 'base64').toString('base64')).toBe(enc)
    server.rotate(KEY)
    expect(await service.unwrap(key, enc, call())).toEqual(DATA_KEY)
    expect(server.keyCalls).toEqual([`/v1/${KEY}:encrypt`, `/v1/${KEY}:decrypt`])
  })

  it('binds an identity to its name and recipient', async () => {
    const { service, call } = setUp()
    const { enc } = await service.wrap(keyOf(KEY), DATA_KEY, { ...call(), binding: ALICE })
    expect(await service.unwrap(keyOf(KEY), enc, { ...call(), binding: ALICE })).toEqual(DATA_KEY)
    for (const binding of [BOB, { ...ALICE, name: 'test' }, undefined]) {
      const other = { ...call(), ...(binding === undefined ? {} : { binding }) }
      const error = await rejection(service.unwrap(keyOf(KEY), enc, other))
      expect(error).toMatchObject({ code: 'ERR_KEY_SERVICE', message: expect.stringContaining('for another reader') })
    }
  })

  it('shares one search for credentials among calls at the same time', async () => {
    const { service, call } = setUp()
    const wrapped = await Promise.all([1, 2, 3].map(() => service.wrap(keyOf(KEY), DATA_KEY, call())))
    expect(new Set(wrapped.map(({ enc }) => enc)).size).toBe(3)
  })

  it.each(['projects/p/locations/l', `${KEY}/..`, `${KEY}?x=1`, `${KEY}/`, KEY.replace('files', '%2e%2e'), ''])(
    'is refused with ERR_RECIPIENT and without a call when its resource id is %j',
    async (resourceId) => {
      const { service, call } = setUp()
      expect(await rejection(service.wrap(keyOf(resourceId), DATA_KEY, call()))).toMatchObject({
        code: 'ERR_RECIPIENT',
      })
      expect(await rejection(service.unwrap(keyOf(resourceId), 'AAAA', call()))).toMatchObject({
        code: 'ERR_RECIPIENT',
      })
      expect(server.http.requests).toEqual([])
    },
  )

  it('is neither called nor sealed to when its project is not allowed: ERR_NOT_ALLOWED', async () => {
    const { service, call } = setUp({}, ['another-project'])
    const publicKey = (await setUp().service.wrap(keyOf(RSA_KEY), DATA_KEY, { ...call(), binding: ALICE })).key
    server.http.requests.length = 0
    for (const key of [keyOf(KEY), publicKey]) {
      const error = await rejection(service.wrap(key, DATA_KEY, { ...call(), binding: ALICE }))
      expect(error).toMatchObject({ code: 'ERR_NOT_ALLOWED', message: expect.stringContaining('acme-prod') })
    }
    expect(() => service.check(keyOf(KEY))).toThrow(expect.objectContaining({ code: 'ERR_NOT_ALLOWED' }))
    expect(server.http.requests).toEqual([])
  })

  it('is called when its project is allowed', async () => {
    const { service, call } = setUp({}, ['acme-prod'])
    const { enc } = await service.wrap(keyOf(KEY), DATA_KEY, call())
    expect(await service.unwrap(keyOf(KEY), enc, call())).toEqual(DATA_KEY)
    expect(service.account(keyOf(KEY))).toBe('GCP project acme-prod')
  })
})

describe('a version of a GCP KMS key for asymmetric decryption', () => {
  it.each(['2048_SHA256', '3072_SHA256', '4096_SHA512', '2048_SHA1'])(
    '%s seals offline once its public half is known',
    async (kind) => {
      const name = `${RSA_KEY.slice(0, -1)}${kind.length}${kind.slice(0, 1)}`
      server.addRsaKey(name, `RSA_DECRYPT_OAEP_${kind}`)
      const { service, call } = setUp()
      const first = await service.wrap(keyOf(name), DATA_KEY, { ...call(), binding: ALICE })
      expect(server.keyCalls).toEqual([`/v1/${name}/publicKey`])
      server.http.requests.length = 0
      const second = await service.wrap(first.key, DATA_KEY, { ...call(), binding: ALICE })
      expect(server.http.requests).toEqual([])
      for (const { enc, key } of [first, second]) {
        expect(await service.unwrap(key, enc, { ...call(), binding: ALICE })).toEqual(DATA_KEY)
      }
    },
  )

  it('is no master key of a file, which sops could not open: ERR_RECIPIENT', async () => {
    const { service, call } = setUp()
    expect(await rejection(service.wrap(keyOf(RSA_KEY), DATA_KEY, call()))).toMatchObject({ code: 'ERR_RECIPIENT' })
  })

  it.each([
    ['no base64', { public_key: '!', algorithm: 'RSA_DECRYPT_OAEP_2048_SHA256' }],
    [
      'another kind of key',
      {
        public_key: 'MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=',
        algorithm: 'RSA_DECRYPT_OAEP_2048_SHA256',
      },
    ],
  ])('is refused with ERR_RECIPIENT when its public half is %s', async (_, more) => {
    const { service, call } = setUp()
    const error = await rejection(service.wrap(keyOf(RSA_KEY, more), DATA_KEY, { ...call(), binding: ALICE }))
    expect(error).toMatchObject({ code: 'ERR_RECIPIENT' })
  })
})

describe('GCP KMS that does not do well', () => {
  itBearsFaults({ server: () => server.http, setUp, key: () => keyOf(KEY), secrets: [TOKEN] })

  it('is left alone for as long as it asks', async () => {
    const { service, call, environment } = setUp()
    server.http.failNext({ kind: 'reply', status: 429, headers: { 'retry-after': '7' } })
    await service.wrap(keyOf(KEY), DATA_KEY, call())
    expect(environment.clock.waits).toEqual([7_000])
  })

  it.each<[string, (reply: Record<string, unknown>) => Record<string, unknown>, string]>([
    ['for another key', (reply) => ({ ...reply, name: `${KEY}2/cryptoKeyVersions/1` }), 'another key'],
    ['for no version of the key', (reply) => ({ ...reply, name: KEY }), 'another key'],
    ['that what it got is damaged', (reply) => ({ ...reply, verifiedPlaintextCrc32c: false }), 'damaged'],
    ['with another checksum', (reply) => ({ ...reply, ciphertextCrc32c: '1' }), 'damaged'],
    ['without a checksum', ({ ciphertextCrc32c: _, ...reply }) => reply, 'damaged'],
    ['with nothing', (reply) => ({ ...reply, ciphertext: '', ciphertextCrc32c: '0' }), 'with nothing'],
  ])('is not believed when it answers a wrap %s', async (_, tamper, reason) => {
    const { service, call } = setUp()
    server.tamper = tamper
    const error = await rejection(service.wrap(keyOf(KEY), DATA_KEY, call()))
    expect(error).toMatchObject({ code: 'ERR_KEY_SERVICE', message: expect.stringContaining(reason) })
    expectNoSecret(error, TOKEN, DATA_KEY)
  })

  it('is not followed when it redirects', async () => {
    const { service, call } = setUp()
    server.http.failAlways({ kind: 'reply', status: 307, headers: { location: `${server.http.origin}/elsewhere` } })
    const error = await rejection(service.wrap(keyOf(KEY), DATA_KEY, call()))
    expect(error).toMatchObject({ code: 'ERR_KEY_SERVICE', message: expect.stringContaining('redirect') })
    expect(server.http.requests).toHaveLength(1)
  })

  it('says that the host is not known', async () => {
    const { service, call } = setUp({ SOPS_GCP_KMS_ENDPOINT: 'https://kms.invalid' })
    const error = await rejection(service.wrap(keyOf(KEY), DATA_KEY, call()))
    expect(error).toMatchObject({ code: 'ERR_KEY_SERVICE', message: expect.stringContaining('DNS') })
  })
})

describe('a refusal of GCP KMS', () => {
  it('names permission, key, location and whose credentials were used, and is not tried again', async () => {
    const { service, call } = setUp()
    const { enc } = await service.wrap(keyOf(KEY), DATA_KEY, call())
    server.callers.set(TOKEN, { denied: ['decrypt'] })
    server.http.requests.length = 0
    const error = await rejection(service.unwrap(keyOf(KEY), enc, call()))
    server.callers.set(TOKEN, {})
    expect(error).toMatchObject({ code: 'ERR_KEY_SERVICE' })
    for (const part of ['cloudkms.cryptoKeyVersions.useToDecrypt', KEY, 'europe-west1', 'GOOGLE_OAUTH_ACCESS_TOKEN']) {
      expect(error).toMatchObject({ message: expect.stringContaining(part) })
    }
    expect(server.keyCalls).toHaveLength(1)
    expectNoSecret(error, TOKEN, DATA_KEY)
  })

  it.each(['DISABLED', 'DESTROYED', 'DESTROY_SCHEDULED'] as const)('says that a version is %s', async (state) => {
    const { service, call } = setUp()
    server.addKey(`${KEY}-${state}`)
    const { enc } = await service.wrap(keyOf(`${KEY}-${state}`), DATA_KEY, call())
    server.setState(`${KEY}-${state}`, 1, state)
    const error = await rejection(service.unwrap(keyOf(`${KEY}-${state}`), enc, call()))
    expect(error).toMatchObject({ code: 'ERR_KEY_SERVICE', message: expect.stringContaining(state) })
    expectNoSecret(error, TOKEN, DATA_KEY)
  })

  it('says that there is no such key', async () => {
    const { service, call } = setUp()
    const error = await rejection(service.wrap(keyOf(`${KEY}-none`), DATA_KEY, call()))
    expect(error).toMatchObject({ code: 'ERR_KEY_SERVICE', message: expect.stringContaining('status 404') })
  })

  it('of a token that has ended says so, after it was asked for once more', async () => {
    const { service, call } = setUp({ GOOGLE_OAUTH_ACCESS_TOKEN: 'C4N4RY-old-token-of-yesterday' })
    const error = await rejection(service.wrap(keyOf(KEY), DATA_KEY, call()))
    expect(error).toMatchObject({ code: 'ERR_KEY_SERVICE', message: expect.stringContaining('status 401') })
    expect(server.http.requests).toHaveLength(2)
    expectNoSecret(error, 'C4N4RY-old-token-of-yesterday', DATA_KEY)
  })

  it('to open what was changed says so', async () => {
    const { service, call } = setUp()
    const { enc } = await service.wrap(keyOf(KEY), DATA_KEY, call())
    const changed = Buffer.from(enc, 'base64')
    changed[40] = (changed[40] ?? 0) ^ 1
    for (const text of [changed.toString('base64'), `${enc}!`, '']) {
      expect(await rejection(service.unwrap(keyOf(KEY), text, call()))).toMatchObject({ code: 'ERR_KEY_SERVICE' })
    }
  })
})
