import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { AzureKeyVaultService } from '../../../../src/keys/azure-kv/service.ts'
import { CallPolicy } from '../../../../src/keys/services/call-policy.ts'
import type { ServiceKey } from '../../../../src/keys/services/key-service.ts'
import { expectNoSecret } from '../../../helpers/canary.ts'
import { failure, rejection } from '../../../helpers/failure.ts'
import { AzureVaultServer, CLIENT, KEY_NAME, SECRET, TENANT, TOKEN } from '../../../helpers/servers/azure-kv.ts'
import { fakeServiceEnvironment } from '../../../helpers/servers/fake-environment.ts'
import { trustingHttp } from '../../../helpers/servers/tls.ts'
import { itBearsFaults } from '../../../helpers/servers/unwell-service.ts'

const DATA_KEY = Buffer.from('C4N4RY-data-key-of-32-bytes-0123')
const BINDING = { name: 'prod', recipient: 'age1alice' }
let server: AzureVaultServer

beforeAll(async () => {
  server = await AzureVaultServer.start()
})
beforeEach(() => {
  server.http.requests.length = 0
})
afterEach(() => {
  server.tamper = undefined
  server.resource = undefined
  server.tenant = TENANT
  server.callers.set(TOKEN, {})
  server.http.failAlways(undefined)
})
afterAll(() => server.stop())

function setUp(variables: Record<string, string> = {}, accounts?: readonly string[]) {
  const environment = {
    ...fakeServiceEnvironment({
      variables: {
        AZURE_TOKEN_CREDENTIALS: 'EnvironmentCredential',
        AZURE_AUTHORITY_HOST: server.http.origin,
        AZURE_TENANT_ID: TENANT,
        AZURE_CLIENT_ID: CLIENT,
        AZURE_CLIENT_SECRET: SECRET,
        ...variables,
      },
    }),
    http: trustingHttp,
  }
  const service = new AzureKeyVaultService(environment, new CallPolicy({ hosts: [server.http.host], accounts }))
  const call = () => ({ signal: environment.clock.timeout(30_000) })
  return { environment, service, call }
}

function keyOf(version = '', more: Record<string, string> = {}): ServiceKey {
  return { type: 'azure_kv', fields: { vault_url: server.http.origin, name: KEY_NAME, version, ...more } }
}

describe('an Azure key', () => {
  it('unwraps what it wrapped, also when there is a newer version', async () => {
    const { service, call } = setUp()
    const first = server.newest()
    const { enc, key } = await service.wrap(keyOf(first), DATA_KEY, call())
    expect(key).toEqual(keyOf(first))
    expect(enc).toMatch(/^[A-Za-z0-9_-]{342}$/)
    server.addVersion(KEY_NAME)
    expect(await service.unwrap(key, enc, call())).toEqual(DATA_KEY)
    const path = `POST /keys/${KEY_NAME}/${first}`
    expect(server.keyCalls).toEqual([`${path}/encrypt`, `${path}/decrypt`])
  })

  it('gets the newest version when none is named, asked for once for many files', async () => {
    const { service, call } = setUp()
    for (const vault of [server.http.origin, `${server.http.origin}/`]) {
      const open = { ...keyOf(), fields: { ...keyOf().fields, vault_url: vault } }
      const { enc, key } = await service.wrap(open, DATA_KEY, call())
      expect(key).toEqual({ ...open, fields: { ...open.fields, version: server.newest() } })
      expect(await service.unwrap(key, enc, call())).toEqual(DATA_KEY)
    }
    expect(server.keyCalls.filter((path) => path.startsWith('GET'))).toEqual([`GET /keys/${KEY_NAME}`])
  })

  it('seals identities offline once its public half is known', async () => {
    const { service, call } = setUp()
    const first = await service.wrap(keyOf(), DATA_KEY, { ...call(), binding: BINDING })
    expect(server.keyCalls).toEqual([`GET /keys/${KEY_NAME}`])
    server.http.requests.length = 0
    const second = await setUp().service.wrap(first.key, DATA_KEY, { ...call(), binding: BINDING })
    expect(server.http.requests).toEqual([])
    for (const { enc, key } of [first, second]) {
      expect(await service.unwrap(key, enc, { ...call(), binding: BINDING })).toEqual(DATA_KEY)
    }
  })

  it.each([
    ['plain HTTP', { vault_url: 'http://myvault.vault.azure.net' }],
    ['a path', { vault_url: 'https://myvault.vault.azure.net/keys' }],
    ['a query', { vault_url: 'https://myvault.vault.azure.net?a' }],
    ['no address', { vault_url: '' }],
    ['a name that leads elsewhere', { name: '../secrets' }],
    ['a name with a question mark', { name: 'a?b' }],
    ['a version that leads elsewhere', { version: '../../x' }],
  ])('is refused with ERR_RECIPIENT and without a call when it has %s', async (_, fields) => {
    const { service, call } = setUp()
    const key = { ...keyOf(), fields: { ...keyOf(server.newest()).fields, ...fields } }
    expect(await rejection(service.wrap(key, DATA_KEY, call()))).toMatchObject({ code: 'ERR_RECIPIENT' })
    expect(await rejection(service.unwrap(key, 'AAAA', call()))).toMatchObject({ code: 'ERR_RECIPIENT' })
    expect(server.http.requests).toEqual([])
  })

  it.each([
    'https://myvault.vault.azure.net.evil.com',
    'https://myvault.vault.azure.net:8443',
    'https://myvault.vault.azure.net@evil.com',
    'https://user:password@myvault.vault.azure.net',
    'https://evil.com',
    'https://my.vault.vault.azure.net',
    'https://vault.azure.net',
    'https://myvaultXvault.azure.net',
    'https://myvault.vault.azure.net.',
    'https://169.254.169.254',
    'https://localhost',
  ])('is refused with ERR_NOT_ALLOWED and without a call when its vault is %s', async (vault) => {
    const { service, call } = setUp()
    const key = { ...keyOf(), fields: { ...keyOf('0').fields, vault_url: vault } }
    expect(failure(() => service.check(key))).toMatchObject({ code: 'ERR_NOT_ALLOWED' })
    expect(await rejection(service.wrap(key, DATA_KEY, call()))).toMatchObject({ code: 'ERR_NOT_ALLOWED' })
  })

  it.each(['vault.azure.net', 'managedhsm.azure.net', 'vault.azure.cn', 'vault.usgovcloudapi.net'])(
    'of a vault of the public clouds is allowed: %s',
    (domain) => {
      const { service } = setUp()
      const key = { ...keyOf(), fields: { ...keyOf().fields, vault_url: `https://my-vault1.${domain}` } }
      expect(() => service.check(key)).not.toThrow()
      expect(service.account(key)).toBe(`Azure vault my-vault1.${domain}`)
    },
  )

  it('is neither called nor sealed to when its vault is not allowed: ERR_NOT_ALLOWED', async () => {
    const known = (await setUp().service.wrap(keyOf(), DATA_KEY, { ...setUp().call(), binding: BINDING })).key
    const { service, call } = setUp({}, ['another-vault'])
    server.http.requests.length = 0
    for (const key of [keyOf(), known]) {
      const error = await rejection(service.wrap(key, DATA_KEY, { ...call(), binding: BINDING }))
      expect(error).toMatchObject({ code: 'ERR_NOT_ALLOWED' })
    }
    expect(server.http.requests).toEqual([])
  })

  it.each(['my-vault', 'my-vault.vault.azure.net'])('is allowed by the name %s of its vault', (name) => {
    const { service } = setUp({}, [name])
    const key = { ...keyOf(), fields: { ...keyOf().fields, vault_url: 'https://My-Vault.vault.azure.net' } }
    expect(() => service.check(key)).not.toThrow()
  })
})

describe('Azure Key Vault that does not do well', () => {
  itBearsFaults({ server: () => server.http, setUp, key: () => keyOf(), secrets: [TOKEN, SECRET] })

  it.each<[string, (origin: string) => Record<string, unknown>]>([
    ['another vault', () => ({ kid: `https://other.vault.azure.net/keys/${KEY_NAME}/abc` })],
    ['another key', (origin) => ({ kid: `${origin}/keys/other/abc` })],
    ['another version', (origin) => ({ kid: `${origin}/keys/${KEY_NAME}/abc` })],
    ['no key', () => ({ kid: undefined })],
  ])('is not believed when it answers for %s', async (_, lie) => {
    const { service, call } = setUp()
    const { enc, key } = await service.wrap(keyOf(), DATA_KEY, call())
    server.tamper = (reply) => ({ ...reply, ...lie(server.http.origin) })
    for (const act of [service.wrap(key, DATA_KEY, call()), service.unwrap(key, enc, call())]) {
      const error = await rejection(act)
      expect(error).toMatchObject({ code: 'ERR_KEY_SERVICE', message: expect.stringContaining('another key') })
      expectNoSecret(error, TOKEN, SECRET, DATA_KEY)
    }
  })

  it('is not believed when what it wrapped is too short for any RSA key', async () => {
    const { service, call } = setUp()
    server.tamper = (reply) => ({ ...reply, value: 'AAAA' })
    const error = await rejection(service.wrap(keyOf(server.newest()), DATA_KEY, call()))
    expect(error).toMatchObject({ code: 'ERR_KEY_SERVICE' })
  })

  it.each([
    ['the management of Azure', 'https://management.azure.com'],
    ['a look-alike', 'https://1.evil.com'],
    ['plain HTTP', 'http://0.0.1'],
  ])('gets no token when it asks for one for %s', async (_, resource) => {
    const { service, call } = setUp()
    server.resource = resource
    const error = await rejection(service.wrap(keyOf(), DATA_KEY, call()))
    expect(error).toMatchObject({ code: 'ERR_KEY_SERVICE', message: expect.stringContaining('something else') })
    expect(server.http.requests.map(({ path }) => path).filter((path) => path.includes('oauth2'))).toEqual([])
  })

  it('says that the host is not known', async () => {
    const { environment, call } = setUp()
    const service = new AzureKeyVaultService(
      environment,
      new CallPolicy({ hosts: ['kv.invalid'], accounts: undefined }),
    )
    const key = { ...keyOf(), fields: { ...keyOf('0').fields, vault_url: 'https://kv.invalid' } }
    const error = await rejection(service.unwrap(key, 'AAAA', call()))
    expect(error).toMatchObject({ code: 'ERR_KEY_SERVICE', message: expect.stringContaining('DNS') })
  })
})

describe('a refusal of Azure Key Vault', () => {
  it('names permission, key and whose credentials were used, and is not tried again', async () => {
    const { service, call } = setUp()
    const { enc, key } = await service.wrap(keyOf(), DATA_KEY, call())
    server.callers.set(TOKEN, { denied: ['decrypt'] })
    server.http.requests.length = 0
    const error = await rejection(service.unwrap(key, enc, call()))
    for (const part of ['keys/decrypt', `/keys/${KEY_NAME}/${server.newest()}`, CLIENT, TENANT]) {
      expect(error).toMatchObject({ code: 'ERR_KEY_SERVICE', message: expect.stringContaining(part) })
    }
    expect(server.keyCalls).toHaveLength(1)
    expectNoSecret(error, TOKEN, SECRET, DATA_KEY)
  })

  it('says that a version is disabled, also before an identity is sealed to it', async () => {
    const { service, call } = setUp()
    const id = server.addVersion('paused')
    const open = { ...keyOf(), fields: { ...keyOf().fields, name: 'paused' } }
    const { enc, key } = await service.wrap(open, DATA_KEY, call())
    server.setEnabled('paused', id, false)
    const bound = { ...call(), binding: BINDING }
    for (const act of [service.unwrap(key, enc, call()), setUp().service.wrap(open, DATA_KEY, bound)]) {
      const error = await rejection(act)
      expect(error).toMatchObject({ code: 'ERR_KEY_SERVICE', message: expect.stringContaining('disabled') })
    }
  })

  it('says that there is no such version', async () => {
    const { service, call } = setUp()
    const error = await rejection(service.wrap(keyOf('0'.repeat(32)), DATA_KEY, call()))
    expect(error).toMatchObject({ code: 'ERR_KEY_SERVICE', message: expect.stringContaining('status 404') })
  })

  it('says that the vault belongs to another tenant', async () => {
    const { service, call } = setUp()
    server.tenant = '00000000-0000-4000-8000-000000000001'
    const error = await rejection(service.wrap(keyOf(), DATA_KEY, call()))
    expect(error).toMatchObject({ code: 'ERR_KEY_SERVICE', message: expect.stringContaining(server.tenant) })
    expect(error.hint).toContain('AZURE_ADDITIONALLY_ALLOWED_TENANTS')
  })

  it('goes to another tenant when the user allows that', async () => {
    const other = '00000000-0000-4000-8000-000000000001'
    const { service, call } = setUp({ AZURE_ADDITIONALLY_ALLOWED_TENANTS: other })
    server.tenant = other
    const { enc, key } = await service.wrap(keyOf(), DATA_KEY, call())
    expect(await service.unwrap(key, enc, call())).toEqual(DATA_KEY)
    expect(server.http.requests.map(({ path }) => path.replace(/\?.*/, ''))).toContain(`/${other}/oauth2/v2.0/token`)
  })

  it('of a token that has ended makes it ask for a new one, once', async () => {
    const { service, call } = setUp()
    const { enc, key } = await service.wrap(keyOf(), DATA_KEY, call())
    server.callers.delete(TOKEN)
    server.http.requests.length = 0
    const error = await rejection(service.unwrap(key, enc, call()))
    expect(error).toMatchObject({ code: 'ERR_KEY_SERVICE', message: expect.stringContaining('status 401') })
    expect(server.keyCalls).toHaveLength(2)
    expectNoSecret(error, TOKEN, SECRET, DATA_KEY)
  })

  it('to open what was changed says so', async () => {
    const { service, call } = setUp()
    const { enc, key } = await service.wrap(keyOf(), DATA_KEY, call())
    const changed = Buffer.from(enc, 'base64url')
    changed[40] = (changed[40] ?? 0) ^ 1
    for (const text of [changed.toString('base64url'), `${enc}=`, '']) {
      expect(await rejection(service.unwrap(key, text, call()))).toMatchObject({ code: 'ERR_KEY_SERVICE' })
    }
  })
})
