import { afterAll, beforeAll, describe, expect } from 'vitest'
import { it, type Sandbox } from '../helpers/sandbox.ts'
import { AwsKmsServer } from '../helpers/servers/aws-kms.ts'
import { AzureVaultServer, CLIENT, KEY_NAME, SECRET, TENANT } from '../helpers/servers/azure-kv.ts'
import { GcpKmsServer, RSA_KEY, TOKEN } from '../helpers/servers/gcp-kms.ts'
import { TLS_CERT_PATH } from '../helpers/servers/tls.ts'

const FILE = '.bulla/recipients/prod.yaml'

type Variables = Readonly<Record<string, string | undefined>>

/** A service that holds an RSA key, as a machine that may use it sees it. */
interface Service {
  /** Options of the command that name the key. */
  readonly key: readonly string[]
  readonly env: Variables
  /** Whose keys these are, for BULLA_ALLOW_ACCOUNTS. */
  readonly account: string
  /** Calls that concern keys, so far. */
  calls(): number
}

let aws: AwsKmsServer
let gcp: GcpKmsServer
let azure: AzureVaultServer
const services: Record<string, () => Service> = {
  'AWS KMS': () => ({
    key: ['--aws-kms', aws.createKey('eu-west-1', { spec: 'RSA_2048' })],
    env: { ...aws.credentials(), AWS_ENDPOINT_URL: aws.http.origin, AWS_EC2_METADATA_DISABLED: 'true' },
    account: '123456789012',
    calls: () => aws.calls.length,
  }),
  'GCP KMS': () => ({
    key: ['--gcp-kms', RSA_KEY],
    env: { SOPS_GCP_KMS_ENDPOINT: gcp.http.origin, GOOGLE_OAUTH_ACCESS_TOKEN: TOKEN },
    account: 'acme-prod',
    calls: () => gcp.keyCalls.length,
  }),
  'Azure Key Vault': () => ({
    key: ['--azure-kv', `${azure.http.origin}/keys/${KEY_NAME}`],
    env: {
      NODE_EXTRA_CA_CERTS: TLS_CERT_PATH,
      BULLA_ALLOW_HOSTS: azure.http.host,
      AZURE_AUTHORITY_HOST: azure.http.origin,
      AZURE_TENANT_ID: TENANT,
      AZURE_CLIENT_ID: CLIENT,
      AZURE_CLIENT_SECRET: SECRET,
    },
    account: azure.http.host,
    calls: () => azure.keyCalls.length,
  }),
}

beforeAll(async () => {
  ;[aws, gcp, azure] = await Promise.all([AwsKmsServer.start(), GcpKmsServer.start(), AzureVaultServer.start()])
  gcp.addRsaKey(RSA_KEY)
})
afterAll(async () => {
  await Promise.all([aws?.stop(), gcp?.stop(), azure?.stop()])
})

/** A recipient that a key of this machine wraps, and then an RSA key of a service. */
async function wrapped(box: Sandbox, { key, env }: Service): Promise<void> {
  expect(await box.bulla(['recipient', 'create', 'prod', '--local'])).toMatchObject({ code: 0 })
  expect(await box.bulla(['recipient', 'wrap', 'prod', ...key], { env })).toMatchObject({ code: 0 })
}

/** What is sealed to the recipient opens where there is nothing but the service. */
async function expectOpens(box: Sandbox, { env }: Service): Promise<void> {
  const { out } = await box.bulla(['recipient', 'show', 'prod', '--json'])
  box.write('.sops.yaml', `creation_rules:\n  - age: ${JSON.parse(out).keys[0].recipient}\n`)
  box.write('a.yaml', 'a: 1\n')
  expect(await box.bulla(['encrypt', '-i', 'a.yaml'], { env })).toMatchObject({ code: 0, err: '' })
  const elsewhere = { ...env, XDG_CONFIG_HOME: box.path('none'), SOPS_AGE_KEY_FILE: undefined }
  expect(await box.bulla(['decrypt', 'a.yaml'], { env: elsewhere })).toMatchObject({ code: 0, out: 'a: 1\n' })
}

describe.each(Object.keys(services))('an identity wrapped by an RSA key of %s', (name) => {
  const service = () => {
    const found = services[name]?.()
    if (found === undefined) throw new RangeError('no such service')
    return found
  }

  it('is opened by the service', async ({ box }) => {
    const one = service()
    await wrapped(box, one)
    await expectOpens(box, one)
  })

  it('is sealed by later processes to the public half in the file, without a network', async ({ box }) => {
    const one = service()
    await wrapped(box, one)
    const before = one.calls()
    const rotating = ['recipient', 'rotate', 'prod', '--yes']
    expect(await box.bulla(rotating, { env: { ...one.env, ...box.observe() } })).toMatchObject({ code: 0 })
    expect(box.observed()).not.toContain('connect')
    expect(one.calls()).toBe(before)
    await expectOpens(box, one)
  })

  it('is sealed to no public half of a file when accounts are restricted: the service is asked', async ({ box }) => {
    const one = service()
    await wrapped(box, one)
    const mine = box.read(FILE)
    // whoever wrote this can open what is sealed to it
    const theirs = aws.createKey('eu-west-1', { spec: 'RSA_2048' })
    const found = await publicHalfOf(box, theirs)
    box.write(FILE, mine.replace(/public_key: .*/, `public_key: ${found}`))
    const env = { ...one.env, BULLA_ALLOW_ACCOUNTS: one.account }
    expect(await box.bulla(['recipient', 'rotate', 'prod', '--yes'], { env })).toMatchObject({ code: 0 })
    expect(box.read(FILE).split('previous:')[0]).not.toContain(found)
    await expectOpens(box, { ...one, env })
  })
})

it('an identity is wrapped by a key of Azure once, whether the version is named or not', async ({ box }) => {
  const one = services['Azure Key Vault']?.()
  if (one === undefined) throw new RangeError('no such service')
  await wrapped(box, one)
  const before = box.read(FILE)
  for (const key of [one.key, ['--azure-kv', `${azure.http.origin}/keys/${KEY_NAME}/${azure.newest()}`]]) {
    const { code, err } = await box.bulla(['recipient', 'wrap', 'prod', ...key], { env: one.env })
    expect([code, err]).toEqual([1, expect.stringMatching(/prod is wrapped by .* already\n.*recipient rewrap/)])
    expect(box.read(FILE)).toBe(before)
  }
})

it('a key of Azure without a version is the same key when there is a newer version', async ({ box }) => {
  const { key, env } = services['Azure Key Vault']?.() ?? { key: [], env: {} }
  expect(await box.bulla(['recipient', 'create', 'prod', ...key], { env })).toMatchObject({ code: 0 })
  const before = box.read(FILE)
  const version = azure.addVersion(KEY_NAME)
  const { code, err } = await box.bulla(['recipient', 'wrap', 'prod', ...key], { env })
  expect([code, err]).toEqual([1, expect.stringMatching(/prod is wrapped by .* already\n.*recipient rewrap/)])
  expect(box.read(FILE)).toBe(before)
  // two versions on purpose: rewrapped by the newest they are one
  const named = ['--azure-kv', `${azure.http.origin}/keys/${KEY_NAME}/${version}`]
  expect(await box.bulla(['recipient', 'wrap', 'prod', ...named], { env })).toMatchObject({ code: 0 })
  const { out } = await box.bulla(['recipient', 'rewrap', 'prod', '--json'], { env })
  expect(JSON.parse(out).map(({ how }: { how: string }) => how)).toEqual(['unwrapped', 'dropped'])
  expect(box.read(FILE).match(/version: /g)).toHaveLength(1)
})

it('a recipient whose key is gone keeps none of the others from being wrapped anew', async ({ box }) => {
  const { env } = services['AWS KMS']?.() ?? { env: {} }
  const [gone, kept] = [aws.createKey('eu-west-1'), aws.createKey('eu-west-1')]
  for (const [name, key] of [
    ['a', gone],
    ['b', kept],
    ['c', gone],
  ] as const)
    expect(await box.bulla(['recipient', 'create', name, '--aws-kms', key], { env })).toMatchObject({ code: 0 })
  aws.setState(gone, 'PendingDeletion')
  const { code, out, err } = await box.bulla(['recipient', 'rewrap', '--all'], { env })
  expect([code, out]).toEqual([1, `moved\tb\tkms ${kept}\n`])
  expect(err).toContain('recipients/a.yaml: ')
  expect(err).toContain('recipients/c.yaml: ')
  expect(err).toContain('2 of 3 recipients failed; the others are done')
})

it('an alias of AWS is the same key as the one it stands for', async ({ box }) => {
  const { key, env } = services['AWS KMS']?.() ?? { key: [], env: {} }
  const alias = aws.pointAlias('alias/deploy', key[1] ?? '')
  expect(await box.bulla(['recipient', 'create', 'prod', '--aws-kms', alias], { env })).toMatchObject({ code: 0 })
  const before = box.read(FILE)
  const wrapped = await box.bulla(['recipient', 'wrap', 'prod', ...key], { env })
  expect(wrapped).toMatchObject({ code: 1, err: expect.stringContaining('already') })
  const both = ['recipient', 'create', 'other', ...key, '--aws-kms', alias]
  expect(await box.bulla(both, { env })).toMatchObject({ code: 1, err: expect.stringContaining('already') })
  expect(box.read(FILE)).toBe(before)
  expect(box.has('.bulla/recipients/other.yaml')).toBe(false)
})

it('an identity wrapped by Azure moves to the newest version of its key', async ({ box }) => {
  const { key, env } = services['Azure Key Vault']?.() ?? { key: [], env: {} }
  expect(await box.bulla(['recipient', 'create', 'prod', ...key], { env })).toMatchObject({ code: 0 })
  expect(box.read(FILE)).toContain(`version: ${azure.newest()}`)
  const version = azure.addVersion(KEY_NAME)
  expect(await box.bulla(['recipient', 'rewrap', 'prod'], { env })).toMatchObject({ code: 0 })
  expect(box.read(FILE)).toContain(`version: ${version}`)
})

/** The public half of a key, as it stands in a file that was wrapped by it. */
async function publicHalfOf(box: Sandbox, arn: string): Promise<string> {
  const env = { ...aws.credentials(), AWS_ENDPOINT_URL: aws.http.origin, AWS_EC2_METADATA_DISABLED: 'true' }
  expect(await box.bulla(['recipient', 'create', 'stranger', '--aws-kms', arn], { env })).toMatchObject({ code: 0 })
  return /public_key: (.*)/.exec(box.read('.bulla/recipients/stranger.yaml'))?.[1] ?? ''
}
