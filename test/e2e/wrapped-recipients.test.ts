import { afterAll, beforeAll, describe, expect } from 'vitest'
import { expectNoSecret } from '../helpers/canary.ts'
import { it, type Sandbox } from '../helpers/sandbox.ts'
import { FakeVault } from '../helpers/servers/vault.ts'

const FILES = 1000

let vault: FakeVault
beforeAll(async () => {
  vault = await FakeVault.start()
  await vault.createKey('k')
  await vault.createKey('rsa', 'rsa-2048')
})
afterAll(() => vault?.server.stop())

/** The only identity of this machine is the one that the service wraps. */
const env = () => ({ VAULT_ADDR: vault.server.origin, VAULT_TOKEN: vault.token, SOPS_AGE_KEY_FILE: undefined })
const key = (name = 'k') => ['--hc-vault-transit', `${vault.server.origin}/v1/transit/keys/${name}`]

async function callsOf(act: () => Promise<unknown>): Promise<number> {
  const before = vault.server.requests.length
  await act()
  return vault.server.requests.length - before
}

async function createProd(box: Sandbox, ...keys: readonly string[]): Promise<void> {
  const made = await box.bulla(['recipient', 'create', 'prod-deploy', ...keys], { env: env() })
  expect(made).toMatchObject({ code: 0, out: '' })
  const { out } = await box.bulla(['recipient', 'show', 'prod-deploy', '--json'])
  box.write('.sops.yaml', `creation_rules:\n  - age: ${JSON.parse(out).keys[0].recipient}\n`)
}

describe('a recipient whose identity a service wraps', () => {
  it('costs one call for a thousand files, and none for sealing them, also without a network', async ({ box }) => {
    await createProd(box, ...key())
    for (let index = 0; index < FILES; index += 1) box.write(`plain/${index}.yaml`, `a: C4N4RY-${index}\nb: 2\n`)
    const unreachable = { ...env(), VAULT_ADDR: 'http://127.0.0.1:1', VAULT_TOKEN: undefined }
    const sealing = () => box.bulla(['encrypt', '--in-place', '--quiet', 'plain'], { env: unreachable })
    expect(
      await callsOf(async () => {
        expect(await sealing()).toMatchObject({ code: 0, err: '' })
      }),
    ).toBe(0)
    expect(
      await callsOf(async () => {
        const opening = box.bulla(['decrypt', '--quiet', '--output-dir', 'opened', 'plain'], { env: env() })
        expect(await opening).toMatchObject({ code: 0, err: '' })
      }),
    ).toBe(1)
    expect(box.read(`opened/${FILES - 1}.yaml`)).toBe(`a: C4N4RY-${FILES - 1}\nb: 2\n`)
  })

  it('is asked for nothing by what only looks', async ({ box }) => {
    await createProd(box, ...key())
    box.write('a.yaml', 'a: 1\n')
    await box.bulla(['encrypt', '-i', 'a.yaml'], { env: env() })
    const looking = [
      ['ls', 'a.yaml'],
      ['explain', 'a.yaml'],
      ['filestatus', 'a.yaml'],
      ['recipient', 'list'],
      ['recipient', 'show', 'prod-deploy'],
      ['updatekeys', '--dry-run', 'a.yaml'],
      ['recipient', 'rewrap', '--all', '--dry-run'],
    ]
    for (const args of looking) {
      expect(
        await callsOf(async () => {
          expect((await box.bulla(args, { env: env() })).code, args.join(' ')).toBe(0)
        }),
      ).toBe(0)
    }
  })

  it('is asked for nothing when a committed version could be reused', async ({ box }) => {
    await createProd(box, ...key())
    box.write('a.yaml', 'a: 1\n')
    await box.git('init', '--quiet')
    await box.bulla(['encrypt', '-i', 'a.yaml'], { env: env() })
    await box.git('add', '.')
    box.write('a.yaml', 'a: 2\n')
    expect(
      await callsOf(async () => {
        const { code, err } = await box.bulla(['encrypt', '-i', 'a.yaml'], { env: env() })
        expect(code).toBe(0)
        expect(err).toContain('new data key')
      }),
    ).toBe(0)
  })

  it('is opened by the second key when the first is refused, and says why when none opens it', async ({ box }) => {
    await createProd(box, ...key('k'), ...key('rsa'))
    box.write('a.yaml', 'a: C4N4RY-value\n')
    await box.bulla(['encrypt', '-i', 'a.yaml'], { env: env() })
    const file = '.bulla/recipients/prod-deploy.yaml'
    const good = box.read(file)
    // the ciphertext of a key that is not the one it names
    box.write(file, good.replace('key_name: k\n', 'key_name: gone\n'))
    expect(await box.bulla(['decrypt', 'a.yaml'], { env: env() })).toMatchObject({ code: 0, out: 'a: C4N4RY-value\n' })
    const { code, out, err } = await box.bulla(['decrypt', 'a.yaml'], { env: { ...env(), VAULT_TOKEN: 'wrong' } })
    expect({ code, out }).toEqual({ code: 128, out: '' })
    expect(err.match(/transit\/keys\/(gone|rsa): /g)).toHaveLength(2)
    expectNoSecret(err, vault.token)
  })

  it('is refused when somebody put the wrapping of another one into its file', async ({ box }) => {
    await createProd(box, ...key('rsa'))
    const created = await box.bulla(['recipient', 'create', 'other', ...key('rsa')], { env: env() })
    expect(created.code).toBe(0)
    const [prod, other] = ['prod-deploy', 'other'].map((name) => `.bulla/recipients/${name}.yaml`)
    box.write('a.yaml', 'a: C4N4RY-value\n')
    await box.bulla(['encrypt', '-i', 'a.yaml'], { env: env() })
    const wrapping = (text: string) => text.slice(text.indexOf('identity:'))
    const mine = box.read(prod ?? '')
    box.write(prod ?? '', mine.replace(wrapping(mine), wrapping(box.read(other ?? ''))))
    const { code, out, err } = await box.bulla(['decrypt', 'a.yaml'], { env: env() })
    expect({ code, out }).toEqual({ code: 128, out: '' })
    expect(err).toContain('does not belong to this recipient')
    expect(err).toContain('prod-deploy.yaml')
  })

  it('is moved, wrapped anew and renamed without touching a sealed file', async ({ box }) => {
    await createProd(box, ...key())
    box.write('a.yaml', 'a: 1\n')
    await box.bulla(['encrypt', '-i', 'a.yaml'], { env: env() })
    const sealed = box.read('a.yaml')
    const steps = [
      ['recipient', 'wrap', 'prod-deploy', ...key('rsa')],
      ['recipient', 'rewrap', 'prod-deploy'],
      ['recipient', 'rename', 'prod-deploy', 'production'],
    ]
    for (const args of steps) expect((await box.bulla(args, { env: env() })).code, args.join(' ')).toBe(0)
    expect(await box.bulla(['decrypt', 'a.yaml'], { env: env() })).toMatchObject({ code: 0, out: 'a: 1\n' })
    expect(box.read('a.yaml')).toBe(sealed)
    expect(box.has('.bulla/recipients/prod-deploy.yaml')).toBe(false)
  })
})
