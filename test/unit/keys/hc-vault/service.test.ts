import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { VaultService } from '../../../../src/keys/hc-vault/service.ts'
import { CallPolicy } from '../../../../src/keys/services/call-policy.ts'
import type { ServiceKey } from '../../../../src/keys/services/key-service.ts'
import { expectNoSecret } from '../../../helpers/canary.ts'
import { rejection } from '../../../helpers/failure.ts'
import { type FakeEnvironment, fakeServiceEnvironment } from '../../../helpers/servers/fake-environment.ts'
import { type Fault, GARBAGE, HTML, TRUNCATED } from '../../../helpers/servers/faults.ts'
import { LoopbackServer, times } from '../../../helpers/servers/loopback.ts'
import { FakeVault } from '../../../helpers/servers/vault.ts'

const SHARE = randomBytes(32)
const BINDING = { name: 'prod', recipient: 'age1prod' }
const THROTTLED: Fault = { kind: 'reply', status: 429, headers: { 'retry-after': '1' } }

let vault: FakeVault

beforeEach(async () => {
  vault = await FakeVault.start()
})
afterEach(() => vault.server.stop())

function key(fields: Readonly<Record<string, string>> = {}): ServiceKey {
  const own = { vault_address: vault.server.origin, engine_path: 'transit', key_name: 'k' }
  return { type: 'hc_vault', fields: { ...own, ...fields } }
}

interface Setting {
  readonly service: VaultService
  readonly environment: FakeEnvironment
  /** The deadline of 30 s. */
  readonly call: { readonly signal: AbortSignal }
}

function set(variables: Readonly<Record<string, string>> = {}, files: Readonly<Record<string, string>> = {}): Setting {
  const environment = fakeServiceEnvironment({ variables: { VAULT_TOKEN: vault.token, ...variables }, files })
  const policy = new CallPolicy({ hosts: [vault.server.host], accounts: undefined })
  const call = { signal: environment.clock.timeout(30_000) }
  return { service: new VaultService(environment, policy), environment, call }
}

const paths = () => vault.server.requests.map(({ path }) => path)

describe('the transit engine', () => {
  it('gives back what it wrapped', async () => {
    const { service, call } = set()
    const { enc, key: used } = await service.wrap(key(), SHARE, call)
    expect(enc).toMatch(/^vault:v1:/)
    expect(used).toEqual(key())
    expect(Buffer.compare(await service.unwrap(key(), enc, call), SHARE)).toBe(0)
    expect(paths()).toEqual(['/v1/transit/encrypt/k', '/v1/transit/decrypt/k'])
  })

  it('is asked below the path of its engine, in the namespace of the user', async () => {
    const { service, call } = set({ VAULT_NAMESPACE: 'team/a' })
    const nested = key({ engine_path: 'a/b/', vault_address: `${vault.server.origin}/` })
    expect(await rejection(service.wrap(nested, SHARE, call))).toMatchObject({ code: 'ERR_KEY_SERVICE' })
    const [request] = vault.server.requests
    expect(request?.path).toBe('/v1/a/b/encrypt/k')
    expect(request?.headers).toMatchObject({ 'x-vault-namespace': 'team/a', 'x-vault-token': vault.token })
  })

  it('binds an identity to its name and public key', async () => {
    const { service, call } = set()
    const { enc } = await service.wrap(key(), SHARE, { ...call, binding: BINDING })
    expect(Buffer.compare(await service.unwrap(key(), enc, { ...call, binding: BINDING }), SHARE)).toBe(0)
    for (const binding of [
      { ...BINDING, name: 'dev' },
      { ...BINDING, recipient: 'age1dev' },
    ]) {
      const failure = await rejection(service.unwrap(key(), enc, { ...call, binding }))
      expect(failure.code).toBe('ERR_KEY_SERVICE')
    }
    expect((await rejection(service.unwrap(key(), enc, call))).code).toBe('ERR_KEY_SERVICE')
  })

  it('wraps an identity by a key that binds nothing too', async () => {
    await vault.createKey('rsa', 'rsa-2048')
    const { service, call } = set()
    const rsa = key({ key_name: 'rsa' })
    const { enc } = await service.wrap(rsa, SHARE, { ...call, binding: BINDING })
    expect(Buffer.compare(await service.unwrap(rsa, enc, { ...call, binding: BINDING }), SHARE)).toBe(0)
  })

  it('moves what is wrapped to the newest version of its key, and nowhere else', async () => {
    const { service, call } = set()
    const { enc } = await service.wrap(key(), SHARE, call)
    await vault.rotateKey('k')
    const moved = await service.rewrap({ key: key(), enc }, { key: key() }, call)
    expect(moved?.enc).toMatch(/^vault:v2:/)
    expect(Buffer.compare(await service.unwrap(key(), moved?.enc ?? '', call), SHARE)).toBe(0)
    expect(paths()).not.toContain('/v1/transit/decrypt/other')
    expect(await service.rewrap({ key: key(), enc }, { key: key({ key_name: 'other' }) }, call)).toBeUndefined()
    expect(await service.rewrap({ key: key(), enc, binding: BINDING }, { key: key() }, call)).toBeUndefined()
  })

  it.each([
    [{ engine_path: '../sys' }],
    [{ engine_path: 'transit/../../sys/mounts' }],
    [{ engine_path: '' }],
    [{ engine_path: 'transit?x=' }],
    [{ key_name: '..' }],
    [{ key_name: 'a/b' }],
    [{ key_name: 'a%2f..' }],
    [{ vault_address: 'vault' }],
    [{ vault_address: '' }],
  ])('refuses a key that is none before it calls anybody: %j', async (fields: Readonly<Record<string, string>>) => {
    const { service, call } = set()
    expect((await rejection(service.unwrap(key(fields), 'vault:v1:AAAA', call))).code).toBe('ERR_RECIPIENT')
    expect(() => service.check(key(fields))).toThrow(expect.objectContaining({ code: 'ERR_RECIPIENT' }))
    expect(vault.server.requests).toEqual([])
  })
})

describe('a Vault that is in trouble', () => {
  const failing = async (fault: Fault, setting = set()) => {
    const { enc } = await set().service.wrap(key(), SHARE, setting.call)
    vault.server.failAlways(fault)
    const failure = await rejection(setting.service.unwrap(key(), enc, setting.call))
    expectNoSecret(failure, SHARE, vault.token)
    expect(failure.code).toBe('ERR_KEY_SERVICE')
    expect(failure.hint).toBeDefined()
    return failure.message
  }

  it('is asked again when it throttles, sends errors or cuts off, and no sooner than it says', async () => {
    const { service, environment, call } = set()
    const { enc } = await service.wrap(key(), SHARE, call)
    vault.server.failNext(...times(5, THROTTLED), { kind: 'reply', status: 502 }, { kind: 'reset' })
    expect(Buffer.compare(await service.unwrap(key(), enc, call), SHARE)).toBe(0)
    expect(environment.clock.waits).toHaveLength(7)
    expect(Math.min(...environment.clock.waits.slice(0, 5))).toBeGreaterThanOrEqual(1000)
  })

  it('is given up at the deadline with what was wrong', async () => {
    const setting = set()
    expect(await failing(THROTTLED, setting)).toMatch(/Vault could not unwrap with http:.*overloaded/)
    const waited = setting.environment.clock.waits.reduce((sum, ms) => sum + ms, 0)
    expect(waited).toBeGreaterThanOrEqual(26_000)
  })

  it('is not asked again when it denies', async () => {
    const setting = set()
    const message = await failing({ kind: 'reply', status: 403, body: '{"errors":["C4N4RY"]}' }, setting)
    expect(message).toContain('(as the token of VAULT_TOKEN)')
    expect(message).toContain('the permission update on transit/decrypt/k is missing')
    expect(setting.environment.clock.waits).toEqual([])
  })

  it.each<[string, Fault, RegExp]>([
    ['HTML', HTML, /cannot be used/],
    ['garbage', GARBAGE, /cannot be used/],
    ['a truncated document', TRUNCATED, /cannot be used/],
    ['nothing', { kind: 'reply', status: 200, body: '' }, /cannot be used/],
    ['other JSON', { kind: 'reply', status: 200, body: '{"data":{"plaintext":7}}' }, /cannot be used/],
    ['an empty plaintext', { kind: 'reply', status: 200, body: '{"data":{"plaintext":""}}' }, /cannot be used/],
    [
      'a plaintext that is no base64',
      { kind: 'reply', status: 200, body: '{"data":{"plaintext":"C4N4RY!"}}' },
      /cannot be used/,
    ],
    ['another length', { kind: 'reply', status: 200, body: '{"data":{"plaintext":"AAAA"}}' }, /3 bytes where 32/],
    ['a redirect', { kind: 'reply', status: 307, headers: { location: 'http://192.0.2.1/' } }, /another address/],
    ['that it is sealed', { kind: 'reply', status: 503 }, /sealed/],
    ['that there is no engine', { kind: 'reply', status: 404 }, /no such engine/],
    ['no HTTP', { kind: 'raw', bytes: 'C4N4RY\r\n\r\n' }, /not HTTP/],
    ['resets', { kind: 'reset' }, /cut off/],
  ])('is not believed: %s', async (_, fault, reason) => {
    expect(await failing(fault)).toMatch(reason)
  })

  it('that gives something else than a wrapped key is not believed either', async () => {
    const { service, call } = set()
    for (const enc of ['vault:v1:', 'age-encryption.org', `vault:v1:${'A'.repeat(20_000)}`]) {
      vault.server.failNext({ kind: 'reply', status: 200, body: JSON.stringify({ data: { ciphertext: enc } }) })
      expect((await rejection(service.wrap(key(), SHARE, call))).code).toBe('ERR_KEY_SERVICE')
    }
  })

  it('that never answers is given up when the time is up', async () => {
    const { service, environment, call } = set()
    vault.server.failAlways({ kind: 'silence' })
    const unwrapped = rejection(service.unwrap(key(), 'vault:v1:AAAA', call))
    await vault.server.nextRequest()
    environment.clock.pass(30_000)
    expect((await unwrapped).message).toMatch(/no answer came in time/)
    expect(vault.server.requests).toHaveLength(1)
  })

  it('is not asked for what no Vault wrapped', async () => {
    const { service, call } = set()
    for (const enc of ['', 'AQICAH', `vault:${'A'.repeat(20_000)}`])
      expect((await rejection(service.unwrap(key(), enc, call))).code).toBe('ERR_KEY_SERVICE')
    expect(vault.server.requests).toEqual([])
  })
})

describe('logging in to Vault', () => {
  const JWT = 'C4N4RY.some.jwt'
  const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount/token'

  it.each<[string, Record<string, string>, Record<string, string>, string, Record<string, string>]>([
    [
      'AppRole',
      { VAULT_ROLE_ID: 'r', VAULT_SECRET_ID: JWT },
      {},
      'auth/approle/login',
      { role_id: 'r', secret_id: JWT },
    ],
    [
      'AppRole with a file, at another path',
      { VAULT_ROLE_ID: 'r', VAULT_SECRET_ID_FILE: '/s', VAULT_AUTH_PATH: '/auth/ci/' },
      { '/s': `${JWT}\n` },
      'auth/ci/login',
      { role_id: 'r', secret_id: JWT },
    ],
    [
      'Kubernetes',
      { VAULT_ROLE: 'app' },
      { [SERVICE_ACCOUNT]: JWT },
      'auth/kubernetes/login',
      { jwt: JWT, role: 'app' },
    ],
    ['JWT', { VAULT_ROLE: 'app', VAULT_ID_TOKEN: JWT }, {}, 'auth/jwt/login', { jwt: JWT, role: 'app' }],
    [
      'Kubernetes when it is named, with a token of its own',
      { VAULT_ROLE: 'app', VAULT_AUTH_METHOD: 'kubernetes', VAULT_JWT_FILE: '/j' },
      { '/j': JWT },
      'auth/kubernetes/login',
      { jwt: JWT, role: 'app' },
    ],
  ])('works with %s, once for many keys', async (_, variables, files, path, words) => {
    vault.acceptLogin(path, words)
    const { service, call } = set({ VAULT_TOKEN: '', ...variables }, { ...files, '/home/u/.vault-token': 'stale' })
    await Promise.all([service.wrap(key(), SHARE, call), service.wrap(key(), SHARE, call)])
    expect(paths().filter((asked) => asked.includes('auth'))).toEqual([`/v1/${path}`])
  })

  it('happens again when the token has run out', async () => {
    vault.acceptLogin('auth/approle/login', { role_id: 'r' })
    const { service, call } = set({ VAULT_TOKEN: '', VAULT_ROLE_ID: 'r' })
    await service.wrap(key(), SHARE, call)
    vault.forgetTokens()
    await Promise.all([service.wrap(key(), SHARE, call), service.wrap(key(), SHARE, call)])
    expect(paths().filter((asked) => asked.includes('auth'))).toHaveLength(2)
  })

  it('happens with what stands in the files by then: others write them anew', async () => {
    vault.acceptLogin('auth/kubernetes/login', { jwt: JWT, role: 'app' })
    const { service, environment, call } = set({ VAULT_TOKEN: '', VAULT_ROLE: 'app' }, { [SERVICE_ACCOUNT]: JWT })
    await service.wrap(key(), SHARE, call)
    vault.forgetTokens()
    vault.acceptLogin('auth/kubernetes/login', { jwt: `${JWT}.2`, role: 'app' })
    environment.files.set(SERVICE_ACCOUNT, Buffer.from(`${JWT}.2`))
    expect((await service.wrap(key(), SHARE, call)).enc).toMatch(/^vault:/)
  })

  it('is not needed for a token in a file that was written anew, or was not there at first', async () => {
    const { service, environment, call } = set({ VAULT_TOKEN: '', VAULT_TOKEN_FILE: '/t' })
    expect((await rejection(service.wrap(key(), SHARE, call))).message).toContain('VAULT_TOKEN_FILE')
    environment.files.set('/t', Buffer.from('stale'))
    expect((await rejection(service.wrap(key(), SHARE, call))).message).toContain('access is denied')
    environment.files.set('/t', Buffer.from(vault.token))
    expect((await service.wrap(key(), SHARE, call)).enc).toMatch(/^vault:/)
  })

  it('takes the token of VAULT_TOKEN, of a file, of the home folder', async () => {
    for (const [variables, files] of [
      [{ VAULT_TOKEN: vault.token }, { '/home/u/.vault-token': 'stale' }],
      [
        { VAULT_TOKEN: '', VAULT_TOKEN_FILE: '/t' },
        { '/t': `${vault.token}\n`, '/home/u/.vault-token': 'stale' },
      ],
      [{ VAULT_TOKEN: '' }, { '/home/u/.vault-token': `${vault.token}\n` }],
    ] satisfies [Record<string, string>, Record<string, string>][]) {
      const { service, call } = set(variables, files)
      await service.wrap(key(), SHARE, call)
    }
    expect(paths()).toEqual(times(3, { kind: 'silence' }).map(() => '/v1/transit/encrypt/k'))
  })

  it('that is refused says what to look at, and nothing of the key that was to be used', async () => {
    const { service, call } = set(
      { VAULT_TOKEN: '', VAULT_ROLE_ID: 'r', VAULT_SECRET_ID: '', VAULT_SECRET_ID_FILE: '/s' },
      { '/s': JWT },
    )
    const refused = await rejection(service.wrap(key(), SHARE, call))
    expect(refused.hint).toContain('secret id')
    expect(refused.hint).not.toContain('git')
    expect(vault.server.requests.at(-1)?.body.toString()).toContain(JWT)
    vault.server.failAlways({ kind: 'reply', status: 403, body: '{}' })
    expect((await rejection(service.wrap(key(), SHARE, call))).hint).toContain('VAULT_AUTH_PATH')
  })

  it.each<[string, Record<string, string>, Record<string, string>, RegExp]>([
    ['without anything', {}, {}, /no credentials/],
    ['with a method nobody knows', { VAULT_AUTH_METHOD: 'magic' }, {}, /VAULT_AUTH_METHOD/],
    ['with a file that is not there', { VAULT_TOKEN_FILE: '/t' }, {}, /VAULT_TOKEN_FILE/],
    [
      'with a token that would end its header',
      { VAULT_TOKEN_FILE: '/t' },
      { '/t': 'C4N4RY\r\nx: y' },
      /VAULT_TOKEN_FILE/,
    ],
    [
      'with a secret that is wrong',
      { VAULT_ROLE_ID: 'r', VAULT_SECRET_ID: JWT },
      {},
      /could not log in .*as the AppRole.*does not accept the role/,
    ],
    ['with a role and no token', { VAULT_ROLE: 'app' }, {}, /VAULT_ROLE is set, but there is no token/],
    ['by a method that has nothing', { VAULT_AUTH_METHOD: 'approle' }, {}, /VAULT_AUTH_METHOD is approle/],
    ['in a pod without a role', { VAULT_AUTH_METHOD: 'kubernetes' }, {}, /VAULT_AUTH_METHOD is kubernetes/],
    [
      'with half of a certificate',
      { VAULT_TOKEN: 't', VAULT_CLIENT_CERT: '/c' },
      { '/c': 'C4N4RY' },
      /VAULT_CLIENT_KEY/,
    ],
  ])('fails %s', async (_, variables, files, message) => {
    const { service, call } = set({ VAULT_TOKEN: '', ...variables }, files)
    const failure = await rejection(service.wrap(key(), SHARE, call))
    expectNoSecret(failure, SHARE)
    expect(failure).toMatchObject({
      code: 'ERR_KEY_SERVICE',
      message: expect.stringMatching(message),
      hint: expect.any(String),
    })
  })
})

describe('SOPS_HC_VAULT_ALLOWLIST', () => {
  const verdict = (address: string, allowlist: string, hosts: string[] = [], accounts?: string[]) => {
    const environment = fakeServiceEnvironment({ variables: { SOPS_HC_VAULT_ALLOWLIST: allowlist } })
    const service = new VaultService(environment, new CallPolicy({ hosts, accounts }))
    try {
      service.check(key({ vault_address: address }))
      return 'allowed'
    } catch (error) {
      expect(error).toMatchObject({ hint: expect.any(String) })
      return error instanceof Error && 'code' in error ? error.code : error
    }
  }
  const A = 'https://a.example'

  it.each([
    [A, 'all', 'allowed'],
    ['http://a.example', 'all', 'allowed'],
    ['https://user@a.example', 'all', 'ERR_NOT_ALLOWED'],
    [A, A, 'allowed'],
    [`${A}/`, A, 'allowed'],
    [A, ` https://b.example , ${A}/ `, 'allowed'],
    [`${A}:8200`, A, 'ERR_NOT_ALLOWED'],
    [`${A}.evil.example`, A, 'ERR_NOT_ALLOWED'],
    [`${A}@evil.example`, A, 'ERR_NOT_ALLOWED'],
    ['http://a.example', A, 'ERR_NOT_ALLOWED'],
    [A, 'none', 'ERR_NOT_ALLOWED'],
    [A, `${A},,`, 'ERR_NOT_ALLOWED'],
  ])('%s with %s: %s, as by sops', (address, allowlist, expected) => {
    expect(verdict(address, allowlist)).toBe(expected)
  })

  it('wins over hosts that are named elsewhere, and leaves it to them when it is not set', () => {
    expect(verdict(A, 'none', ['a.example'])).toBe('ERR_NOT_ALLOWED')
    expect(verdict(A, '', ['a.example'])).toBe('allowed')
    expect(verdict(A, '', [])).toBe('ERR_NOT_ALLOWED')
  })

  it('that allows all leaves restricted accounts restricted', () => {
    expect(verdict(A, 'all', [], ['111122223333'])).toBe('ERR_NOT_ALLOWED')
    expect(verdict(A, 'all', [], ['a.example'])).toBe('allowed')
  })
})

describe('TLS to Vault', () => {
  it('is checked by the authority of VAULT_CACERT, or not at all where the user says so', async () => {
    const { readFileSync } = await import('node:fs')
    const { join } = await import('node:path')
    const folder = join(import.meta.dirname, '../../../../fixtures/keys')
    const cert = readFileSync(join(folder, 'loopback-tls.pem'), 'utf8')
    const tls = { key: readFileSync(join(folder, 'loopback-tls.key'), 'utf8'), cert }
    const enc = 'vault:v1:AAAA'
    const server = await LoopbackServer.start(
      () => ({ status: 200, body: JSON.stringify({ data: { ciphertext: enc } }) }),
      { tls },
    )
    try {
      const wrap = (variables: Record<string, string>) => {
        const environment = fakeServiceEnvironment({
          variables: { VAULT_TOKEN: 't', ...variables },
          files: { '/ca.pem': cert },
        })
        const service = new VaultService(environment, new CallPolicy({ hosts: [server.host], accounts: undefined }))
        const signal = environment.clock.timeout(1000)
        return service.wrap(key({ vault_address: server.origin }), SHARE, { signal })
      }
      expect((await rejection(wrap({}))).message).toMatch(/certificate is not trusted/)
      expect((await wrap({ VAULT_CACERT: '/ca.pem' })).enc).toBe(enc)
      expect((await wrap({ VAULT_CACERT_BYTES: cert })).enc).toBe(enc)
      expect((await wrap({ VAULT_SKIP_VERIFY: 'true' })).enc).toBe(enc)
      expect((await rejection(wrap({ VAULT_SKIP_VERIFY: 'no' }))).code).toBe('ERR_KEY_SERVICE')
      expect((await rejection(wrap({ VAULT_CACERT: '/none.pem' }))).message).toMatch(/VAULT_CACERT/)
    } finally {
      await server.stop()
    }
  })
})
