import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findJudge, withJudge } from '../helpers/judges.ts'

const FIXTURES = resolve(import.meta.dirname, '../../fixtures')
const sops = findJudge('sops')
const alice = readFileSync(join(FIXTURES, 'keys/alice.txt'), 'utf8')
const recipient = /age1\S+/.exec(alice)?.[0] ?? ''

const manifests = readdirSync(join(FIXTURES, 'manifests'), { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => extname(file) !== '' && !file.endsWith('.md') && !file.startsWith('refused/'))

/** Only then do they say something about bulla. */
describe.skipIf(sops === undefined)(withJudge('the manifests', 'sops'), () => {
  let home: string

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'bulla-manifests-'))
  })
  afterAll(() => rmSync(home, { recursive: true, force: true }))

  const run = (...args: string[]) =>
    spawnSync(sops ?? '', args, { cwd: home, env: { HOME: home, SOPS_AGE_KEY: alice }, encoding: 'utf8' })

  it('are many, and of every text format', () => {
    expect(manifests.length).toBeGreaterThan(60)
    expect(new Set(manifests.map((file) => extname(file)))).toEqual(new Set(['.yaml', '.yml', '.json', '.env', '.ini']))
  })

  it.each(manifests)('%s can be sealed by real sops, and opened again', (file) => {
    for (const rule of [[], ['--encrypted-regex', '^never$']]) {
      const name = `file${extname(file)}`
      writeFileSync(join(home, name), readFileSync(join(FIXTURES, 'manifests', file)))
      expect(run('encrypt', '--in-place', '--age', recipient, ...rule, name)).toMatchObject({ status: 0 })
      expect(run('decrypt', name)).toMatchObject({ status: 0 })
    }
  })
})
