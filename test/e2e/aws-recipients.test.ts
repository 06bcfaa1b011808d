import { rmSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect } from 'vitest'
import { expectNoSecret, MARKER } from '../helpers/canary.ts'
import { it, type Sandbox } from '../helpers/sandbox.ts'
import { AwsKmsServer } from '../helpers/servers/aws-kms.ts'

const FILES = 1000
const PROD = '.bulla/recipients/prod.yaml'
const PLAIN = `a: ${MARKER}-value\n`

let server: AwsKmsServer
let env: Record<string, string | undefined>
let west: string
let central: string

beforeAll(async () => {
  server = await AwsKmsServer.start()
  west = server.createKey('eu-west-1')
  central = server.createKey('eu-central-1')
})
beforeEach(() => {
  const quiet = { AWS_EC2_METADATA_DISABLED: 'true', SOPS_AGE_KEY_FILE: undefined }
  env = { ...server.credentials(), AWS_ENDPOINT_URL: server.http.origin, ...quiet }
})
afterAll(async () => await server?.stop())

/** Run the command, which must succeed. @returns its output */
async function bulla(box: Sandbox, ...args: readonly string[]): Promise<string> {
  const { code, out, err } = await box.bulla(args, { env })
  expect([args.join(' '), code, code === 0 ? '' : err]).toEqual([args.join(' '), 0, ''])
  return out
}

/** What was asked of KMS, as `Decrypt eu-west-1`. */
async function callsOf(act: () => Promise<unknown>): Promise<string[]> {
  const before = server.calls.length
  await act()
  return server.calls.slice(before).map(({ operation, region }) => `${operation} ${region}`)
}

async function publicKeyOf(box: Sandbox, name: string): Promise<string> {
  return JSON.parse(await bulla(box, 'recipient', 'show', name, '--json')).keys[0].recipient
}

/** A recipient with keys in two regions, and a file that only it reads. */
async function setUp(box: Sandbox): Promise<void> {
  await bulla(box, 'recipient', 'create', 'prod', '--kms', west, '--aws-kms', central)
  box.write('.sops.yaml', `creation_rules:\n  - age: ${await publicKeyOf(box, 'prod')}\n`)
  box.write('a.yaml', PLAIN)
  await bulla(box, 'encrypt', '-i', 'a.yaml')
}

describe('a recipient with keys of AWS KMS in two regions', () => {
  it('costs one call for a thousand files, and none for sealing them, also with nobody there', async ({ box }) => {
    await setUp(box)
    for (let index = 0; index < FILES; index += 1) box.write(`plain/${index}.yaml`, `a: ${MARKER}-${index}\nb: 2\n`)
    const nobody = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_ACCESS_KEY_ID: undefined }
    const sealing = await box.bulla(['encrypt', '--in-place', '--quiet', 'plain'], {
      env: { ...env, ...nobody, ...box.observe() },
    })
    expect(sealing).toMatchObject({ code: 0, err: '' })
    expect(box.observed().filter((what) => !what.startsWith('run '))).toEqual([])
    const calls = await callsOf(() => bulla(box, 'decrypt', '--quiet', '--output-dir', 'opened', 'plain'))
    expect(calls).toEqual(['Decrypt eu-west-1'])
    expect(box.read(`opened/${FILES - 1}.yaml`)).toBe(`a: ${MARKER}-${FILES - 1}\nb: 2\n`)
  })

  it('is opened by the second region when the first never answers', async ({ box }) => {
    await setUp(box)
    env['BULLA_CONFIG'] = box.write('own.yaml', 'timeouts:\n  each: 1\n  total: 20\n')
    server.http.failNext({ kind: 'silence' })
    expect(await callsOf(async () => expect(await bulla(box, 'decrypt', 'a.yaml')).toBe(PLAIN))).toEqual([
      'Decrypt eu-central-1',
    ])
  })

  it('has the reason of every region when none answers, and leaves nothing behind', async ({ box }) => {
    await setUp(box)
    const before = box.snapshot()
    server.http.failAlways({ kind: 'silence' })
    const args = ['decrypt', '--output', 'out.yaml', 'a.yaml']
    const { code, out, err } = await box.bulla(args, { env: { ...env, BULLA_KEY_TIMEOUT: '1' } })
    server.http.failAlways(undefined)
    expect([code, out]).toEqual([128, ''])
    for (const arn of [west, central]) expect(err).toContain(arn)
    expect(box.snapshot()).toEqual(before)
    expectNoSecret(err, `${env['AWS_SECRET_ACCESS_KEY']}`)
  })

  it('moves within a region by one ReEncrypt, to another one by Decrypt and Encrypt', async ({ box }) => {
    await setUp(box)
    const sealed = box.read('a.yaml')
    const newer = server.createKey('eu-west-1')
    const rewrap = (...args: readonly string[]) => callsOf(() => bulla(box, 'recipient', 'rewrap', ...args))
    expect(await rewrap('prod', '--from', 'eu-west-1', '--aws-kms', newer)).toEqual(['ReEncrypt eu-west-1'])
    expect(box.read(PROD)).toContain(newer)
    expect(box.read(PROD)).not.toContain(west)
    expect(await bulla(box, 'decrypt', 'a.yaml')).toBe(PLAIN)
    const far = server.createKey('us-east-1')
    expect(await rewrap('prod', '--from', 'eu-central-1', '--aws-kms', far)).toEqual([
      'Decrypt eu-central-1',
      'Encrypt us-east-1',
    ])
    // only the one that was moved last is left
    server.setState(newer, 'Disabled')
    expect(await bulla(box, 'decrypt', 'a.yaml')).toBe(PLAIN)
    expect(box.read('a.yaml')).toBe(sealed)
  })

  it('is rewrapped with all others at once, and not at all in a dry run', async ({ box }) => {
    await setUp(box)
    await bulla(box, 'recipient', 'create', 'other', '--kms', west)
    await bulla(box, 'recipient', 'add', 'alice', box.recipient)
    const before = box.snapshot()
    expect(await callsOf(() => bulla(box, 'recipient', 'rewrap', '--all', '--dry-run'))).toEqual([])
    expect(box.snapshot()).toEqual(before)
    const calls = await callsOf(() => bulla(box, 'recipient', 'rewrap', '--all'))
    expect(calls.sort()).toEqual(['ReEncrypt eu-central-1', 'ReEncrypt eu-west-1', 'ReEncrypt eu-west-1'])
    expect(box.read(PROD)).not.toBe(before[PROD]?.replace(/^\d+ /, ''))
    expect(await bulla(box, 'decrypt', 'a.yaml')).toBe(PLAIN)
  })

  it('is bound to its name by the encryption context: renaming unwraps and wraps', async ({ box }) => {
    await setUp(box)
    const sealed = box.read('a.yaml')
    const before = server.calls.length
    await bulla(box, 'recipient', 'rename', 'prod', 'production')
    const calls = server.calls.slice(before)
    expect(calls.map(({ operation }) => operation).sort()).toEqual(['Decrypt', 'Encrypt', 'Encrypt'])
    const named = (name: string) => calls.filter(({ context }) => Object.values(context ?? {}).includes(name)).length
    expect([named('prod'), named('production')]).toEqual([1, 2])
    expect(await bulla(box, 'decrypt', 'a.yaml')).toBe(PLAIN)
    expect(box.read('a.yaml')).toBe(sealed)
    expect(box.has(PROD)).toBe(false)
  })

  it('is reported with the key that an alias stood for, and opens when the alias stands for another one', async ({
    box,
  }) => {
    const alias = server.pointAlias('alias/deploy', west)
    await bulla(box, 'recipient', 'create', 'prod', '--kms', alias)
    expect(await bulla(box, 'recipient', 'show', 'prod')).toContain(`wrapped by kms ${alias} (${west}) since`)
    box.write('.sops.yaml', `creation_rules:\n  - age: ${await publicKeyOf(box, 'prod')}\n`)
    box.write('a.yaml', PLAIN)
    await bulla(box, 'encrypt', '-i', 'a.yaml')
    const newer = server.createKey('eu-west-1')
    server.pointAlias('alias/deploy', newer)
    expect(await bulla(box, 'decrypt', 'a.yaml')).toBe(PLAIN)
    expect(await callsOf(() => bulla(box, 'recipient', 'rewrap', 'prod'))).toEqual(['ReEncrypt eu-west-1'])
    expect(JSON.parse(await bulla(box, 'recipient', 'show', 'prod', '--json')).keys[0].wrappings).toEqual([
      { key: `kms ${alias}`, keyArn: newer, createdAt: expect.any(String) },
    ])
    server.setState(west, 'Disabled')
    expect(await bulla(box, 'decrypt', 'a.yaml')).toBe(PLAIN)
    server.setState(west, 'Enabled')
  })

  it('is not renamed without the right to wrap, and says which one is missing', async ({ box }) => {
    await setUp(box)
    const before = box.snapshot()
    server.denied.add('Encrypt')
    const { code, err } = await box.bulla(['recipient', 'rename', 'prod', 'production'], { env })
    server.denied.delete('Encrypt')
    expect([code === 0, err]).toEqual([false, expect.stringContaining('the permission kms:Encrypt is missing')])
    expect(box.snapshot()).toEqual(before)
  })
})

describe('the file of a recipient that somebody changed', () => {
  const OTHER = '.bulla/recipients/other.yaml'
  const part = (text: string, field: string) => new RegExp(`${field}: (.*)`).exec(text)?.[1] ?? ''
  const swap = (mine: string, theirs: string, field: string) =>
    mine.replaceAll(new RegExp(`${field}: .*`, 'g'), `${field}: ${part(theirs, field)}`)

  it.for([
    // AWS refuses: another encryption context
    [
      'the ciphertext of another',
      (mine: string, theirs: string) => swap(mine, theirs, 'ciphertext'),
      'could not be unwrapped',
    ],
    ['the payload of another', (mine: string, theirs: string) => swap(mine, theirs, 'payload'), 'does not belong'],
    [
      'ciphertext and payload of another',
      (mine: string, theirs: string) => swap(swap(mine, theirs, 'ciphertext'), theirs, 'payload'),
      'could not be unwrapped',
    ],
    [
      'the public key of another',
      (mine: string, theirs: string) => swap(mine, theirs, 'recipient'),
      'is a copy|could not be unwrapped',
    ],
    ['all that another has', (_: string, theirs: string) => theirs, 'is a copy|could not be unwrapped'],
  ] as const)('to hold %s is refused, and nothing is written', async ([, change, reason], { box }) => {
    await setUp(box)
    await bulla(box, 'recipient', 'create', 'other', '--kms', west)
    box.write(PROD, change(box.read(PROD), box.read(OTHER)))
    await expectRefused(box, reason)
  })

  it.for([
    ['all', (_: string, theirs: string) => theirs],
    ['the public key', (mine: string, theirs: string) => swap(mine, theirs, 'recipient')],
  ] as const)('to hold %s of another, whose file is gone, is refused', async ([, change], { box }) => {
    await setUp(box)
    await bulla(box, 'recipient', 'create', 'other', '--kms', west)
    box.write(PROD, change(box.read(PROD), box.read(OTHER)))
    rmSync(box.path(OTHER))
    await expectRefused(box, 'could not be unwrapped')
  })

  /** Nothing opens what is sealed to it, and nothing wraps it anew. */
  async function expectRefused(box: Sandbox, reason: string): Promise<void> {
    box.write('.sops.yaml', `creation_rules:\n  - age: ${part(box.read(PROD), 'recipient')}\n`)
    // sealing asks nobody: it is opening that finds out
    box.write('b.yaml', PLAIN)
    await box.bulla(['encrypt', '-i', 'b.yaml'], { env })
    const before = box.snapshot()
    for (const args of [
      ['decrypt', '--output', 'out.yaml', 'b.yaml'],
      ['recipient', 'rename', 'prod', 'production'],
      ['recipient', 'wrap', 'prod', '--kms', server.createKey('us-east-1')],
    ]) {
      const { code, out, err } = await box.bulla(args, { env })
      const refused = [args.join(' '), false, '', expect.stringMatching(reason)]
      expect([args.join(' '), code === 0, out, err]).toEqual(refused)
      expectNoSecret(err)
    }
    expect(box.snapshot()).toEqual(before)
  }
})
