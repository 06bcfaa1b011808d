import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ServiceKey } from '../../../src/keys/services/key-service.ts'
import { type AwsSetup, awsService, isolateSdk, kmsKey, patiently } from '../../helpers/aws.ts'
import { expectNoSecret } from '../../helpers/canary.ts'
import { rejection } from '../../helpers/failure.ts'
import { AwsKmsServer } from '../../helpers/servers/aws-kms.ts'
import { type Fault, GARBAGE, HTML, TRUNCATED } from '../../helpers/servers/faults.ts'
import { LoopbackServer, times } from '../../helpers/servers/loopback.ts'

const ROLE = 'arn:aws:iam::210987654321:role/deploy'
const THROTTLED: Fault = { kind: 'reply', status: 400, body: '{"__type":"ThrottlingException","message":"C4N4RY"}' }

let server: AwsKmsServer
let variables: { AWS_ENDPOINT_URL: string; AWS_ACCESS_KEY_ID: string; AWS_SECRET_ACCESS_KEY: string }
let key: ServiceKey
let enc: string
const share = randomBytes(32)

beforeAll(async () => {
  isolateSdk()
  server = await AwsKmsServer.start()
  variables = { AWS_ENDPOINT_URL: server.http.origin, ...server.credentials() }
  key = kmsKey(server.createKey('eu-west-1'))
  enc = (await awsService(variables).service.wrap(key, share, patiently())).enc
})
beforeEach(() => {
  isolateSdk()
  server.http.failAlways(undefined)
  server.denied.clear()
  server.tamper = undefined
  server.clockOffsetMs = 0
  server.calls.length = 0
})
afterAll(async () => {
  await server.stop()
  vi.unstubAllEnvs()
})

/** What comes of unwrapping: an error that says what it should, and shows nothing. */
async function refusal(
  { service, environment }: AwsSetup,
  of: ServiceKey = key,
  signal = environment.clock.timeout(30_000),
) {
  const error = await rejection(service.unwrap(of, enc, { signal }))
  expectNoSecret(error, share, enc, variables.AWS_SECRET_ACCESS_KEY)
  expect(error.hint).not.toBe(undefined)
  return error
}

describe('a KMS in trouble', () => {
  it('is asked again while it is throttled, until it answers', async () => {
    const { service, environment } = awsService(variables, { random: (count) => new Uint8Array(count).fill(0x80) })
    const started = environment.clock.now()
    // pauses double up to four seconds, and are half of that here: this is more than five seconds of throttling
    server.http.failNext(...times(9, THROTTLED))
    expect(Buffer.from(await service.unwrap(key, enc, patiently()))).toEqual(share)
    expect(environment.clock.waits).toHaveLength(9)
    expect(environment.clock.now() - started).toBeGreaterThan(5_000)
  })

  it('is asked until the deadline and not longer; the error says why', async () => {
    const setup = awsService(variables)
    server.http.failAlways(THROTTLED)
    const started = setup.environment.clock.now()
    const error = await refusal(setup)
    expect([error.code, error.message]).toEqual(['ERR_KEY_SERVICE', expect.stringContaining('too many calls')])
    expect(setup.environment.clock.now() - started).toBeLessThanOrEqual(30_000 + 4_000)
  })

  it.each([
    ['resets in the middle of a reply', { kind: 'reset' }],
    ['problems of its own', { kind: 'reply', status: 500, body: '{"__type":"KMSInternalException"}' }],
    ['a gateway that is overloaded', { kind: 'reply', status: 503, body: '<html>C4N4RY-gateway</html>' }],
  ] as const)('is asked again after %s', async (_name, fault) => {
    const { service, environment } = awsService(variables)
    server.http.failNext(fault, fault)
    expect(Buffer.from(await service.unwrap(key, enc, patiently()))).toEqual(share)
    expect(environment.clock.waits).toHaveLength(2)
  })

  it('that never answers costs ten seconds an attempt, and in the end an error', async () => {
    const setup = awsService(variables)
    server.http.failAlways({ kind: 'silence' })
    const { clock } = setup.environment
    const waiting = refusal(setup)
    let isOver = false
    const over = waiting.finally(() => {
      isOver = true
    })
    // ticks of a clock that stands still until the request is there
    while (!isOver) {
      await Promise.race([server.http.nextRequest(), over])
      clock.pass(10_000)
    }
    const error = await waiting
    expect([error.code, error.message]).toEqual(['ERR_KEY_SERVICE', expect.stringContaining('no answer came in time')])
  })

  it.each([
    ['garbage', GARBAGE],
    ['a page', HTML],
    ['half a reply', TRUNCATED],
    ['an error that is not JSON', { kind: 'reply', status: 400, body: '<html>C4N4RY</html>' }],
    [
      'an error with a made-up name',
      { kind: 'reply', status: 400, body: '{"__type":"C4N4RYC4N4RY","message":"C4N4RY"}' },
    ],
    ['a redirect', { kind: 'reply', status: 302, headers: { location: 'http://169.254.169.254/' }, body: '' }],
    ['a null', { kind: 'reply', status: 200, body: 'null' }],
    ['a list', { kind: 'reply', status: 200, body: '[]' }],
    ['a wrong type', { kind: 'reply', status: 200, body: '{"Plaintext":{"C4N4RY":1},"KeyId":7}' }],
  ] as [string, Fault][])('that answers with %s is an error, at once', async (_name, fault) => {
    const setup = awsService(variables)
    const before = server.http.requests.length
    server.http.failNext(fault)
    const error = await refusal(setup)
    expect(error.code).toBe('ERR_KEY_SERVICE')
    expect(error.message).toContain(key.fields['arn'])
    expect(server.http.requests.length - before).toBe(1)
  })
})

describe('a reply that is not what was asked for', () => {
  it.each([0, 16, 31, 34, 64])('is refused when it holds %i bytes', async (length) => {
    server.tamper = (_operation, reply) => ({ ...reply, Plaintext: Buffer.alloc(length, 'C4N4RY').toString('base64') })
    const error = await refusal(awsService(variables))
    expect([error.code, error.message]).toEqual(['ERR_KEY_SERVICE', expect.stringContaining(`${length} bytes`)])
  })

  it('is refused when it has no plaintext, or no ciphertext', async () => {
    server.tamper = (_operation, { KeyId }) => ({ KeyId })
    expect((await refusal(awsService(variables))).message).toContain('0 bytes')
    const error = await rejection(awsService(variables).service.wrap(key, share, patiently()))
    expect([error.code, error.message]).toEqual(['ERR_KEY_SERVICE', expect.stringContaining('no ciphertext')])
  })

  it('is refused when it is about another key', async () => {
    const other = server.createKey('eu-west-1')
    for (const KeyId of [other, undefined, 'C4N4RY', key.fields['arn']?.replace('eu-west-1', 'eu-west-2')]) {
      server.tamper = (_operation, reply) => ({ ...reply, KeyId })
      const error = await refusal(awsService(variables))
      expect([error.code, error.message]).toEqual(['ERR_KEY_SERVICE', expect.stringContaining('about another key')])
      const wrapping = await rejection(awsService(variables).service.wrap(key, share, patiently()))
      expect(wrapping.message).toContain('about another key')
    }
  })

  it('is taken from a replica of a multi-region key', async () => {
    const arn = server.createKey('eu-west-1', { multiRegion: true })
    const { service } = awsService(variables)
    const wrapped = await service.wrap(kmsKey(arn), share, patiently())
    const replica = kmsKey(server.replicate(arn, 'us-east-1'))
    expect(Buffer.from(await service.unwrap(replica, wrapped.enc, patiently()))).toEqual(share)
    server.tamper = (_operation, reply) => ({ ...reply, KeyId: arn })
    expect(Buffer.from(await service.unwrap(replica, wrapped.enc, patiently()))).toEqual(share)
  })
})

describe('credentials', () => {
  it('that are denied are not tried again; the missing permission is named', async () => {
    server.denied.add('Decrypt')
    const error = await refusal(awsService(variables))
    expect(error.code).toBe('ERR_KEY_SERVICE')
    expect(error.message).toBe(
      `AWS KMS could not unwrap with ${key.fields['arn']} (region eu-west-1, as the credentials of AWS_ACCESS_KEY_ID): access is denied; the permission kms:Decrypt is missing`,
    )
    expect(server.count('Decrypt')).toBe(1)
  })

  it('that have expired are told apart', async () => {
    const error = await refusal(awsService({ ...variables, ...server.credentials({ expired: true }) }))
    expect([error.code, error.message]).toEqual(['ERR_KEY_SERVICE', expect.stringContaining('have expired')])
    expect(error.hint).toContain('log in again')
  })

  it('that nobody knows, or with a wrong secret, are told apart', async () => {
    const unknown = await refusal(awsService({ ...variables, AWS_ACCESS_KEY_ID: 'AKIAUNKNOWN' }))
    expect(unknown.message).toContain('AWS does not know these credentials')
    const wrong = await refusal(awsService({ ...variables, AWS_SECRET_ACCESS_KEY: 'C4N4RY-wrong-secret' }))
    expect([wrong.code, wrong.message]).toEqual(['ERR_KEY_SERVICE', expect.stringContaining('secret half')])
  })

  it('that are not there: says so without a call', async () => {
    const error = await refusal(awsService({ AWS_ENDPOINT_URL: server.http.origin }))
    expect([error.code, error.message]).toEqual(['ERR_KEY_SERVICE', expect.stringContaining('no credentials for AWS')])
    expect(server.calls).toEqual([])
  })

  it.each([-3_600_000, 3_600_000])('are signed anew when the clock is off by %i ms', async (offset) => {
    server.clockOffsetMs = offset
    const { service } = awsService(variables)
    expect(Buffer.from(await service.unwrap(key, enc, patiently()))).toEqual(share)
    server.clockOffsetMs = offset * 3
    const role = kmsKey(key.fields['arn'] ?? '', { role: ROLE })
    expect(Buffer.from(await service.unwrap(role, enc, patiently()))).toEqual(share)
  })
})

describe('a role', () => {
  it('is taken on once, under the name of sops, and used for the key', async () => {
    const { service } = awsService(variables)
    const withRole = kmsKey(key.fields['arn'] ?? '', { role: ROLE })
    await Promise.all([1, 2, 3].map(() => service.unwrap(withRole, enc, patiently())))
    expect(server.count('AssumeRole')).toBe(1)
    const [assumed, decrypted] = server.calls
    expect(assumed).toMatchObject({ operation: 'AssumeRole', region: 'eu-west-1', session: 'sops@web1.example.com' })
    expect(assumed?.accessKeyId).toBe(variables.AWS_ACCESS_KEY_ID)
    expect(decrypted?.accessKeyId).not.toBe(variables.AWS_ACCESS_KEY_ID)
  })

  it('that may not be taken on is named with the permission', async () => {
    server.denied.add('AssumeRole')
    const error = await refusal(awsService(variables), kmsKey(key.fields['arn'] ?? '', { role: ROLE }))
    expect(error.code).toBe('ERR_KEY_SERVICE')
    expect(error.message).toContain(`AWS STS could not unwrap with ${ROLE}`)
    expect(error.message).toContain('the permission sts:AssumeRole is missing')
  })

  it.each([
    GARBAGE,
    HTML,
    { kind: 'reply', status: 200, body: '<AccessKeyId>a</AccessKeyId><SecretAccessKey>C4N4RYC4' },
  ] as Fault[])('whose credentials come garbled is an error (%#)', async (fault) => {
    server.http.failNext(fault)
    const error = await refusal(awsService(variables), kmsKey(key.fields['arn'] ?? '', { role: ROLE }))
    expect(error.code).toBe('ERR_KEY_SERVICE')
  })

  it('that cannot be asked for is not taken for a key that cannot', async () => {
    const away = await LoopbackServer.start(() => ({ status: 200 }))
    await away.stop()
    const withRole = kmsKey(key.fields['arn'] ?? '', { role: ROLE })
    const error = await refusal(awsService({ ...variables, AWS_ENDPOINT_URL_STS: away.origin }), withRole)
    expect(error.message).toContain(`AWS STS could not unwrap with ${ROLE}`)
    expect(error.message).toContain('nothing accepts connections there')
    expect(server.count('Decrypt')).toBe(0)
  })

  it('that never comes is named when the time is up', async () => {
    const silent = await LoopbackServer.start(() => new Promise<never>(() => undefined))
    try {
      const withRole = kmsKey(key.fields['arn'] ?? '', { role: ROLE })
      const setup = awsService({ ...variables, AWS_ENDPOINT_URL_STS: silent.origin })
      const call = { signal: setup.environment.clock.timeout(30_000) }
      const refused = rejection(setup.service.unwrap(withRole, enc, call))
      await silent.nextRequest()
      setup.environment.clock.pass(30_000)
      expect((await refused).message).toMatch(/AWS STS could not unwrap with .*no answer came in time/)
    } finally {
      await silent.stop()
    }
  })

  it('says as whom the key was called', async () => {
    server.denied.add('Decrypt')
    const error = await refusal(awsService(variables), kmsKey(key.fields['arn'] ?? '', { role: ROLE }))
    expect(error.message).toContain(`as the role ${ROLE}, taken on with the credentials of AWS_ACCESS_KEY_ID`)
  })
})

describe('the network', () => {
  it('without the host is an error that says so', async () => {
    const error = await refusal(awsService({ ...variables, AWS_ENDPOINT_URL: 'http://kms.invalid' }))
    expect([error.code, error.message]).toEqual(['ERR_KEY_SERVICE', expect.stringMatching(/DNS|proxy/)])
  })

  it('goes through the proxy', async () => {
    const seen: string[] = []
    const proxy = await LoopbackServer.start(({ path }) => {
      seen.push(path)
      return { status: 403 }
    })
    vi.stubEnv('http_proxy', proxy.origin)
    try {
      const error = await refusal(awsService({ ...variables, AWS_ENDPOINT_URL: 'http://kms.test' }))
      expect(error.code).toBe('ERR_KEY_SERVICE')
      expect(seen).toEqual(['http://kms.test/'])
    } finally {
      await proxy.stop()
    }
  })

  it('is not touched when AWS_CA_BUNDLE cannot be read', async () => {
    const error = await refusal(awsService({ ...variables, AWS_CA_BUNDLE: '/no/such.pem' }))
    expect([error.code, error.message]).toEqual(['ERR_KEY_SERVICE', expect.stringContaining('AWS_CA_BUNDLE')])
    expect(server.calls).toEqual([])
  })
})
