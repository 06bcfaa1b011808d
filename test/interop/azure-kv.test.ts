import { afterAll, beforeAll, describe, expect } from 'vitest'
import { findJudge, withJudge } from '../helpers/judges.ts'
import { it } from '../helpers/sandbox.ts'
import { AzureVaultServer, CLIENT, KEY_NAME, SECRET } from '../helpers/servers/azure-kv.ts'
import { TLS_CERT_PATH } from '../helpers/servers/tls.ts'

/** Ways to log in that need no Microsoft: of a private cloud (AD FS), and of a machine with a managed identity. */
const logins: [string, (origin: string) => Record<string, string>][] = [
  [
    'the secret of a client',
    (origin) => ({
      AZURE_AUTHORITY_HOST: origin,
      AZURE_TENANT_ID: 'adfs',
      AZURE_CLIENT_ID: CLIENT,
      AZURE_CLIENT_SECRET: SECRET,
    }),
  ],
  [
    'a managed identity',
    (origin) => ({
      AZURE_TOKEN_CREDENTIALS: 'ManagedIdentityCredential',
      IDENTITY_ENDPOINT: `${origin}/msi/token`,
      IDENTITY_HEADER: SECRET,
    }),
  ],
]

describe.skipIf(findJudge('sops') === undefined)(
  withJudge('with a key vault on loopback and the real sops', 'sops'),
  () => {
    let server: AzureVaultServer
    const machine = () => ({
      SSL_CERT_FILE: TLS_CERT_PATH,
      NODE_EXTRA_CA_CERTS: TLS_CERT_PATH,
      BULLA_ALLOW_HOSTS: server.http.host,
      SOPS_AGE_KEY_FILE: undefined,
    })
    const key = (version: string) => `${server.http.origin}/keys/${KEY_NAME}/${version}`

    beforeAll(async () => {
      server = await AzureVaultServer.start()
      server.tenant = 'adfs'
    })
    afterAll(() => server?.stop())

    describe.each(logins)('and %s', (_, login) => {
      const env = () => ({ ...machine(), ...login(server.http.origin) })

      it.for([
        ['sops', 'bulla'],
        ['bulla', 'sops'],
      ] as const)('files sealed by %s are opened by %s', async ([sealer, opener], { box }) => {
        const plain = '# note\na: one\nb:\n    - 2\n'
        for (const version of [server.newest(), '']) {
          box.write('file.yaml', plain)
          const sealed = await box[sealer](['encrypt', '--azure-kv', key(version), '-i', 'file.yaml'], { env: env() })
          expect(sealed).toMatchObject({ code: 0 })
          expect(box.read('file.yaml')).toContain(`version: ${server.newest()}`)
          const before = server.keyCalls.length
          expect(await box[opener](['decrypt', 'file.yaml'], { env: env() })).toMatchObject({ code: 0, out: plain })
          expect(server.keyCalls.slice(before)).toEqual([`POST /keys/${KEY_NAME}/${server.newest()}/decrypt`])
        }
      })
    })

    it('a file is rotated to a new data key that sops opens', async ({ box }) => {
      const env = { ...machine(), ...logins[0]?.[1](server.http.origin) }
      box.write('file.yaml', 'a: one\n')
      await box.sops(['encrypt', '--azure-kv', key(server.newest()), '-i', 'file.yaml'], { env })
      const before = box.read('file.yaml')
      expect(await box.bulla(['rotate', '-i', 'file.yaml'], { env })).toMatchObject({ code: 0 })
      expect(box.read('file.yaml')).not.toBe(before)
      expect(await box.sops(['decrypt', 'file.yaml'], { env })).toMatchObject({ code: 0, out: 'a: one\n' })
    })
  },
)
