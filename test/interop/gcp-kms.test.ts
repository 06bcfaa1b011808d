import { afterAll, beforeAll, describe, expect } from 'vitest'
import { findJudge, withJudge } from '../helpers/judges.ts'
import { it } from '../helpers/sandbox.ts'
import { GcpKmsServer, KEY, TOKEN } from '../helpers/servers/gcp-kms.ts'

describe.skipIf(findJudge('sops') === undefined)(
  withJudge('with GCP KMS on loopback and the real sops', 'sops'),
  () => {
    let server: GcpKmsServer
    const env = () => ({
      SOPS_GCP_KMS_ENDPOINT: server.http.origin,
      SOPS_GCP_KMS_CLIENT_TYPE: 'rest',
      GOOGLE_OAUTH_ACCESS_TOKEN: TOKEN,
      SOPS_AGE_KEY_FILE: undefined,
    })

    beforeAll(async () => {
      server = await GcpKmsServer.start()
    })
    afterAll(() => server?.stop())

    it.for([
      ['sops', 'bulla'],
      ['bulla', 'sops'],
    ] as const)('files sealed by %s are opened by %s', async ([sealer, opener], { box }) => {
      const plain = '# note\na: one\nb:\n    - 2\n'
      box.write('file.yaml', plain)
      const sealed = await box[sealer](['encrypt', '--gcp-kms', KEY, '-i', 'file.yaml'], { env: env() })
      expect(sealed).toMatchObject({ code: 0 })
      expect(box.read('file.yaml')).toContain(`resource_id: ${KEY}`)
      const before = server.keyCalls.length
      expect(await box[opener](['decrypt', 'file.yaml'], { env: env() })).toMatchObject({ code: 0, out: plain })
      expect(server.keyCalls.slice(before)).toEqual([`/v1/${KEY}:decrypt`])
    })

    it('a share of a data key, in key groups with age, is opened by the other', async ({ box }) => {
      box.write(
        '.sops.yaml',
        `creation_rules:\n  - key_groups:\n      - age: [${box.recipient}]\n      - gcp_kms: [{ resource_id: ${KEY} }]\n    shamir_threshold: 2\n`,
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
      }
    })

    it('a file is rotated to a new data key that sops opens', async ({ box }) => {
      box.write('file.yaml', 'a: one\n')
      await box.sops(['encrypt', '--gcp-kms', KEY, '-i', 'file.yaml'], { env: env() })
      const before = box.read('file.yaml')
      expect(await box.bulla(['rotate', '-i', 'file.yaml'], { env: env() })).toMatchObject({ code: 0 })
      expect(box.read('file.yaml')).not.toBe(before)
      expect(await box.sops(['decrypt', 'file.yaml'], { env: env() })).toMatchObject({ code: 0, out: 'a: one\n' })
    })
  },
)
