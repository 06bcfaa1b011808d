import { cpSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { expectNoSecret, MARKER } from '../helpers/canary.ts'
import { COMMAND, Sandbox } from '../helpers/sandbox.ts'
import { AwsKmsServer } from '../helpers/servers/aws-kms.ts'

const ROLE = 'arn:aws:iam::210987654321:role/deploy'
const PLAIN = `db:\n    password: ${MARKER}-hunter2\n    port: 5432\n`

let server: AwsKmsServer
let sandbox: Sandbox
let env: Record<string, string | undefined>

beforeAll(async () => {
  server = await AwsKmsServer.start()
})
beforeEach(() => {
  sandbox = new Sandbox()
  server.calls.length = 0
  server.denied.clear()
  env = { ...server.credentials(), AWS_ENDPOINT_URL: server.http.origin, AWS_EC2_METADATA_DISABLED: 'true' }
})
afterEach(() => sandbox.dispose())
afterAll(async () => await server.stop())

/** Run the command, which must succeed and say nothing. @returns its output */
async function bulla(...args: readonly string[]): Promise<string> {
  const { code, out, err } = await sandbox.bulla(args, { env })
  expect([err, code]).toEqual(['', 0])
  return out
}

describe('the command with keys of AWS KMS', () => {
  const encrypted = async () => {
    const arn = server.createKey('eu-west-1')
    sandbox.write('a.yaml', PLAIN)
    await bulla('--encrypt', '--in-place', '--kms', arn, 'a.yaml')
    return arn
  }

  it('names the key, the region, whose credentials and the permission when it is denied; nothing comes out', async () => {
    const arn = await encrypted()
    server.denied.add('Decrypt')
    const { code, out, err } = await sandbox.bulla(['--decrypt', '--output', 'plain.yaml', 'a.yaml'], { env })
    expect([code, out]).toEqual([128, ''])
    expect(err).toContain(arn)
    expect(err).toContain('region eu-west-1, as the credentials of AWS_ACCESS_KEY_ID')
    expect(err).toContain('the permission kms:Decrypt is missing')
    expect(err).toContain('allow it in the IAM policy of this identity')
    expect(sandbox.has('plain.yaml')).toBe(false)
    expectNoSecret(err, `${env['AWS_SECRET_ACCESS_KEY']}`)
  })

  it('ends at the deadline when nobody answers', async () => {
    await encrypted()
    server.http.failAlways({ kind: 'silence' })
    try {
      const { code, err } = await sandbox.bulla(['--decrypt', 'a.yaml'], { env: { ...env, BULLA_KEY_TIMEOUT: '1' } })
      expect([code, err]).toEqual([128, expect.stringContaining('no answer came in time')])
    } finally {
      server.http.failAlways(undefined)
    }
  })

  it('calls no host that a region in an ARN was made up to reach', async () => {
    for (const region of [
      '127.0.0.1:1/',
      'evil.example#',
      'x@evil.example',
      '169.254.169.254/',
      'eu-west-1.evil.example',
    ]) {
      sandbox.write('a.yaml', PLAIN)
      const { code, err } = await sandbox.bulla(
        ['--encrypt', '-i', '--kms', `arn:aws:kms:${region}:123456789012:key/a`, 'a.yaml'],
        { env: { ...env, ...sandbox.observe(), AWS_ENDPOINT_URL: undefined } },
      )
      expect([code, err]).toEqual([expect.any(Number), expect.stringContaining('not the ARN of an AWS KMS key')])
      expect(code).not.toBe(0)
    }
    expect(sandbox.observed()).toEqual([])
  })

  it('seals to no key, and takes on no role, of an account that is not allowed', async () => {
    const arn = server.createKey('eu-west-1')
    sandbox.write('a.yaml', PLAIN)
    for (const [accounts, key] of [
      ['999999999999', arn],
      ['123456789012', `${arn}+${ROLE}`],
    ] as const) {
      const { code, err } = await sandbox.bulla(['--encrypt', '-i', '--kms', key, 'a.yaml'], {
        env: { ...env, BULLA_ALLOW_ACCOUNTS: accounts },
      })
      expect([code === 0, err]).toEqual([false, expect.stringContaining('not among the accounts that you allow')])
    }
    expect(sandbox.read('a.yaml')).toBe(PLAIN)
    expect(server.calls).toEqual([])
  })

  it('does not need the SDK for files that have none', async () => {
    sandbox.write('a.yaml', PLAIN)
    await bulla('--encrypt', '--in-place', '--age', sandbox.recipient, 'a.yaml')
    const without = join(sandbox.folder, 'cli')
    const left: string[] = []
    cpSync(dirname(COMMAND), without, {
      recursive: true,
      filter: (path) => {
        const isSdk =
          path.includes('chunks') &&
          path.endsWith('.cjs') &&
          /TrentService|AWS4-HMAC|aws-sdk/.test(readFileSync(path, 'utf8'))
        if (isSdk) left.push(path)
        return !isSdk
      },
    })
    expect(left.length).toBeGreaterThan(1)
    const { out, err } = await sandbox.run(process.execPath, [join(without, 'main.cjs'), '--decrypt', 'a.yaml'], {})
    expect([err, out]).toEqual(['', PLAIN])
  })
})
