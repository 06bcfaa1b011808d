import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { AzureKeyVaultService } from '../../../../src/keys/azure-kv/service.ts'
import { CallPolicy } from '../../../../src/keys/services/call-policy.ts'
import { expectNoSecret } from '../../../helpers/canary.ts'
import { rejection } from '../../../helpers/failure.ts'
import { AzureVaultServer, CLIENT, KEY_NAME, SECRET, TENANT } from '../../../helpers/servers/azure-kv.ts'
import { fakeServiceEnvironment } from '../../../helpers/servers/fake-environment.ts'
import { trustingHttp } from '../../../helpers/servers/tls.ts'

const DATA_KEY = Buffer.from('C4N4RY-data-key-of-32-bytes-0123')
let server: AzureVaultServer
let folder: string

beforeAll(async () => {
  server = await AzureVaultServer.start()
  folder = mkdtempSync(join(tmpdir(), 'bulla-azure-'))
})
beforeEach(() => {
  server.http.requests.length = 0
  // programs of the clouds that may be installed here
  vi.stubEnv('PATH', folder)
})
afterEach(() => vi.unstubAllEnvs())
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await server.stop()
})

function setUp(variables: Record<string, string>, files: Record<string, string> = {}) {
  const environment = {
    ...fakeServiceEnvironment({ files, variables: { AZURE_AUTHORITY_HOST: server.http.origin, ...variables } }),
    http: trustingHttp,
  }
  const service = new AzureKeyVaultService(
    environment,
    new CallPolicy({ hosts: [server.http.host], accounts: undefined }),
  )
  const key = {
    type: 'azure_kv',
    fields: { vault_url: server.http.origin, name: KEY_NAME, version: server.newest() },
  } as const
  return () => service.wrap(key, DATA_KEY, { signal: environment.clock.timeout(30_000) })
}

const APPLICATION = { AZURE_TENANT_ID: TENANT, AZURE_CLIENT_ID: CLIENT }

describe('credentials for Azure', () => {
  it('are those of an application, one token for many calls', async () => {
    const wrap = setUp({ ...APPLICATION, AZURE_CLIENT_SECRET: SECRET })
    await Promise.all([wrap(), wrap()])
    await wrap()
    expect(server.http.requests.filter(({ path }) => path.includes('/oauth2/'))).toHaveLength(1)
  })

  it.for([
    ['pfx', 'openssl pkcs12'],
    ['missing', 'check its path'],
    ['no key', 'put both in it'],
    ['neither', 'check the variables that begin with AZURE_'],
  ] as const)('say what is wrong with a certificate that cannot be used, and call nobody: %s', async ([kind, way]) => {
    const texts = {
      pfx: '0\u0082C4N4RY',
      missing: undefined,
      'no key': '-----BEGIN CERTIFICATE-----\nC4N4RY\n',
      neither: '-----BEGIN CERTIFICATE-----\nC4N4RY\n-----BEGIN PRIVATE KEY-----\nC4N4RY\n',
    }
    const text = texts[kind]
    const path = join(folder, 'AZURE_CLIENT_CERTIFICATE_PATH')
    writeFileSync(path, text ?? '') // the library reads the disk itself
    const wrap = setUp(
      { ...APPLICATION, AZURE_CLIENT_CERTIFICATE_PATH: path },
      text === undefined ? {} : { [path]: text },
    )
    const error = await rejection(wrap())
    expect(error).toMatchObject({ code: 'ERR_KEY_SERVICE', hint: expect.stringContaining(way) })
    expect(`${error.message} ${error.hint}`).toContain('AZURE_')
    expectNoSecret(error, SECRET)
    expect(server.http.requests.filter(({ path }) => path.includes('/oauth2/'))).toEqual([])
  })

  it.for(['http://127.0.0.1:1', 'C4N4RY'])('say that the authority is no https address: %s', async (authority) => {
    const wrap = setUp({ ...APPLICATION, AZURE_CLIENT_SECRET: SECRET, AZURE_AUTHORITY_HOST: authority })
    const error = await rejection(wrap())
    expect(error).toMatchObject({ code: 'ERR_KEY_SERVICE' })
    expect(error.message).toContain('AZURE_AUTHORITY_HOST is no https address')
    expectNoSecret(error, SECRET)
  })

  it('are those of a federated workload', async () => {
    const file = join(folder, 'token')
    writeFileSync(file, 'C4N4RY-assertion')
    await setUp({ ...APPLICATION, AZURE_FEDERATED_TOKEN_FILE: file }, { [file]: 'C4N4RY-assertion' })()
  })

  it.each(['missing', 'empty'])('of a workload without its token say so, and call nobody: %s', async (kind) => {
    const files: Record<string, string> = kind === 'empty' ? { '/token': '' } : {}
    const error = await rejection(setUp({ ...APPLICATION, AZURE_FEDERATED_TOKEN_FILE: '/token' }, files)())
    expect(error.code).toBe('ERR_KEY_SERVICE')
    expect(error.message).toContain('the file that AZURE_FEDERATED_TOKEN_FILE names is not there')
    expect(server.http.requests.filter(({ path }) => path.includes('/oauth2/'))).toEqual([])
  })

  it('are those of a managed identity', async () => {
    vi.stubEnv('IDENTITY_ENDPOINT', `${server.http.origin}/msi/token`)
    vi.stubEnv('IDENTITY_HEADER', SECRET)
    await setUp({ AZURE_TOKEN_CREDENTIALS: 'prod' })()
  })

  it.runIf(process.platform !== 'win32')('are those of az login', async () => {
    const expires = Math.floor(Date.now() / 1000) + 3600
    const token = JSON.stringify({
      accessToken: [...server.callers.keys()][0],
      expires_on: expires,
      tokenType: 'Bearer',
    })
    writeFileSync(join(folder, 'az'), `#!/bin/sh\necho '${token}'\n`, { mode: 0o755 })
    await setUp({ AZURE_TOKEN_CREDENTIALS: 'AzureCLICredential' })()
    rmSync(join(folder, 'az'))
  })

  it('that do not exist end with ERR_KEY_SERVICE and say how to log in', async () => {
    const error = await rejection(setUp({ AZURE_TOKEN_CREDENTIALS: 'dev' })())
    expect(error).toMatchObject({ code: 'ERR_KEY_SERVICE', message: expect.stringContaining('no credentials') })
    expect(error.hint).toContain(`az login --tenant ${TENANT}`)
  })

  it('of a kind that nobody knows end with ERR_KEY_SERVICE', async () => {
    const error = await rejection(setUp({ AZURE_TOKEN_CREDENTIALS: 'C4N4RY' })())
    expect(error).toMatchObject({
      code: 'ERR_KEY_SERVICE',
      message: expect.stringContaining('AZURE_TOKEN_CREDENTIALS'),
    })
    expectNoSecret(error)
  })

  it('that are wrong end with ERR_KEY_SERVICE, and show nothing of what was said', async () => {
    const error = await rejection(setUp({ ...APPLICATION, AZURE_CLIENT_SECRET: 'C4N4RY-wrong-secret' })())
    expect(error).toMatchObject({ code: 'ERR_KEY_SERVICE', message: expect.stringContaining('status 401') })
    expectNoSecret(error, 'C4N4RY-wrong-secret', DATA_KEY)
  })

  it('whose place cannot be reached end with ERR_KEY_SERVICE', async () => {
    const away = { AZURE_AUTHORITY_HOST: 'https://login.invalid', AZURE_CLIENT_SECRET: SECRET }
    const error = await rejection(setUp({ ...APPLICATION, ...away })())
    expect(error).toMatchObject({ code: 'ERR_KEY_SERVICE', message: expect.stringContaining('login.invalid') })
    expectNoSecret(error, SECRET, DATA_KEY)
  })
})
