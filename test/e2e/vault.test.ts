import { afterAll, beforeAll, describe, expect, vi } from 'vitest'
import { expectNoSecret } from '../helpers/canary.ts'
import { COMMAND, it } from '../helpers/sandbox.ts'
import { itStaysClosed } from '../helpers/servers/stays-closed.ts'
import { FakeVault } from '../helpers/servers/vault.ts'

let vault: FakeVault

beforeAll(async () => {
  vault = await FakeVault.start()
})
afterAll(() => vault?.server.stop())

const env = () => ({ VAULT_ADDR: vault.server.origin, VAULT_TOKEN: vault.token, SOPS_AGE_KEY_FILE: undefined })

function rule(): string {
  return `creation_rules:\n  - hc_vault_transit_uri: ${vault.server.origin}/v1/transit/keys/k\n`
}

describe('files sealed by a key of Vault', () => {
  it('are opened again, and cost a call each', async ({ box }) => {
    box.write('.sops.yaml', rule())
    box.write('a.yaml', 'a: 1\n')
    expect(await box.bulla(['encrypt', '-i', 'a.yaml'], { env: env() })).toMatchObject({ code: 0, err: '' })
    const before = vault.server.requests.length
    expect(await box.bulla(['decrypt', 'a.yaml'], { env: env() })).toMatchObject({ code: 0, out: 'a: 1\n', err: '' })
    expect(vault.server.requests.length - before).toBe(1)
  })

  it('ask the proxy of the environment, also for plain HTTP', async ({ box }) => {
    box.write('a.yaml', 'a: 1\n')
    // a proxy for plain HTTP is a server that is asked for whole addresses
    const proxied = { ...env(), HTTP_PROXY: vault.server.origin, VAULT_ADDR: 'http://vault.invalid', NO_PROXY: '' }
    box.write('.sops.yaml', 'creation_rules:\n  - hc_vault_transit_uri: http://vault.invalid/v1/transit/keys/k\n')
    const { code, err } = await box.bulla(['encrypt', '-i', 'a.yaml'], { env: proxied })
    expect(code).not.toBe(0)
    expect(vault.server.requests.at(-1)?.path).toBe('http://vault.invalid/v1/transit/encrypt/k')
    expect(err).toContain('vault.invalid')
  })

  it('never tell the proxy what stays on this machine: it would be a token in clear', async ({ box }) => {
    box.write('.sops.yaml', rule())
    box.write('a.yaml', 'a: 1\n')
    const proxied = { ...env(), HTTP_PROXY: 'http://127.0.0.1:1', ALL_PROXY: 'http://127.0.0.1:1', NO_PROXY: '' }
    expect(await box.bulla(['encrypt', '-i', 'a.yaml'], { env: proxied })).toMatchObject({ code: 0, err: '' })
  })

  itStaysClosed({
    ...{ server: () => vault.server, rule, env, secrets: () => [vault.token] },
    reasons: { refused: 'update on transit/decrypt/k is missing', page: 'cannot be used' },
    always: () => `${vault.server.origin}/v1/transit/keys/k`,
  })

  it('are not written when they cannot be sealed', async ({ box }) => {
    box.write('.sops.yaml', rule())
    box.write('a.yaml', 'a: C4N4RY-value\n')
    const before = box.snapshot()
    const { code, err } = await box.bulla(['encrypt', '-i', 'a.yaml'], { env: { ...env(), VAULT_TOKEN: 'wrong' } })
    expect(code).not.toBe(0)
    expect(err).toContain('update on transit/encrypt/k is missing')
    expectNoSecret(err)
    expect(box.snapshot()).toEqual(before)
  })
})

describe('identities wrapped by a key of Vault', () => {
  it('are rewrapped at once: a Vault that never answers is not waited for by one after the other', async ({ box }) => {
    const key = `${vault.server.origin}/v1/transit/keys/k`
    for (const name of ['a', 'b', 'c']) {
      const made = await box.bulla(['recipient', 'create', name, '--hc-vault-transit', key], { env: env() })
      expect(made.code).toBe(0)
    }
    const before = vault.server.requests.length
    vault.server.failAlways({ kind: 'silence' })
    const { child, outcome } = box.start(process.execPath, [COMMAND, 'recipient', 'rewrap', '--all'], { env: env() })
    await vi.waitFor(() => expect(vault.server.requests.length - before).toBe(3), { timeout: 5_000 })
    child.kill('SIGKILL')
    await outcome
    vault.server.failAlways(undefined)
  })
})
