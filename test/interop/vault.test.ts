import { afterAll, beforeAll, describe, expect } from 'vitest'
import { findJudge, withJudge } from '../helpers/judges.ts'
import { it } from '../helpers/sandbox.ts'
import { OpenBao } from '../helpers/servers/openbao.ts'
import { FakeVault } from '../helpers/servers/vault.ts'

/** Where keys are, whoever serves them. */
interface Vault {
  readonly origin: string
  readonly token: string
  createKey(name: string, type?: 'aes256-gcm96' | 'rsa-2048'): Promise<void>
  stop(): void | Promise<void>
}

async function loopback(): Promise<Vault> {
  const vault = await FakeVault.start()
  const { server, token } = vault
  return { origin: server.origin, token, createKey: (...key) => vault.createKey(...key), stop: () => server.stop() }
}

const servers: [string, boolean, () => Promise<Vault>][] = [
  [withJudge('a Vault on loopback', 'sops'), findJudge('sops') === undefined, loopback],
  [
    withJudge('a real OpenBao', 'sops', 'bao'),
    findJudge('sops') === undefined || findJudge('bao') === undefined,
    () => OpenBao.start(),
  ],
]

describe.each(servers)('with %s', (_, isSkipped, start) => {
  describe.skipIf(isSkipped)('and the real sops', () => {
    let vault: Vault
    const env = () => ({ VAULT_ADDR: vault.origin, VAULT_TOKEN: vault.token, SOPS_AGE_KEY_FILE: undefined })
    const key = (name: string) => `${vault.origin}/v1/transit/keys/${name}`

    beforeAll(async () => {
      vault = await start()
      await vault.createKey('aes')
      await vault.createKey('rsa', 'rsa-2048')
    })
    afterAll(() => vault?.stop())

    it.for(['aes', 'rsa'])('files of either are opened by the other (%s)', async (name, { box }) => {
      const plain = '# note\na: one\nb:\n    - 2\n'
      for (const [sealer, opener] of [
        ['sops', 'bulla'],
        ['bulla', 'sops'],
      ] as const) {
        box.write('file.yaml', plain)
        const sealed = await box[sealer](['encrypt', '--hc-vault-transit', key(name), '-i', 'file.yaml'], {
          env: env(),
        })
        expect(sealed).toMatchObject({ code: 0 })
        expect(box.read('file.yaml')).toContain(`vault_address: ${vault.origin}`)
        expect(await box[opener](['decrypt', 'file.yaml'], { env: env() })).toMatchObject({ code: 0, out: plain })
      }
    })

    it('files with key groups of both kinds need both', async ({ box }) => {
      box.write(
        '.sops.yaml',
        `creation_rules:\n  - key_groups:\n      - age: [${box.recipient}]\n      - hc_vault: ["${key('aes')}"]\n    shamir_threshold: 2\n`,
      )
      const both = { ...env(), SOPS_AGE_KEY_FILE: box.keyFile }
      for (const [sealer, opener] of [
        ['sops', 'bulla'],
        ['bulla', 'sops'],
      ] as const) {
        box.write('file.json', '{"a": "one"}')
        expect(await box[sealer](['encrypt', '-i', 'file.json'], { env: both })).toMatchObject({ code: 0 })
        const opened = await box[opener](['decrypt', 'file.json'], { env: both })
        expect({ ...opened, out: JSON.parse(opened.out) }).toMatchObject({ code: 0, out: { a: 'one' } })
        const one = await box.bulla(['decrypt', 'file.json'], { env: env() })
        expect(one).toMatchObject({ code: 128, out: '' })
      }
    })

    it('a file is rotated to a new data key that sops opens', async ({ box }) => {
      box.write('file.yaml', 'a: one\n')
      await box.sops(['encrypt', '--hc-vault-transit', key('aes'), '-i', 'file.yaml'], { env: env() })
      const before = box.read('file.yaml')
      expect(await box.bulla(['rotate', '-i', 'file.yaml'], { env: env() })).toMatchObject({ code: 0 })
      expect(box.read('file.yaml')).not.toBe(before)
      expect(await box.sops(['decrypt', 'file.yaml'], { env: env() })).toMatchObject({ code: 0, out: 'a: one\n' })
    })
  })
})
