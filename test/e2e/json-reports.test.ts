import { rmSync } from 'node:fs'
import { describe, expect } from 'vitest'
import { newIdentity } from '../helpers/age.ts'
import { expectNoSecret, MARKER } from '../helpers/canary.ts'
import { readReport } from '../helpers/reports.ts'
import { it, type Sandbox } from '../helpers/sandbox.ts'
import { FakeVault } from '../helpers/servers/vault.ts'

type Name = Parameters<typeof readReport>[0]

/** What a command prints, which must fit its schema, whatever its exit code. */
async function report(box: Sandbox, name: Name, args: readonly string[], env: Record<string, string | undefined> = {}) {
  const { out } = await box.bulla(args, { env })
  expectNoSecret(out)
  return readReport(name, out)
}

describe('what commands print as JSON is as its schema says', () => {
  it('explain: sealed, plain, damaged, by another rule than it has, by none, with groups', async ({ box }) => {
    const [bob, carol] = [newIdentity(), newIdentity()]
    await box.seal({ 'a.yaml': `a: ${MARKER}\n`, 'b.bin': MARKER, 'c.json': `{"a": "${MARKER}"}` })
    box.write('.bulla/recipients/carol.yaml', `recipient: ${carol.recipient}\n`)
    const groups = `- path_regex: ^g/\n    shamir_threshold: 2\n    key_groups:\n      - age: [${box.recipient}]\n      - age: [${carol.recipient}]\n`
    const others = `- path_regex: \\.(yaml|bin|json)$\n    encrypted_regex: ^a$\n    age: ${bob.recipient}\n`
    box.write('.sops.yaml', `creation_rules:\n  ${groups}  ${others}`)
    box.write('g/d.env', `A=${MARKER}\n`)
    await box.bulla(['encrypt', '-i', 'g/d.env'])
    box.write('plain.yaml', `a: ${MARKER}\nb: 1\n`)
    box.write('no-rule.ini', `[a]\nb = ${MARKER}\n`)
    box.write('damaged.yaml', box.read('a.yaml').replace('lastmodified:', 'lastmodified: ['))
    const names = ['a.yaml', 'b.bin', 'c.json', 'g/d.env', 'plain.yaml', 'no-rule.ini', 'damaged.yaml']
    const found = await report(box, 'explain-report', ['explain', '--json', ...names])
    expect(found).toMatchObject({
      files: expect.arrayContaining([
        expect.objectContaining({ file: box.path('g/d.env'), state: 'sealed' }),
        expect.objectContaining({ file: box.path('no-rule.ini'), problem: expect.any(String) }),
      ]),
      failures: [{ code: expect.stringMatching(/^ERR_/) }],
    })
    await report(box, 'explain-report', ['explain', '--json', '--filename-override', 'new.json'], {
      SOPS_AGE_KEY_CMD: 'false',
    })
  })

  it('doctor: in a repository, without one, without a key', async ({ box }) => {
    expect(await report(box, 'doctor-report', ['doctor', '--json'])).toMatchObject({ fine: expect.any(Boolean) })
    await box.git('init', '-q')
    box.write('.sops.yaml', 'creation_rules: 1\n')
    const found = await report(box, 'doctor-report', ['doctor', '--json'], { SOPS_AGE_KEY_FILE: undefined })
    expect(found).toMatchObject({ fine: false })
  })

  it('recipient: every verb that has it', async ({ box }) => {
    const vault = await FakeVault.start()
    try {
      await vault.createKey('k')
      await vault.createKey('l')
      const env = { VAULT_ADDR: vault.server.origin, VAULT_TOKEN: vault.token }
      const key = (name: string) => ['--hc-vault-transit', `${vault.server.origin}/v1/transit/keys/${name}`]
      const recipient = (...args: readonly string[]) => report(box, 'recipient-report', ['recipient', ...args], env)
      await box.git('init', '-q')
      await box.bulla(['recipient', 'create', 'prod', ...key('k')], { env })
      box.write('.bulla/recipients/broken.yaml', 'recipient: 1\n')
      expect(await recipient('list', '--json')).toMatchObject({ recipients: [{ name: 'prod' }], problems: [{}] })
      rmSync(box.path('.bulla/recipients/broken.yaml'))
      expect(await recipient('show', 'prod', '--json')).toMatchObject({ kind: 'machine' })
      expect(await recipient('wrap', 'prod', '--json', ...key('l'))).toMatchObject([{ how: 'added' }])
      expect(await recipient('rewrap', '--all', '--dry-run', '--json')).toMatchObject([{ how: 'planned' }, {}])
      await box.seal({ 'a.yaml': `a: ${MARKER}\n` })
      expect(await recipient('grant', '--apply', '--yes', '--json', 'prod', 'a.yaml')).toMatchObject({
        files_written: 1,
      })
      await box.git('add', '-A')
      await box.git('commit', '-q', '-m', 'start')
      expect(await recipient('rotate', 'prod', '--dry-run', '--json')).toMatchObject({ files_written: 0 })
      expect(await recipient('rotate', 'prod', '--yes', '--json')).toMatchObject({ files_written: 1, isResumed: false })
      const dropped = await recipient('rotate', 'prod', '--drop-previous', '--yes', '--json')
      expect(dropped).toMatchObject({ written: true })
      expect(await recipient('ungrant', '--json', 'prod', 'a.yaml')).toMatchObject({ verb: 'ungrant' })
    } finally {
      await vault.server.stop()
    }
  })

  it('check and scan: with findings, with none, with repairs', async ({ box }) => {
    await box.git('init', '-q')
    await box.seal({ 'a.yaml': `a: ${MARKER}\n` })
    await box.git('add', '-A')
    expect(await report(box, 'check-report', ['check', '--format', 'json'])).toMatchObject({ findings: [] })
    box.write('b.yaml', `kind: Secret\nstringData:\n  a: ${MARKER}\n`)
    await box.git('add', '-A')
    const key = ['-----BEGIN', 'PRIVATE KEY-----'].join(' ')
    box.write('key.pem', `${key}\n${'MC4CAQAwBQYDK2VwBCIEIFake'.repeat(4)}\n-----END PRIVATE KEY-----\n`)
    await box.git('add', '-A')
    const found = { findings: expect.arrayContaining([expect.objectContaining({ rule: expect.any(String) })]) }
    expect(await report(box, 'check-report', ['check', '--format', 'json'])).toMatchObject(found)
    await report(box, 'check-report', ['check', '--verify', '--fix', '--dry-run', '--format', 'json'])
    expect(await report(box, 'check-report', ['scan', '--format', 'json'])).toMatchObject(found)
    await report(box, 'check-report', ['scan', '--staged', '--format', 'json'])
  })
})
