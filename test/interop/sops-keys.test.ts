import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openValue, sealValue } from '../../src/crypto/cipher.ts'
import { createDataKey, type DataKey } from '../../src/crypto/data-key.ts'
import { MacDigest, sealMac, verifyMac } from '../../src/crypto/mac.ts'
import { parseSealed } from '../../src/format/enc.ts'
import type { KeyEntry, KeyGroup } from '../../src/format/metadata.ts'
import { AgeProvider } from '../../src/keys/age/provider.ts'
import { Keyring } from '../../src/keys/keyring.ts'
import { fakeEnvironment, newIdentity } from '../helpers/age.ts'
import { findJudge, withJudge } from '../helpers/judges.ts'
import { random } from '../helpers/random.ts'

const sops = findJudge('sops')
const LAST_MODIFIED = '2026-01-02T03:04:05Z'
const VALUES = { a: 'hello', b: 'Zürich', c: 'x'.repeat(1000) }

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulla-sops-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

interface SopsFile {
  readonly sops: {
    readonly age?: readonly AgeEntry[]
    readonly key_groups?: readonly { readonly age: readonly AgeEntry[] }[]
    readonly shamir_threshold?: number
    readonly lastmodified: string
    readonly mac: string
  }
  readonly [key: string]: unknown
}
type AgeEntry = { readonly enc: string; readonly recipient: string }

/** Run sops in a folder of its own, with these identities and nothing of the user's. */
function runSops(
  args: readonly string[],
  identities: readonly string[],
  input: string,
): { status: number | null; stdout: string } {
  const path = join(folder, 'file.json')
  writeFileSync(path, input)
  const env = { HOME: folder, SOPS_AGE_KEY: identities.join('\n'), SOPS_DISABLE_VERSION_CHECK: '1' }
  const { status, stdout } = spawnSync(sops ?? '', [...args, path], { env, cwd: folder, encoding: 'utf8' })
  return { status, stdout }
}

function keyringOf(...identities: readonly string[]): Keyring {
  return new Keyring(
    [new AgeProvider(fakeEnvironment({ variables: { SOPS_AGE_KEY: identities.join(' ') } }), random)],
    random,
  )
}

const plain = (entry: KeyEntry): AgeEntry => ({ enc: entry.enc, recipient: entry.fields['recipient'] ?? '' })
const entry = ({ enc, recipient }: AgeEntry): KeyEntry => ({ type: 'age', enc, fields: { recipient } })

/** A file of sops, put together from our own parts. */
async function seal(groups: readonly (readonly string[])[], shamirThreshold: number): Promise<string> {
  const keyring = keyringOf()
  const dataKey = createDataKey(random)
  const masterKeys = groups.map((group) =>
    group.map((recipient) => keyring.masterKey({ type: 'age', fields: { recipient } })),
  )
  const wrapped = await keyring.wrap({ dataKey, groups: masterKeys, shamirThreshold })
  const digest = new MacDigest(false)
  const sealed = Object.entries(VALUES).map(([key, value]) => {
    digest.add(Buffer.from(value))
    const request = {
      dataKey,
      iv: random(32),
      aad: Buffer.from(`${key}:`),
      plaintext: Buffer.from(value),
      type: 'str' as const,
    }
    return [key, sealValue(request)]
  })
  const [first = []] = wrapped.groups
  const keys =
    wrapped.groups.length === 1
      ? { age: first.map(plain) }
      : {
          key_groups: wrapped.groups.map((group) => ({ age: group.map(plain), hc_vault: [] })),
          shamir_threshold: wrapped.shamirThreshold,
        }
  const mac = sealMac({ dataKey, lastModified: LAST_MODIFIED, digest: digest.finish(), iv: random(32) })
  return JSON.stringify({
    ...Object.fromEntries(sealed),
    sops: { ...keys, lastmodified: LAST_MODIFIED, mac, unencrypted_suffix: '_unencrypted', version: '3.13.3' },
  })
}

function groupsOf({ sops: block }: SopsFile): readonly KeyGroup[] {
  return block.key_groups === undefined
    ? [(block.age ?? []).map(entry)]
    : block.key_groups.map(({ age }) => age.map(entry))
}

/** Open all values and check the mac. */
function open(file: SopsFile, dataKey: DataKey): Record<string, string> {
  const digest = new MacDigest(false)
  const opened = Object.keys(VALUES).map((key): [string, string] => {
    const sealed = parseSealed(String(file[key]))
    if (sealed === undefined) throw new Error('not sealed')
    const plaintext = openValue({ dataKey, sealed, aad: Buffer.from(`${key}:`) })
    digest.add(plaintext)
    return [key, Buffer.from(plaintext).toString('utf8')]
  })
  verifyMac({ dataKey, lastModified: file.sops.lastmodified, mac: file.sops.mac, digest: digest.finish() })
  return Object.fromEntries(opened)
}

describe.skipIf(sops === undefined)(withJudge('with the sops program', 'sops'), () => {
  const [a, b, c] = [newIdentity(), newIdentity(), newIdentity()]

  it('writes files with one group that sops opens, with any of the identities', async () => {
    const file = await seal([[a.recipient, b.recipient]], 0)
    for (const { identity } of [a, b]) {
      const { status, stdout } = runSops(['decrypt'], [identity], file)
      expect([status, status === 0 ? JSON.parse(stdout) : stdout]).toEqual([0, VALUES])
    }
    expect(runSops(['decrypt'], [c.identity], file).status).toBe(128)
  })

  it.each([2, 3, 0])('writes files with three groups and threshold %i that sops opens', async (threshold) => {
    const file = await seal([[a.recipient], [b.recipient], [c.recipient]], threshold)
    const needed = threshold === 0 ? 3 : threshold
    const identities = [c, a, b].slice(0, needed).map(({ identity }) => identity)
    const { status, stdout } = runSops(['decrypt'], identities, file)
    expect([status, status === 0 ? JSON.parse(stdout) : stdout]).toEqual([0, VALUES])
    expect(runSops(['decrypt'], identities.slice(1), file).status).toBe(128)
  })

  it('opens the files of sops with one group', async () => {
    const { stdout } = runSops(['encrypt', '--age', `${a.recipient},${b.recipient}`], [], JSON.stringify(VALUES))
    const file: SopsFile = JSON.parse(stdout)
    const dataKey = await keyringOf(b.identity).unwrap({ groups: groupsOf(file), shamirThreshold: 0 })
    expect(open(file, dataKey)).toEqual(VALUES)
  })

  it.each([2, 3])('opens the files of sops with three groups and threshold %i', async (threshold) => {
    const groups = [a, b, c].map(({ recipient }) => `      - age: ["${recipient}"]`).join('\n')
    const config = join(folder, `sops-${threshold}.yaml`)
    writeFileSync(config, `creation_rules:\n  - shamir_threshold: ${threshold}\n    key_groups:\n${groups}\n`)
    const { stdout } = runSops(['--config', config, 'encrypt'], [], JSON.stringify(VALUES))
    const file: SopsFile = JSON.parse(stdout)
    const keyring = keyringOf(...[c, b, a].slice(0, threshold).map(({ identity }) => identity))
    const request = { groups: groupsOf(file), shamirThreshold: file.sops.shamir_threshold ?? 0 }
    expect(open(file, await keyring.unwrap(request))).toEqual(VALUES)
    const [tooFew] = [keyringOf(...[c, b].slice(0, threshold - 1).map(({ identity }) => identity))]
    await expect(tooFew.unwrap(request)).rejects.toMatchObject({ code: 'ERR_NO_DATA_KEY' })
  })
})
