import { afterAll, beforeAll, describe, expect } from 'vitest'
import { it } from '../helpers/sandbox.ts'
import { GcpKmsServer, KEY, TOKEN } from '../helpers/servers/gcp-kms.ts'
import { itStaysClosed } from '../helpers/servers/stays-closed.ts'

let server: GcpKmsServer

beforeAll(async () => {
  server = await GcpKmsServer.start()
})
afterAll(() => server?.stop())

const env = () => ({
  SOPS_GCP_KMS_ENDPOINT: server.http.origin,
  GOOGLE_OAUTH_ACCESS_TOKEN: TOKEN,
  SOPS_AGE_KEY_FILE: undefined,
})
const RULE = `creation_rules:\n  - gcp_kms: ${KEY}\n`

describe('files sealed by a key of GCP KMS', () => {
  it('are opened again, and cost a call each', async ({ box }) => {
    box.write('.sops.yaml', RULE)
    box.write('a.yaml', 'a: 1\n')
    expect(await box.bulla(['encrypt', '-i', 'a.yaml'], { env: env() })).toMatchObject({ code: 0, err: '' })
    const before = server.http.requests.length
    expect(await box.bulla(['decrypt', 'a.yaml'], { env: env() })).toMatchObject({ code: 0, out: 'a: 1\n', err: '' })
    expect(server.http.requests.length - before).toBe(1)
  })

  it('are opened with the identity of the machine, whose libraries print nothing, whatever variables ask them to', async ({
    box,
  }) => {
    box.write('.sops.yaml', RULE)
    box.write('a.yaml', 'a: 1\n')
    await box.bulla(['encrypt', '-i', 'a.yaml'], { env: env() })
    const files = `${server.http.origin}/computeMetadata/subject`
    server.http.failNext({ kind: 'reply', status: 200, body: 'C4N4RY-subject' })
    const workload = {
      type: 'external_account',
      audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/p',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      token_url: `${server.http.origin}/token`,
      credential_source: { url: files },
    }
    const loud = { DEBUG: '*', GOOGLE_SDK_NODE_LOGGING: '*', NODE_DEBUG: undefined }
    const credentials = { GOOGLE_OAUTH_ACCESS_TOKEN: undefined, GOOGLE_CREDENTIALS: JSON.stringify(workload) }
    const opened = await box.bulla(['decrypt', 'a.yaml'], { env: { ...env(), ...credentials, ...loud } })
    expect(opened).toMatchObject({ code: 0, out: 'a: 1\n', err: '' })
  })

  itStaysClosed({
    ...{ server: () => server.http, rule: () => RULE, env, secrets: () => [TOKEN] },
    reasons: { refused: 'cloudkms.cryptoKeyVersions.useToDecrypt is missing', page: 'something else than JSON' },
  })

  it('ask the proxy of the environment, also for plain HTTP', async ({ box }) => {
    box.write('.sops.yaml', RULE)
    box.write('a.yaml', 'a: 1\n')
    const proxied = {
      ...env(),
      HTTP_PROXY: server.http.origin,
      NO_PROXY: '',
      SOPS_GCP_KMS_ENDPOINT: 'http://kms.invalid',
    }
    expect((await box.bulla(['encrypt', '-i', 'a.yaml'], { env: proxied })).code).not.toBe(0)
    expect(server.http.requests.at(-1)?.path).toBe(`http://kms.invalid/v1/${KEY}:encrypt`)
  })
})
