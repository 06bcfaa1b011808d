import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { expectNoSecret } from '../helpers/canary.ts'
import { Sandbox } from '../helpers/sandbox.ts'
import { AwsKmsServer } from '../helpers/servers/aws-kms.ts'
import { LoopbackServer } from '../helpers/servers/loopback.ts'

const ROLE = 'arn:aws:iam::210987654321:role/deploy'
const PLAIN = 'password: C4N4RY-hunter2\n'

type Env = Record<string, string | undefined>

let server: AwsKmsServer
let sandbox: Sandbox
let arn: string
/** Where the server is, and nothing else of AWS. */
let base: Env

beforeAll(async () => {
  server = await AwsKmsServer.start()
})
beforeEach(async () => {
  sandbox = new Sandbox()
  server.denied.clear()
  arn = server.createKey('eu-west-1')
  base = {
    AWS_ENDPOINT_URL: server.http.origin,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: join(sandbox.folder, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: join(sandbox.folder, 'credentials'),
    HOME: sandbox.folder,
  }
  sandbox.write('a.yaml', PLAIN)
  const { code } = await sandbox.bulla(['-e', '-i', '--kms', arn, 'a.yaml'], {
    env: { ...base, ...server.credentials() },
  })
  expect(code).toBe(0)
  server.calls.length = 0
})
afterEach(() => sandbox.dispose())
afterAll(async () => await server.stop())

/** The file opens, in silence; and when it is denied, the error names this identity. @returns whose key was used */
async function opensAs(identity: string, env: Env): Promise<string> {
  const opened = await sandbox.bulla(['-d', 'a.yaml'], { env: { ...base, ...env } })
  expect(opened).toMatchObject({ err: '', out: PLAIN, code: 0 })
  const used = server.calls.at(-1)?.accessKeyId ?? ''
  server.denied.add('Decrypt')
  const refused = await sandbox.bulla(['-d', 'a.yaml'], { env: { ...base, ...env } })
  expect([refused.code, refused.err]).toEqual([128, expect.stringContaining(`as ${identity})`)])
  expectNoSecret(refused.err)
  return used
}

function profile(
  name: string,
  { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = server.credentials(),
): string {
  sandbox.write('credentials', `[${name}]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`)
  return id
}

function asJson({ AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = server.credentials()) {
  const Expiration = new Date(Date.now() + 3_600_000).toISOString()
  return {
    Version: 1,
    Code: 'Success',
    AccessKeyId: id,
    SecretAccessKey: secret,
    Token: 't',
    SessionToken: 't',
    Expiration,
  }
}

describe('AWS credentials of', () => {
  it('a profile', async () => {
    const id = profile('prod')
    expect(await opensAs('the AWS profile prod', { AWS_PROFILE: 'prod' })).toBe(id)
  })

  it('the profile that a key names, before those of the environment', async () => {
    const id = profile('team')
    const env = server.credentials()
    const args = ['-e', '-i', '--kms', arn, '--aws-profile', 'team', 'b.yaml']
    sandbox.write('b.yaml', PLAIN)
    expect((await sandbox.bulla(args, { env: { ...base, ...env } })).code).toBe(0)
    expect(server.calls.at(-1)?.accessKeyId).toBe(id)
  })

  it('the environment, before AWS_PROFILE, as in sops', async () => {
    profile('prod')
    const env = server.credentials()
    const used = await opensAs('the credentials of AWS_ACCESS_KEY_ID', { ...env, AWS_PROFILE: 'prod' })
    expect(used).toBe(env.AWS_ACCESS_KEY_ID)
  })

  it('a role on top of another profile', async () => {
    const id = profile('base')
    sandbox.write('config', `[profile deploy]\nrole_arn = ${ROLE}\nsource_profile = base\nregion = eu-west-1\n`)
    expect(await opensAs('the AWS profile deploy', { AWS_PROFILE: 'deploy' })).not.toBe(id)
    expect(server.calls.find(({ operation }) => operation === 'AssumeRole')?.accessKeyId).toBe(id)
  })

  it('a program', async () => {
    const answer = asJson()
    sandbox.write('answer.json', JSON.stringify(answer))
    const program = `${process.execPath} -p require('fs').readFileSync('${sandbox.folder}/answer.json','utf8')`
    sandbox.write('config', `[profile tool]\ncredential_process = ${program.replace(/(require.*)$/, '"$1"')}\n`)
    expect(await opensAs('the AWS profile tool', { AWS_PROFILE: 'tool' })).toBe(answer.AccessKeyId)
  })

  it('a web identity, before any profile', async () => {
    profile('default')
    sandbox.write('token', 'C4N4RY-web-token')
    const env = { AWS_WEB_IDENTITY_TOKEN_FILE: join(sandbox.folder, 'token'), AWS_ROLE_ARN: ROLE }
    await opensAs(`the web identity for ${ROLE}`, env)
    expect(server.count('AssumeRoleWithWebIdentity')).toBe(2)
  })

  it('a role that trusts somebody else: it is not the permission for the key that is missing', async () => {
    profile('base')
    sandbox.write('config', `[profile deploy]\nrole_arn = ${ROLE}\nsource_profile = base\nregion = eu-west-1\n`)
    sandbox.write('token', 'C4N4RY-web-token')
    const web = { AWS_WEB_IDENTITY_TOKEN_FILE: join(sandbox.folder, 'token'), AWS_ROLE_ARN: ROLE }
    for (const [env, operation, who] of [
      [web, 'AssumeRoleWithWebIdentity', `the web identity for ${ROLE}`],
      [{ AWS_PROFILE: 'deploy' }, 'AssumeRole', 'the AWS profile deploy'],
    ] as const) {
      server.denied.add(operation)
      const { code, err } = await sandbox.bulla(['-d', 'a.yaml'], { env: { ...base, ...env } })
      expect(code).toBe(128)
      expect(err).toContain(
        `as ${who}): no credentials came: access is denied; the permission sts:${operation} is missing`,
      )
      expect(err).toContain('trust policy of the role')
      expect(err).not.toContain('kms:Decrypt')
      expectNoSecret(err)
    }
  })

  it.each(['there is none', 'it is a folder'])(
    'a web identity whose file cannot be read is named: %s',
    async (what) => {
      const path = what === 'there is none' ? join(sandbox.folder, 'C4N4RY') : sandbox.folder
      const env = { AWS_WEB_IDENTITY_TOKEN_FILE: path, AWS_ROLE_ARN: ROLE }
      const { code, err } = await sandbox.bulla(['-d', 'a.yaml'], { env: { ...base, ...env } })
      expect([code, err]).toEqual([128, expect.stringContaining('a file that the credentials come from is not there')])
      expect(err).toContain(`as the web identity for ${ROLE})`)
      expectNoSecret(err)
    },
  )

  it('a credential with a line break behind it is named as such, and not shown', async () => {
    const env = { ...server.credentials(), AWS_SESSION_TOKEN: 'C4N4RY\n' }
    const { code, err } = await sandbox.bulla(['-d', 'a.yaml'], { env: { ...base, ...env } })
    expect([code, err]).toEqual([128, expect.stringContaining('holds a character that cannot be sent')])
    expectNoSecret(err)
  })

  it('a container', async () => {
    const answer = asJson()
    const agent = await LoopbackServer.start(() => ({ status: 200, body: JSON.stringify(answer) }))
    try {
      const env = { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.origin}/role` }
      expect(await opensAs('the role of this container', env)).toBe(answer.AccessKeyId)
    } finally {
      await agent.stop()
    }
  })

  it('a container that never answers are not waited for, and the SDK prints nothing about it', async () => {
    const agent = await LoopbackServer.start(() => new Promise<never>(() => undefined))
    try {
      const env = { ...base, AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.origin}/role`, BULLA_KEY_TIMEOUT: '2' }
      const { code, out, err } = await sandbox.bulla(['-d', 'a.yaml'], { env })
      expect({ code, out }).toEqual({ code: 128, out: '' })
      expect(err).toMatch(/^bulla: error: /)
      expect(err).toContain('as the role of this container): no credentials came: no answer came in time')
      expect(err).not.toContain('smithy')
    } finally {
      await agent.stop()
    }
  })

  it('a container that sends without an end are not read to it', async () => {
    // whoever reads all of it finds credentials that work
    const body = ' '.repeat(2 * 1024 * 1024) + JSON.stringify(asJson())
    const agent = await LoopbackServer.start(() => ({ status: 200, body }))
    try {
      const env = { ...base, AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.origin}/role` }
      const { code, err } = await sandbox.bulla(['-d', 'a.yaml'], { env })
      expect([code, err]).toEqual([128, expect.stringContaining('the reply is far larger than a reply can be')])
      expectNoSecret(err)
    } finally {
      await agent.stop()
    }
  })

  it.for([
    ['alone', ''],
    ['in a line that the shell has to read', ' 2>/dev/null'],
  ])('a program that hangs are not waited for, and it ends, too: %s', async ([, rest]) => {
    sandbox.write(
      'hang.cjs',
      `require('fs').writeFileSync('${sandbox.path('pid')}', String(process.pid)); setInterval(() => {}, 1000)`,
    )
    const program = `"${process.execPath}" "${sandbox.path('hang.cjs')}"${rest}`
    sandbox.write('config', `[profile tool]\ncredential_process = ${program}\n`)
    const env = { ...base, AWS_PROFILE: 'tool', BULLA_KEY_TIMEOUT: '3' }
    const { code, err } = await sandbox.bulla(['-d', 'a.yaml'], { env })
    expect([code, err]).toEqual([128, expect.stringContaining('no credentials came: no answer came in time')])
    const isAlive = () => process.kill(Number(sandbox.read('pid')), 0)
    await vi.waitFor(() => expect(isAlive).toThrow('ESRCH'), { timeout: 5_000 })
  })

  it.for([
    ['AWS_CONFIG_FILE', 'config'],
    ['AWS_SHARED_CREDENTIALS_FILE', 'credentials'],
  ])('files that are pipes are not waited for: %s', async ([variable, name]) => {
    expect((await sandbox.sh(`mkfifo ${name}`)).code).toBe(0)
    for (const own of [server.credentials(), { AWS_PROFILE: 'prod' }]) {
      const { code, err } = await sandbox.bulla(['-d', 'a.yaml'], { env: { ...base, ...own } })
      expect([code, err]).toEqual([128, expect.stringContaining(`the file of ${name} for AWS is a pipe`)])
      expect(err).toContain(`name one in ${variable}`)
    }
  })

  it('an instance', async () => {
    const answer = asJson()
    const metadata = await LoopbackServer.start(({ path }) => {
      if (path.endsWith('/token')) return { status: 200, body: 'session' }
      if (path.endsWith('/security-credentials/')) return { status: 200, body: 'role-of-instance' }
      return { status: 200, body: JSON.stringify(answer) }
    })
    try {
      const env = { AWS_EC2_METADATA_DISABLED: undefined, AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.origin }
      expect(await opensAs('the role of this instance', env)).toBe(answer.AccessKeyId)
    } finally {
      await metadata.stop()
    }
  })

  it('a login with SSO', async () => {
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = server.credentials()
    const roleCredentials = { accessKeyId, secretAccessKey, sessionToken: 't', expiration: Date.now() + 3_600_000 }
    const portal = await LoopbackServer.start(() => ({ status: 200, body: JSON.stringify({ roleCredentials }) }))
    sandbox.write(
      'config',
      `[profile sso]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = dev\n[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.example/start\n`,
    )
    const cached = { accessToken: 'C4N4RY-token', expiresAt: new Date(Date.now() + 3_600_000).toISOString() }
    sandbox.write(`.aws/sso/cache/${createHash('sha1').update('corp').digest('hex')}.json`, JSON.stringify(cached))
    try {
      const env = {
        AWS_PROFILE: 'sso',
        AWS_ENDPOINT_URL_SSO: portal.origin,
        BULLA_ALLOW_HOSTS: `http://${portal.host}`,
      }
      expect(await opensAs('the AWS profile sso', env)).toBe(accessKeyId)
    } finally {
      await portal.stop()
    }
  })

  it('a profile whose address of KMS nobody allowed are not used', async () => {
    const id = profile('elsewhere')
    sandbox.write(
      'config',
      `[profile elsewhere]\nendpoint_url = http://kms.elsewhere.example\naws_access_key_id = ${id}\n`,
    )
    const env = { ...base, AWS_ENDPOINT_URL: undefined, AWS_PROFILE: 'elsewhere', ...sandbox.observe() }
    const { code, err } = await sandbox.bulla(['-d', 'a.yaml'], { env })
    expect([code, err]).toEqual([
      128,
      expect.stringContaining('the host kms.elsewhere.example is not one that you allow'),
    ])
    expect(err).toContain('BULLA_ALLOW_HOSTS=http://kms.elsewhere.example')
    expect(sandbox.observed()).toEqual([])
  })

  it.for([
    ['that a key names', 'no-such', {}],
    ['that AWS_PROFILE names', '', { AWS_PROFILE: 'no-such' }],
  ] as const)('a profile %s, and that is nowhere, are not those of the machine instead', async ([, ofKey, env]) => {
    profile('other')
    const answer = asJson()
    const agent = await LoopbackServer.start(() => ({ status: 200, body: JSON.stringify(answer) }))
    try {
      const machine = { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.origin}/role` }
      sandbox.write('b.yaml', PLAIN)
      const args = ['-e', '-i', '--kms', arn, ...(ofKey === '' ? [] : ['--aws-profile', ofKey]), 'b.yaml']
      const { code, err } = await sandbox.bulla(args, { env: { ...base, ...machine, ...env } })
      expect([code === 0, err]).toEqual([
        false,
        expect.stringContaining('as the AWS profile no-such): there is no such profile'),
      ])
      expect(err).toContain('add it to ~/.aws/config')
      expect(agent.requests).toEqual([])
      expect(sandbox.read('b.yaml')).toBe(PLAIN)
    } finally {
      await agent.stop()
    }
  })

  it('nobody: says what to do', async () => {
    const { code, err } = await sandbox.bulla(['-d', 'a.yaml'], { env: base })
    expect([code, err]).toEqual([128, expect.stringContaining('no credentials for AWS were found')])
  })
})
