import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { MARKER } from '../helpers/canary.ts'
import { findJudge, withJudge } from '../helpers/judges.ts'
import { Sandbox } from '../helpers/sandbox.ts'
import { AwsKmsServer } from '../helpers/servers/aws-kms.ts'

const ROLE = 'arn:aws:iam::210987654321:role/deploy'
const PLAIN = `# of the team\ndb:\n    password: ${MARKER}-hunter2\n    port: 5432\n`

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
  env = {
    ...server.credentials(),
    AWS_ENDPOINT_URL: server.http.origin,
    AWS_EC2_METADATA_DISABLED: 'true',
    SOPS_AGE_KEY_FILE: undefined,
  }
})
afterEach(() => sandbox.dispose())
afterAll(async () => await server.stop())

const program = { sops: sandboxRun('sops'), bulla: sandboxRun('bulla') }
function sandboxRun(name: 'sops' | 'bulla') {
  return async (...args: readonly string[]) => {
    const outcome = await sandbox[name](args, { env })
    expect([outcome.err, outcome.code]).toEqual([name === 'bulla' ? '' : expect.any(String), 0])
    return outcome.out
  }
}

const directions = [
  ['sops', 'bulla'],
  ['bulla', 'sops'],
  ['bulla', 'bulla'],
] as const

describe.skipIf(findJudge('sops') === undefined)(withJudge('keys of AWS KMS', 'sops'), () => {
  const region = 'eu-west-1'

  it.each(directions)('wrapped by %s open with %s', async (writer, reader) => {
    sandbox.write('a.yaml', PLAIN)
    await program[writer]('--encrypt', '--in-place', '--kms', server.createKey(region), 'a.yaml')
    expect(sandbox.read('a.yaml')).not.toContain(MARKER)
    expect(await program[reader]('--decrypt', 'a.yaml')).toBe(PLAIN)
    expect(server.calls.map(({ operation }) => operation)).toEqual(['Encrypt', 'Decrypt'])
  })

  it.each(directions)(
    'with a role, a context and a session name, wrapped by %s, open with %s',
    async (writer, reader) => {
      const arn = `${server.createKey(region)}+${ROLE}`
      sandbox.write('a.yaml', PLAIN)
      await program[writer]('--encrypt', '-i', '--kms', arn, '--encryption-context', 'env:prod,app:web', 'a.yaml')
      expect(await program[reader]('--decrypt', 'a.yaml')).toBe(PLAIN)
      const [first, encrypt, second, decrypt] = server.calls
      expect([first?.operation, second?.operation]).toEqual(['AssumeRole', 'AssumeRole'])
      expect(first?.session).toBe(second?.session)
      for (const call of [encrypt, decrypt]) expect(call?.context).toEqual({ env: 'prod', app: 'web' })
    },
  )

  it.each(directions)('in key groups with Shamir, wrapped by %s, open with %s', async (writer, reader) => {
    const [a, b, c] = [server.createKey(region), server.createKey('us-east-1'), server.createKey('ap-southeast-2')]
    const group = (arn: string) => `      - kms:\n          - arn: ${arn}\n            context: {env: prod}\n`
    sandbox.write(
      '.sops.yaml',
      `creation_rules:\n  - shamir_threshold: 2\n    key_groups:\n${[a, b, c].map(group).join('')}`,
    )
    sandbox.write('a.yaml', PLAIN)
    await program[writer]('--encrypt', '--in-place', 'a.yaml')
    server.setState(b ?? '', 'Disabled')
    expect(await program[reader]('--decrypt', 'a.yaml')).toBe(PLAIN)
  })

  it('follow the policy: updatekeys adds and removes them, rotate wraps anew', async () => {
    const [old, next] = [server.createKey(region), server.createKey(region)]
    sandbox.write('.sops.yaml', `creation_rules:\n  - kms: ${old}\n`)
    sandbox.write('a.yaml', PLAIN)
    await program.sops('--encrypt', '--in-place', 'a.yaml')
    sandbox.write('.sops.yaml', `creation_rules:\n  - kms: ${next}\n`)
    await sandbox.bulla(['updatekeys', '--yes', 'a.yaml'], { env })
    expect(sandbox.read('a.yaml')).not.toContain(old)
    await program.bulla('rotate', '--in-place', 'a.yaml')
    server.setState(old, 'Disabled')
    expect(await program.sops('--decrypt', 'a.yaml')).toBe(PLAIN)
  })
})
