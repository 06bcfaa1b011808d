import { afterAll, beforeAll, describe, expect, vi } from 'vitest'
import { expectNoSecret } from '../helpers/canary.ts'
import { it } from '../helpers/sandbox.ts'
import { AzureVaultServer, CLIENT, KEY_NAME, SECRET, TENANT, TOKEN } from '../helpers/servers/azure-kv.ts'
import { itStaysClosed } from '../helpers/servers/stays-closed.ts'
import { TLS_CERT_PATH } from '../helpers/servers/tls.ts'

let server: AzureVaultServer

beforeAll(async () => {
  server = await AzureVaultServer.start()
})
afterAll(() => server?.stop())

const env = () => ({
  NODE_EXTRA_CA_CERTS: TLS_CERT_PATH,
  BULLA_ALLOW_HOSTS: server.http.host,
  AZURE_AUTHORITY_HOST: server.http.origin,
  AZURE_TENANT_ID: TENANT,
  AZURE_CLIENT_ID: CLIENT,
  AZURE_CLIENT_SECRET: SECRET,
  SOPS_AGE_KEY_FILE: undefined,
})
const rule = () => `creation_rules:\n  - azure_keyvault: ${server.http.origin}/keys/${KEY_NAME}/${server.newest()}\n`

describe('files sealed by a key of Azure Key Vault', () => {
  it('are opened again, and cost a call each', async ({ box }) => {
    box.write('.sops.yaml', rule())
    box.write('a.yaml', 'a: 1\n')
    expect(await box.bulla(['encrypt', '-i', 'a.yaml'], { env: env() })).toMatchObject({ code: 0, err: '' })
    const before = server.keyCalls.length
    // libraries print nothing, whatever variables ask them to
    const loud = { ...env(), AZURE_LOG_LEVEL: 'verbose', DEBUG: '*', TYPESPEC_RUNTIME_LOG_LEVEL: 'verbose' }
    expect(await box.bulla(['decrypt', 'a.yaml'], { env: loud })).toMatchObject({ code: 0, out: 'a: 1\n', err: '' })
    expect(server.keyCalls.length - before).toBe(1)
  })

  it('stay closed when a managed identity that was set up is refused', async ({ box }) => {
    box.write('.sops.yaml', rule())
    box.write('a.yaml', 'a: 1\n')
    await box.bulla(['encrypt', '-i', 'a.yaml'], { env: env() })
    const nobody = { AZURE_CLIENT_SECRET: undefined, AZURE_CLIENT_ID: undefined, BULLA_KEY_TIMEOUT: '5' }
    const refused = { IDENTITY_ENDPOINT: `${server.http.origin}/msi/token`, IDENTITY_HEADER: 'C4N4RY-wrong' }
    const { code, out, err } = await box.bulla(['decrypt', 'a.yaml'], { env: { ...env(), ...nobody, ...refused } })
    expect({ code, out }).toEqual({ code: 128, out: '' })
    expect(err).toContain('gave no token')
    expect(err).toContain('status 403')
    expectNoSecret(err, TOKEN, SECRET)
  })

  it.skipIf(process.platform === 'win32')('wait for no az that hangs, and leave none behind', async ({ box }) => {
    box.write('.sops.yaml', rule())
    box.write('a.yaml', 'a: 1\n')
    await box.bulla(['encrypt', '-i', 'a.yaml'], { env: env() })
    const hang = `require('fs').writeFileSync('${box.path('pid')}', String(process.pid)); setInterval(() => {}, 1000)`
    box.write('hang.cjs', hang)
    box.write('bin/az', `#!/bin/sh\nexec "${process.execPath}" "${box.path('hang.cjs')}"\n`, 0o755)
    const login = {
      ...{ AZURE_TOKEN_CREDENTIALS: 'AzureCLICredential', AZURE_CLIENT_SECRET: undefined, BULLA_KEY_TIMEOUT: '3' },
      PATH: `${box.path('bin')}:${process.env['PATH']}`,
    }
    const { code, err } = await box.bulla(['decrypt', 'a.yaml'], { env: { ...env(), ...login } })
    expect([code, err]).toEqual([128, expect.stringContaining('no token came in time')])
    const isAlive = () => process.kill(Number(box.read('pid')), 0)
    await vi.waitFor(() => expect(isAlive).toThrow('ESRCH'), { timeout: 5_000 })
  })

  it('stay closed when the host was not allowed by the user', async ({ box }) => {
    box.write('.sops.yaml', rule())
    box.write('a.yaml', 'a: 1\n')
    await box.bulla(['encrypt', '-i', 'a.yaml'], { env: env() })
    const before = server.http.requests.length
    const closed = { ...env(), BULLA_ALLOW_HOSTS: undefined, AZURE_AUTHORITY_HOST: undefined }
    const { code, out, err } = await box.bulla(['decrypt', 'a.yaml'], { env: closed })
    expect({ code, out }).toEqual({ code: 128, out: '' })
    expect(err).toContain(`BULLA_ALLOW_HOSTS=${server.http.host}`)
    expect(server.http.requests.length).toBe(before)
  })

  itStaysClosed({
    ...{ server: () => server.http, rule, env, secrets: () => [TOKEN, SECRET] },
    reasons: { refused: 'did not say who may ask', page: 'something else than JSON' },
  })
})
