import { mkdirSync, symlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { it, type Sandbox } from '../helpers/sandbox.ts'
import { FakeVault } from '../helpers/servers/vault.ts'

const ENTRY_TIME = "created_at: '2026-01-02T03:04:05Z'"

let vault: FakeVault

beforeAll(async () => {
  vault = await FakeVault.start()
})
afterAll(() => vault?.server.stop())

/** A sealed file whose only reader is this entry of its block. */
async function sealedFor(box: Sandbox, type: string, fields: Readonly<Record<string, string>>): Promise<void> {
  const sealed = await box.seal({ 'a.yaml': 'a: 1\n' })
  const lines = Object.entries(fields).map(([name, value]) => `          ${name}: ${JSON.stringify(value)}\n`)
  const entry = `\n    ${type}:\n        - ${ENTRY_TIME}\n${lines.join('')}`
  box.write('a.yaml', sealed.replace(/\n {4}age:\n[\s\S]*?(?= {4}lastmodified)/, entry))
}

const kms = (arn: string) => ['kms', { arn, enc: 'AQICAHg=', aws_profile: '' }] as const
const azure = (vault_url: string) => ['azure_kv', { vault_url, name: 'k', version: 'v', enc: 'AAAA' }] as const
const transit = (vault_address: string) =>
  ['hc_vault', { vault_address, engine_path: 'transit', key_name: 'k', enc: 'vault:v1:AAAA' }] as const

/** Credentials are at hand: what is not called is not called for another reason. */
const CREDENTIALS = {
  SOPS_AGE_KEY_FILE: undefined,
  VAULT_TOKEN: 'C4N4RY-token',
  AWS_ACCESS_KEY_ID: 'AKIAC4N4RY',
  AWS_SECRET_ACCESS_KEY: 'C4N4RY-secret',
  AWS_EC2_METADATA_DISABLED: 'true',
  AZURE_TENANT_ID: '00000000-0000-0000-0000-000000000000',
  AZURE_CLIENT_ID: '00000000-0000-0000-0000-000000000000',
  AZURE_CLIENT_SECRET: 'C4N4RY-secret',
  GOOGLE_OAUTH_ACCESS_TOKEN: 'C4N4RY-google',
}

describe('a file of a repository', () => {
  it.for([
    ['a host in the region of an ARN', kms('arn:aws:kms:evil.example/#:111122223333:key/k')],
    ['a host and a user in the region of an ARN', kms('arn:aws:kms:x@evil.example/:111122223333:key/k')],
    ['a region that is no region', kms('arn:aws:kms:evil:111122223333:key/k')],
    ['a partition that is none', kms('arn:evil.example:kms:eu-west-1:111122223333:key/k')],
    ['a user in the address of an Azure vault', azure('https://v.vault.azure.net@evil.example')],
    ['a host that looks like Azure', azure('https://v.vault.azure.net.evil.example')],
    ['a host that ends like Azure', azure('https://evilvault.azure.net')],
    ['an Azure vault over plain HTTP', azure('http://v.vault.azure.net')],
    ['an Azure vault on another port', azure('https://v.vault.azure.net:8443')],
    ['a link-local address', azure('https://169.254.169.254')],
    ['a Vault', transit('https://vault.evil.example')],
    ['a Vault over plain HTTP', transit('http://vault.evil.example:8200')],
    ['a Vault that looks like the allowed one', transit('https://vault.example.com.evil.example')],
    ['a user in the address of a Vault', transit('https://vault.example.com@evil.example')],
    ['the allowed Vault over plain HTTP', transit('http://vault.example.com')],
    ['another port of the allowed Vault', transit('https://vault.example.com:8443')],
    ['the metadata of the machine', transit('http://169.254.169.254')],
    ['the machine itself', transit('http://127.0.0.1:1')],
    ['the machine itself, in another spelling', transit('http://0x7f.1:1')],
    ['a Vault that is a file', transit('file:///etc/passwd')],
  ] as const)('cannot have the command call %s', async ([, [type, fields]], { box }) => {
    await sealedFor(box, type, fields)
    const env = { ...CREDENTIALS, ...box.observe(), VAULT_ADDR: 'https://vault.example.com' }
    const { code, out, err } = await box.bulla(['decrypt', 'a.yaml'], { env })
    expect({ code, out }).toEqual({ code: 128, out: '' })
    expect(err).toMatch(
      /not one that you allow|user name|neither https nor http|cannot be used|cannot be read|is no |is not /,
    )
    expect(err).not.toContain('C4N4RY')
    expect(box.observed()).toEqual([])
  })

  it('cannot have anything sealed to a Vault that the user did not name', async ({ box }) => {
    box.write('.sops.yaml', 'creation_rules:\n  - hc_vault_transit_uri: https://vault.evil.example/v1/transit/keys/k\n')
    box.write('a.yaml', 'a: 1\n')
    const before = box.snapshot()
    const { code, err } = await box.bulla(['encrypt', '-i', 'a.yaml'], { env: { ...CREDENTIALS, ...box.observe() } })
    expect(code).toBe(1)
    expect(err).toContain('vault.evil.example is not one that you allow keys to be sent to')
    expect(err).toContain('BULLA_ALLOW_HOSTS=vault.evil.example')
    expect(box.observed()).toEqual([])
    expect(box.snapshot()).toEqual(before)
  })

  it('cannot allow itself anything', async ({ box }) => {
    await sealedFor(box, ...transit(vault.server.origin))
    for (const name of ['.config/bulla/config.yaml', 'bulla/config.yaml', '.bulla/config.yaml', 'config.yaml'])
      box.write(name, `allow: { hosts: ["${vault.server.host}"] }\n`)
    await box.git('init', '-q')
    const places = [{}, { XDG_CONFIG_HOME: '.' }, { XDG_CONFIG_HOME: undefined, HOME: box.folder }]
    for (const place of places) {
      const { code, err } = await box.bulla(['decrypt', 'a.yaml'], {
        env: { ...CREDENTIALS, ...box.observe(), ...place },
      })
      expect(code).toBe(128)
      expect(err).toMatch(/not one that you allow|lies in a repository/)
    }
    expect(box.observed()).toEqual([])
  })
})

/** The file of a recipient whose identity is wrapped by a key with these fields. */
const wrappedBy = (recipient: string, kind: string, fields: Readonly<Record<string, string>>) =>
  `recipient: ${recipient}\nidentity:\n  - ${kind}: ${JSON.stringify(fields)}\n    ciphertext: ${kind === 'hc_vault' ? 'vault:v1:AAAA' : 'AQICAHg='}\n    payload: AAAA\n`

describe('the file of a recipient', () => {
  const ARN = 'arn:aws:kms:eu-west-1:111122223333:key/k'
  const GCP = 'projects/p/locations/l/keyRings/r/cryptoKeys/k'
  const vaultKey = (vault_address: string) => ({ vault_address, engine_path: 'transit', key_name: 'k' })
  const FILE = '.bulla/recipients/prod.yaml'
  const REFUSED = /not one that you allow|user name|cannot be read|is not the ARN|is no key|unknown field/
  /** What would have to unwrap its identity. */
  const ACTS = [
    ['decrypt', '--output', 'out.yaml', 'a.yaml'],
    ['recipient', 'rename', 'prod', 'other'],
    ['recipient', 'rewrap', 'prod'],
    ['recipient', 'rewrap', '--all'],
    ['recipient', 'wrap', 'prod', '--aws-kms', 'arn:aws:kms:eu-west-1:111122223333:key/new'],
  ]

  it.for([
    ['an endpoint for AWS KMS', 'aws_kms', { arn: ARN, endpoint: 'http://127.0.0.1:1' }],
    [
      'an endpoint for AWS KMS, as its configuration has it',
      'aws_kms',
      { arn: ARN, endpoint_url: 'http://127.0.0.1:1' },
    ],
    ['a host in the region of an ARN', 'aws_kms', { arn: 'arn:aws:kms:evil.example/#:111122223333:key/k' }],
    ['a user in the region of an ARN', 'aws_kms', { arn: 'arn:aws:kms:x@evil.example/:111122223333:key/k' }],
    [
      'a key of another account behind an alias',
      'aws_kms',
      { arn: ARN.replace('key/', 'alias/'), key_arn: ARN.replace('1111', '9999') },
    ],
    ['a role that is none', 'aws_kms', { arn: ARN, role: 'arn:aws:iam::evil.example:role/r' }],
    ['an endpoint for GCP KMS', 'gcp_kms', { resource_id: GCP, endpoint: 'http://127.0.0.1:1' }],
    [
      'a path that leaves that of GCP KMS',
      'gcp_kms',
      { resource_id: 'projects/../../x/locations/l/keyRings/r/cryptoKeys/k' },
    ],
    ['a host that looks like Azure', 'azure_kv', { vault_url: 'https://v.vault.azure.net.evil.example', name: 'k' }],
    [
      'a user in the address of an Azure vault',
      'azure_kv',
      { vault_url: 'https://v.vault.azure.net@evil.example', name: 'k' },
    ],
    ['an Azure vault over plain HTTP', 'azure_kv', { vault_url: 'http://v.vault.azure.net', name: 'k' }],
    ['a link-local address as an Azure vault', 'azure_kv', { vault_url: 'https://169.254.169.254', name: 'k' }],
    ['a Vault', 'hc_vault', vaultKey('https://vault.evil.example')],
    ['the allowed Vault over plain HTTP', 'hc_vault', vaultKey('http://vault.example.com')],
    ['a user in the address of a Vault', 'hc_vault', vaultKey('https://vault.example.com@evil.example')],
    ['a Vault that looks like the allowed one', 'hc_vault', vaultKey('https://vault.example.com.evil.example')],
    ['the metadata of the machine', 'hc_vault', vaultKey('http://169.254.169.254')],
    ['the machine itself', 'hc_vault', vaultKey('http://127.0.0.1:1')],
  ] as const)('cannot have the command call %s', async ([, kind, fields], { box }) => {
    await box.seal({ 'a.yaml': 'a: 1\n' })
    box.write(FILE, wrappedBy(box.recipient, kind, fields))
    const before = box.snapshot()
    const env = { ...CREDENTIALS, ...box.observe(), VAULT_ADDR: 'https://vault.example.com' }
    for (const args of ACTS) {
      const { code, out, err } = await box.bulla(args, { env })
      expect([args.join(' '), code === 0, out]).toEqual([args.join(' '), false, ''])
      expect(err).toMatch(/prod\.yaml:|of the recipient prod /)
      expect(err).toMatch(REFUSED)
      expect(err).not.toContain('C4N4RY')
    }
    expect(box.observed()).toEqual([])
    expect(box.snapshot()).toEqual(before)
  })

  it.for([
    ['file', FILE, 'elsewhere/prod.yaml', 'elsewhere/prod.yaml'],
    ['folder', '.bulla/recipients', 'elsewhere', 'elsewhere/prod.yaml'],
    ['folder above', '.bulla', 'elsewhere', 'elsewhere/recipients/prod.yaml'],
  ] as const)('is not read through a link: %s', async ([, link, target, file], { box }) => {
    await box.seal({ 'a.yaml': 'a: 1\n' })
    // all of this is allowed; but for the link the Vault would be called
    box.write(file, wrappedBy(box.recipient, 'hc_vault', vaultKey(vault.server.origin)))
    mkdirSync(dirname(box.path(link)), { recursive: true })
    symlinkSync(box.path(target), box.path(link))
    const before = box.snapshot()
    const env = { ...CREDENTIALS, ...box.observe(), VAULT_ADDR: vault.server.origin }
    for (const args of ACTS) {
      const { code, out } = await box.bulla(args, { env })
      expect([args.join(' '), code === 0, out]).toEqual([args.join(' '), false, ''])
    }
    expect(box.observed()).toEqual([])
    expect(box.snapshot()).toEqual(before)
  })

  it('is obeyed when the user allows what it names: the other tests would see a call', async ({ box }) => {
    await box.seal({ 'a.yaml': 'a: 1\n' })
    box.write(FILE, wrappedBy(box.recipient, 'hc_vault', vaultKey(vault.server.origin)))
    const before = vault.server.requests.length
    const env = { ...CREDENTIALS, ...box.observe(), VAULT_ADDR: vault.server.origin }
    expect((await box.bulla(['decrypt', 'a.yaml'], { env })).code).toBe(128) // it wrapped nothing of this
    expect(vault.server.requests.length - before).toBe(1)
    expect(box.observed()).toContain('connect')
  })
})

describe('the user', () => {
  const asked = () => vault.server.requests.length

  it.for([
    ['VAULT_ADDR', () => ({ VAULT_ADDR: vault.server.origin })],
    ['BULLA_ALLOW_HOSTS', () => ({ BULLA_ALLOW_HOSTS: `other.example,${vault.server.host}` })],
    ['SOPS_HC_VAULT_ALLOWLIST', () => ({ SOPS_HC_VAULT_ALLOWLIST: vault.server.origin })],
  ] as const)('allows a Vault by %s', async ([, variables], { box }) => {
    await sealedFor(box, ...transit(vault.server.origin))
    const before = asked()
    const { code } = await box.bulla(['decrypt', 'a.yaml'], {
      env: { ...CREDENTIALS, ...box.observe(), ...variables() },
    })
    expect(code).toBe(128) // it wrapped nothing of this
    expect(asked() - before).toBe(1)
    expect(box.observed()).toContain('connect')
  })

  it('allows a Vault in the own configuration', async ({ box }) => {
    await sealedFor(box, ...transit(vault.server.origin))
    const config = box.write('own/config.yaml', `allow:\n  hosts:\n    - ${vault.server.host}\n`)
    const before = asked()
    await box.bulla(['decrypt', 'a.yaml'], { env: { ...CREDENTIALS, BULLA_CONFIG: config } })
    expect(asked() - before).toBe(1)
  })

  it('forbids all of them by SOPS_HC_VAULT_ALLOWLIST=none', async ({ box }) => {
    await sealedFor(box, ...transit(vault.server.origin))
    const env = { ...CREDENTIALS, ...box.observe(), VAULT_ADDR: vault.server.origin, SOPS_HC_VAULT_ALLOWLIST: 'none' }
    expect((await box.bulla(['decrypt', 'a.yaml'], { env })).err).toContain('SOPS_HC_VAULT_ALLOWLIST does not allow')
    expect(box.observed()).toEqual([])
  })

  it('hears what is wrong with the own configuration, and nobody is called', async ({ box }) => {
    await sealedFor(box, ...transit(vault.server.origin))
    const config = box.write('own.yaml', 'allow:\n  host: [a]\n')
    const env = { ...CREDENTIALS, ...box.observe(), BULLA_CONFIG: config, VAULT_ADDR: vault.server.origin }
    const { code, err } = await box.bulla(['decrypt', 'a.yaml'], { env })
    expect(code).toBe(128)
    expect(err).toContain('unknown field allow.host (did you mean hosts?)')
    expect(box.observed()).toEqual([])
  })

  it('who has another key at hand is not held up by services', async ({ box }) => {
    const sealed = await box.seal({ 'a.yaml': 'a: 1\n' })
    const entry = `    hc_vault:\n        - ${ENTRY_TIME}\n          vault_address: ${vault.server.origin}\n          engine_path: transit\n          key_name: k\n          enc: vault:v1:AAAA\n    hckms:\n        - ${ENTRY_TIME}\n          key_id: eu:k\n          enc: AAAA\n    age:`
    box.write('a.yaml', sealed.replace(/ {4}age:/, entry))
    const env = { ...box.observe(), BULLA_CONFIG: 'relative.yaml' }
    expect(await box.bulla(['decrypt', 'a.yaml'], { env })).toMatchObject({ code: 0, out: 'a: 1\n', err: '' })
    expect(box.observed()).toEqual([])
  })

  it('is told by explain whom a key would call, or why it is not called, and nobody is', async ({ box }) => {
    await sealedFor(box, ...transit(vault.server.origin))
    const explain = async (env: Record<string, string>) =>
      (await box.bulla(['explain', 'a.yaml'], { env: { ...CREDENTIALS, ...box.observe(), ...env } })).out
    const allowed = await explain({ VAULT_ADDR: vault.server.origin })
    expect(allowed).toContain(`, of Vault ${vault.server.host}\n`)
    expect(allowed).toContain(`perhaps: Vault ${vault.server.host} would be asked`)
    const forbidden = await explain({})
    expect(forbidden).toContain(
      `, of Vault ${vault.server.host}, the host ${vault.server.host} is not one that you allow`,
    )
    expect(forbidden).not.toContain('would be asked')
    expect(box.observed()).toEqual([])
  })

  it('is told that Huawei keys are kept and not used', async ({ box }) => {
    await sealedFor(box, 'hckms', { key_id: 'eu:00000000-0000-0000-0000-000000000000', enc: 'AAAA' })
    const before = box.snapshot()
    const { code, err } = await box.bulla(['decrypt', 'a.yaml'])
    expect(code).toBe(128)
    expect(err).toContain('Huawei Cloud KMS cannot be used by bulla')
    expect(box.snapshot()).toEqual(before)
  })
})
