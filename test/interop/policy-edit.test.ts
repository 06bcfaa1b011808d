import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { grantKey, replaceKey, ungrantKey } from '../../src/config/edit/edit-policy.ts'
import { newIdentity } from '../helpers/age.ts'
import { findJudge, withJudge } from '../helpers/judges.ts'

const sops = findJudge('sops')
const [alice, bob, carol] = [newIdentity().recipient, newIdentity().recipient, newIdentity().recipient]

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulla-policy-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** For whom sops seals a file by this policy. */
function readersBySops(policy: Uint8Array): string[] {
  writeFileSync(join(folder, '.sops.yaml'), policy)
  writeFileSync(join(folder, 'f.json'), '{"a":"x"}')
  const env = { HOME: folder, SOPS_DISABLE_VERSION_CHECK: '1' }
  const { status, stdout, stderr } = spawnSync(sops ?? '', ['encrypt', 'f.json'], {
    env,
    cwd: folder,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`sops does not accept the policy: ${stderr}`)
  const found = stdout.matchAll(/"recipient": "(age1[0-9a-z]+)"/g)
  return [...found].map(([, recipient]) => recipient ?? '').sort()
}

const LAYOUTS: Readonly<Record<string, string>> = {
  text: `age: ${alice},${bob}`,
  quoted: `age: "${alice}, ${bob}" # who`,
  folded: `age: >-\n      ${alice},\n      ${bob}`,
  literal: `age: |\n      ${alice},\n      ${bob}`,
  list: `age:\n      - ${alice} # alice\n      - ${bob}`,
  brackets: `age: [ ${alice}, ${bob} ]`,
  groups: `key_groups:\n      - age:\n          - ${alice}\n          - ${bob}`,
}

describe.skipIf(sops === undefined)(withJudge('an edited policy, read by sops', 'sops'), () => {
  it.each(Object.entries(LAYOUTS))('means the same to it: %s', (_, keys) => {
    const bytes = Buffer.from(`# policy\ncreation_rules:\n  - path_regex: f\n    ${keys}\n`)
    const edit = { bytes, path: '/repo/.sops.yaml', rule: 0, group: undefined, name: 'carol' }
    expect(readersBySops(bytes)).toEqual([alice, bob].sort())
    const granted = grantKey({ ...edit, key: carol })
    expect(readersBySops(granted.bytes)).toEqual([alice, bob, carol].sort())
    const taken = ungrantKey({ ...edit, bytes: granted.bytes, key: alice })
    expect(readersBySops(taken.bytes)).toEqual([bob, carol].sort())
    expect(readersBySops(replaceKey({ ...edit, old: bob, key: carol }).bytes)).toEqual([alice, carol].sort())
  })
})
