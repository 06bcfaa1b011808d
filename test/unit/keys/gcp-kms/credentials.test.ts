import { generateKeyPairSync } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { GcpKmsService } from '../../../../src/keys/gcp-kms/service.ts'
import { CallPolicy } from '../../../../src/keys/services/call-policy.ts'
import type { HttpClient } from '../../../../src/keys/services/http.ts'
import { expectNoSecret } from '../../../helpers/canary.ts'
import { rejection } from '../../../helpers/failure.ts'
import { fakeServiceEnvironment } from '../../../helpers/servers/fake-environment.ts'
import { GcpKmsServer, KEY, TOKEN } from '../../../helpers/servers/gcp-kms.ts'

const DATA_KEY = Buffer.from('C4N4RY-data-key-of-32-bytes-0123')
const MAIL = 'deploy@acme-prod.iam.gserviceaccount.com'
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const PEM = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
const LOGIN = '/home/u/.config/gcloud/application_default_credentials.json'
let server: GcpKmsServer

beforeAll(async () => {
  server = await GcpKmsServer.start()
  server.accounts.set(MAIL, publicKey)
})
beforeEach(() => {
  server.http.requests.length = 0
})
afterEach(() => {
  server.http.failAlways(undefined)
})
afterAll(() => server.stop())

/** Every kind with a way that works: what is in a file, and whose it is in errors. */
function kinds() {
  const { origin } = server.http
  const user = {
    type: 'authorized_user',
    client_id: 'c',
    client_secret: 'C4N4RY-secret',
    refresh_token: 'C4N4RY-refresh',
  }
  const workload = {
    type: 'external_account',
    audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/p',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: `${origin}/token`,
    credential_source: { url: `${origin}/computeMetadata/subject`, headers: { 'metadata-flavor': 'Google' } },
  }
  return {
    serviceAccount: {
      type: 'service_account',
      client_email: MAIL,
      private_key_id: 'k1',
      private_key: PEM,
      project_id: 'p',
    },
    user,
    workload,
    impersonated: {
      type: 'impersonated_service_account',
      source_credentials: workload,
      service_account_impersonation_url: `${origin}/v1/projects/-/serviceAccounts/target@acme-prod.iam.gserviceaccount.com:generateAccessToken`,
    },
  }
}

function setUp(variables: Record<string, string>, files: Record<string, string> = {}) {
  const machine = fakeServiceEnvironment({
    variables: { SOPS_GCP_KMS_ENDPOINT: server.http.origin, GCE_METADATA_HOST: '127.0.0.1:1', ...variables },
    files,
  })
  // where users log in is fixed in the library
  const atHome = (url: string) => url.replace('https://oauth2.googleapis.com', server.http.origin)
  let sent = 0
  const direct: string[] = []
  const http: HttpClient = {
    send: (request, signal) => {
      sent += 1
      if (request.isDirect === true) direct.push(new URL(request.url).host)
      return machine.http.send({ ...request, url: atHome(request.url) }, signal)
    },
  }
  const environment = { ...machine, http, sent: () => sent }
  const service = new GcpKmsService(environment, new CallPolicy({ hosts: [], accounts: undefined }))
  const wrap = () =>
    service.wrap({ type: 'gcp_kms', fields: { resource_id: KEY } }, DATA_KEY, {
      signal: environment.clock.timeout(30_000),
    })
  return { environment, service, wrap, direct }
}

const paths = () => server.http.requests.map(({ path }) => path)

describe('credentials for GCP', () => {
  it('are those of a service account, which signs its tokens itself: nobody else is asked', async () => {
    const json = JSON.stringify(kinds().serviceAccount)
    for (const [variables, files] of [
      [{ GOOGLE_CREDENTIALS: json }, {}],
      [{ GOOGLE_CREDENTIALS: '/sa.json' }, { '/sa.json': json }],
      [{ GOOGLE_APPLICATION_CREDENTIALS: '/sa.json' }, { '/sa.json': json }],
      [{}, { [LOGIN]: json }],
    ] as const) {
      server.http.requests.length = 0
      await setUp(variables, files).wrap()
      expect(paths()).toEqual([`/v1/${KEY}:encrypt`])
    }
  })

  it('are taken from GOOGLE_CREDENTIALS before GOOGLE_OAUTH_ACCESS_TOKEN, and that before the rest, as in sops', async () => {
    const sa = JSON.stringify(kinds().serviceAccount)
    await setUp({ GOOGLE_CREDENTIALS: sa, GOOGLE_OAUTH_ACCESS_TOKEN: 'C4N4RY-wrong-token' }).wrap()
    await setUp({ GOOGLE_OAUTH_ACCESS_TOKEN: TOKEN, GOOGLE_APPLICATION_CREDENTIALS: '/none' }, { [LOGIN]: '{}' }).wrap()
  })

  it('of a user who logged in with gcloud are renewed', async () => {
    const { wrap } = setUp({}, { [LOGIN]: JSON.stringify(kinds().user) })
    await wrap()
    await wrap()
    expect(paths()).toEqual(['/token', `/v1/${KEY}:encrypt`, `/v1/${KEY}:encrypt`])
  })

  it('of a federated workload are exchanged for a token', async () => {
    const files = { '/wif.json': JSON.stringify(kinds().workload) }
    server.http.failNext({ kind: 'reply', status: 200, body: 'C4N4RY-subject' })
    const { wrap, environment } = setUp({ GOOGLE_APPLICATION_CREDENTIALS: '/wif.json' }, files)
    await wrap()
    // nothing goes past our own client
    expect(environment.sent()).toBe(3)
    expect(paths()).toEqual(['/computeMetadata/subject', '/token', `/v1/${KEY}:encrypt`])
  })

  it('impersonate another service account', async () => {
    const files = { '/imp.json': JSON.stringify(kinds().impersonated) }
    server.http.failNext({ kind: 'reply', status: 200, body: 'C4N4RY-subject' })
    const { wrap } = setUp({ GOOGLE_APPLICATION_CREDENTIALS: '/imp.json' }, files)
    await wrap()
    await wrap()
    expect(paths().filter((path) => path.endsWith(':generateAccessToken'))).toHaveLength(1)
    expect(server.http.requests.at(-1)?.headers.authorization).toBe(`Bearer ${TOKEN}-impersonated`)
  })

  it('are those of the machine when there are no others, one token for many calls', async () => {
    const { wrap, environment } = setUp({ GCE_METADATA_HOST: server.http.host })
    await Promise.all([wrap(), wrap()])
    await wrap()
    expect(paths().filter((path) => path.endsWith('/token')).length).toBeLessThanOrEqual(2)
    server.http.requests.length = 0
    environment.clock.pass(3_600_000)
    await wrap()
    expect(paths().filter((path) => path.endsWith('/token'))).toHaveLength(1)
  })

  it.each([
    [{ file: '/none/C4N4RY' }, 'the file that credential_source of the credentials names is not there'],
    [{ executable: { command: '/bin/false C4N4RY' } }, 'nobody allowed it to be run'],
  ])('of a workload say what it lacks to prove itself: %j', async (credential_source, reason) => {
    const { workload, impersonated } = kinds()
    const described = { ...workload, credential_source }
    for (const json of [described, { ...impersonated, source_credentials: described }]) {
      const error = await rejection(setUp({ GOOGLE_CREDENTIALS: JSON.stringify(json) }).wrap())
      expect([error.code, error.message]).toEqual(['ERR_KEY_SERVICE', expect.stringContaining(reason)])
      expectNoSecret(error)
    }
    expect(paths()).toEqual([])
  })

  it('of the machine are never asked for through a proxy', async () => {
    const { wrap, direct } = setUp({
      GCE_METADATA_HOST: server.http.host,
      SOPS_GCP_KMS_ENDPOINT: 'http://kms.invalid',
    })
    vi.stubEnv('HTTP_PROXY', 'http://127.0.0.1:1')
    vi.stubEnv('NO_PROXY', '')
    const error = await rejection(wrap())
    vi.unstubAllEnvs()
    expect(new Set(direct)).toEqual(new Set([server.http.host]))
    expect(error).toMatchObject({ message: expect.stringContaining('as vm@acme-prod.iam.gserviceaccount.com') })
    expect(error).toMatchObject({ message: expect.stringContaining('the proxy cannot be reached') })
  })

  it('name the account in errors', async () => {
    server.http.failAlways({ kind: 'reply', status: 403, body: '{}' })
    const sa = setUp({ GOOGLE_CREDENTIALS: JSON.stringify(kinds().serviceAccount) })
    expect(await rejection(sa.wrap())).toMatchObject({
      message: expect.stringContaining(`as ${MAIL} (GOOGLE_CREDENTIALS)`),
    })
  })
})

describe('credentials for GCP that do not work', () => {
  it.each<[string, Record<string, string>, Record<string, string>, string]>([
    ['there are none', {}, {}, 'no credentials were found'],
    ['the file is not there', { GOOGLE_APPLICATION_CREDENTIALS: '/none' }, {}, 'not there'],
    ['the file is no JSON', { GOOGLE_CREDENTIALS: '/x' }, { '/x': 'C4N4RY{' }, 'no credentials of Google'],
    ['the JSON is something else', { GOOGLE_CREDENTIALS: '{"a":"C4N4RY"}' }, {}, 'no credentials of Google'],
    ['their kind is not known', { GOOGLE_CREDENTIALS: '{"type":"C4N4RY"}' }, {}, 'not known'],
    ['a workload lacks a field', { GOOGLE_CREDENTIALS: '{"type":"external_account"}' }, {}, 'lack something'],
    ['a login lacks a field', { GOOGLE_CREDENTIALS: '{"type":"external_account_authorized_user"}' }, {}, 'lack'],
    ['a token has a line break', { GOOGLE_OAUTH_ACCESS_TOKEN: 'C4N4RY\nC4N4RY' }, {}, 'characters'],
    [
      'the private key is damaged',
      { GOOGLE_CREDENTIALS: JSON.stringify({ type: 'service_account', client_email: MAIL, private_key: 'C4N4RY' }) },
      {},
      'cannot be used',
    ],
    ['the metadata server is no host', { GCE_METADATA_HOST: 'x@y/C4N4RY' }, {}, 'GCE_METADATA_HOST'],
  ])('end with ERR_KEY_SERVICE when %s', async (_, variables, files, reason) => {
    const error = await rejection(setUp(variables, files).wrap())
    expect(error).toMatchObject({ code: 'ERR_KEY_SERVICE', message: expect.stringContaining(reason) })
    expect(error.hint).not.toBe('')
    expect(server.http.requests).toEqual([])
    expectNoSecret(error, DATA_KEY)
  })

  it('of a workload with an X.509 certificate are refused with the way on, and nobody is called', async () => {
    const workload = {
      ...kinds().workload,
      credential_source: { certificate: { use_default_certificate_config: true } },
    }
    const { wrap } = setUp({ GOOGLE_CREDENTIALS: JSON.stringify(workload) })
    const error = await rejection(wrap())
    expect(error).toMatchObject({ code: 'ERR_KEY_SERVICE', hint: expect.stringContaining('GOOGLE_OAUTH_ACCESS_TOKEN') })
    expect(error.message).toContain('X.509')
    expect(server.http.requests).toEqual([])
  })

  it('end with ERR_KEY_SERVICE when a login has ended, and show nothing of what was said', async () => {
    const workload = { ...kinds().workload }
    server.http.failNext({ kind: 'reply', status: 200, body: 'C4N4RY-old-subject' })
    const { wrap } = setUp({ GOOGLE_CREDENTIALS: JSON.stringify(workload) })
    const error = await rejection(wrap())
    expect(error.message).toContain('gave no token (status 400)')
    expect(error).toMatchObject({ code: 'ERR_KEY_SERVICE' })
    expectNoSecret(error, DATA_KEY)
  })

  it('end with ERR_KEY_SERVICE when the login with gcloud has ended', async () => {
    const login = JSON.stringify({ ...kinds().user, refresh_token: 'C4N4RY-old-refresh' })
    const error = await rejection(setUp({}, { [LOGIN]: login }).wrap())
    expect(error).toMatchObject({ code: 'ERR_KEY_SERVICE', hint: expect.stringContaining('gcloud auth') })
    expect(error.message).toContain('the login of gcloud')
    expectNoSecret(error, DATA_KEY)
  })

  it('are not those of whoever answers in place of the metadata server', async () => {
    server.http.failAlways({ kind: 'reply', status: 200, body: '{"access_token":"C4N4RY","expires_in":3600}' })
    const error = await rejection(setUp({ GCE_METADATA_HOST: server.http.host }).wrap())
    expect(error).toMatchObject({ code: 'ERR_KEY_SERVICE', message: expect.stringContaining('no credentials') })
  })
})
