import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect } from 'vitest'
import { findJudge, withJudge } from '../../helpers/judges.ts'
import { it } from '../../helpers/sandbox.ts'
import { Player, type Row } from './player.ts'
import { COMMAND_LINE } from './rows/command-line.ts'
import { COMMENTS } from './rows/comments.ts'
import { EDITING } from './rows/editing.ts'
import { EXEC } from './rows/exec.ts'
import { FILES } from './rows/files.ts'
import { FINDINGS } from './rows/findings.ts'
import { FLAT } from './rows/flat.ts'
import { JSON_ROWS } from './rows/json.ts'
import { KEYS } from './rows/keys.ts'
import { POLICY } from './rows/policy.ts'
import { READERS } from './rows/readers.ts'
import { VALUES } from './rows/values.ts'
import { YAML } from './rows/yaml.ts'

const ROWS: readonly Row[] = [
  ...FILES,
  ...JSON_ROWS,
  ...YAML,
  ...COMMENTS,
  ...FLAT,
  ...KEYS,
  ...POLICY,
  ...COMMAND_LINE,
  ...EDITING,
  ...VALUES,
  ...READERS,
  ...EXEC,
  ...FINDINGS,
]

/** Rows of the document that are not run here, and why. */
const NOT_HERE: Readonly<Record<string, string>> = {
  X5: 'sops waits for ever; ours is in test/e2e/exec-file.test.ts',
  X6: 'sops leaves a program behind; ours is in test/e2e/exec.test.ts and exec-file.test.ts',
  A10: 'permissions mean nothing to root: test/e2e/writing.test.ts',
  K13: 'nobody is called: test/e2e/call-policy.test.ts; what sops calls: test/interop/vault.test.ts',
  K14: 'sops takes minutes; ours is in test/unit/keys/hc-vault/service.test.ts',
  W1: 'test/e2e/aws-kms.test.ts',
  W2: 'test/integration/aws-kms/faults.test.ts',
  W3: 'test/e2e/aws-credentials.test.ts',
  W4: 'test/unit/keys/aws-kms/encryption-context.test.ts',
  G1: 'sops takes minutes; ours is in test/unit/keys/gcp-kms/service.test.ts',
  G2: 'test/unit/keys/gcp-kms/service.test.ts and azure-kv',
  G3: 'needs a cloud that speaks gRPC',
  G4: 'test/e2e/hostile.test.ts',
  G5: 'nobody is called: test/e2e/call-policy.test.ts',
  G6: 'test/e2e/call-policy.test.ts',
  G7: 'test/interop/azure-kv.test.ts',
  G8: 'test/unit/keys/gcp-kms/parts.test.ts',
  G9: 'needs a certificate that Azure trusts',
  F1: 'of sops 3.13.2: fixtures/sops',
  F2: 'row C6',
  F3: 'row Y10; of JSON in fixtures/sops',
  F4: 'of sops 3.9.4: fixtures/sops',
  F5: 'of sops 3.12.2: fixtures/sops',
  F6: 'of sops 3.13.0: fixtures/sops',
  F7: 'of sops 3.9.4: fixtures/sops',
  F11: 'test/unit/crypto/cipher.test.ts has values with IVs of all lengths',
  F14: 'of sops 3.12.2: fixtures/sops',
}

describe('docs/compat.md', () => {
  const document = readFileSync(resolve(import.meta.dirname, '../../../docs/compat.md'), 'utf8')
  const starts = document.split('\n').flatMap((line) => /^\| [A-Z][0-9]+ \| .+? \| /.exec(line)?.[0] ?? [])
  const idOf = (start: string) => start.split(' ')[1] ?? ''

  it('has every row that is run here, in these words', () => {
    const missing = ROWS.map(({ id, what }) => `| ${id} | ${what} | `).filter((start) => !starts.includes(start))
    expect(missing).toEqual([])
  })

  it('has no row that is not run, but for those that are listed with a reason', () => {
    const known = new Set([...ROWS.map(({ id }) => id), ...Object.keys(NOT_HERE)])
    expect(starts.map(idOf).filter((id) => !known.has(id))).toEqual([])
    expect(Object.keys(NOT_HERE).filter((id) => ROWS.some((row) => row.id === id))).toEqual([])
  })

  it('numbers its rows without gaps', () => {
    const ids = starts.map(idOf)
    const last = new Map<string, number>()
    for (const id of ids) last.set(id.slice(0, 1), (last.get(id.slice(0, 1)) ?? 0) + 1)
    expect(ids).toEqual(
      [...last].flatMap(([letter, count]) => Array.from({ length: count }, (_, i) => letter + (i + 1))),
    )
  })
})

describe.skipIf(findJudge('sops') === undefined).concurrent(withJudge('differences to sops', 'sops'), () => {
  for (const { id, what, see, sops, bulla } of ROWS) {
    it(`${id}: ${what}`, async ({ box }) => {
      const [theirs, ours] = await Promise.all([see(new Player('sops', box)), see(new Player('bulla', box))])
      expect({ sops: theirs, bulla: ours }).toEqual({ sops, bulla })
    })
  }
})
