import { chmodSync, mkdirSync, statSync } from 'node:fs'
import { describe, expect } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { expectNoSecret } from '../helpers/canary.ts'
import { readReport } from '../helpers/reports.ts'
import { it, type Sandbox } from '../helpers/sandbox.ts'

interface Check {
  readonly name: string
  readonly state: string
  readonly found: string
  readonly todo?: string
}

async function checksOf(box: Sandbox, env: Record<string, string | undefined> = {}) {
  const { code, out, err } = await box.bulla(['doctor', '--json'], { env })
  expect(err).toBe('')
  expectNoSecret(out)
  const { fine, checks } = readReport('doctor-report', out) as { fine: boolean; checks: Check[] } // its schema says so
  expect({ code, fine }).toEqual(fine ? { code: 0, fine } : { code: 1, fine })
  const of = (name: string) => checks.filter((check) => check.name === name)
  return { fine, checks, of }
}

async function setUp(box: Sandbox): Promise<void> {
  box.policy()
  await box.git('init', '-q')
  await box.git('add', '-A')
  await box.git('commit', '-q', '-m', 'start')
}

describe('bulla doctor', () => {
  it('says fine to everything that is set up, with nothing but git started', async ({ box }) => {
    await setUp(box)

    const { code, out, err } = await box.bulla(['doctor'], { env: box.observe() })

    expect({ code, err }).toEqual({ code: 0, err: '' })
    const lines = out.split('\n')
    for (const line of [
      `fine     node: ${process.versions.node}`,
      `fine     bulla: ${packageJson.version}`,
      `fine     repository: ${box.folder}`,
      `fine     keys: SOPS_AGE_KEY_FILE (${box.keyFile}): one key, age ${box.recipient}`,
      `fine     policy: ${box.path('.sops.yaml')}: 1 rule`,
    ]) {
      expect(lines).toContain(line)
    }
    expect(new Set(box.observed())).toEqual(new Set(['run git']))
  })

  it('has something to do for every line that is not fine', async ({ box }) => {
    const { fine, checks, of } = await checksOf(box, { SOPS_AGE_KEY_FILE: '/nowhere/keys.txt' })

    expect(fine).toBe(false)
    for (const { state, todo } of checks) expect(todo !== undefined && todo !== '').toBe(state !== 'fine')
    expect(of('repository')).toMatchObject([{ state: 'note', found: 'none here' }])
    expect(of('policy')).toMatchObject([{ state: 'note', found: 'no .sops.yaml here or above' }])
    expect(of('keys').map(({ found }) => found)).toContain('SOPS_AGE_KEY_FILE: the file it names does not exist')
    expect(of('keys').at(-1)?.found).toMatch(/^no key was found; looked in SOPS_AGE_KEY, /)
  })

  it('finds key files that others may read, and such as lie in the repository', async ({ box }) => {
    await setUp(box)
    chmodSync(box.keyFile, 0o640)
    const loose = await checksOf(box)
    expect(loose.of('keys')).toContainEqual({
      name: 'keys',
      state: 'problem',
      found: `${box.keyFile}: others may use it (640)`,
      todo: `run "chmod 600 ${box.keyFile}"`,
    })

    const file = box.write('keys.txt', `${box.identity}\n`, 0o600)
    const { fine, of } = await checksOf(box, { SOPS_AGE_KEY_FILE: file })
    expect(fine).toBe(true)
    expect(of('keys')).toContainEqual(
      expect.objectContaining({ state: 'note', found: `${file}: lies in the repository` }),
    )
  })

  it('names line and column of what is wrong with the policy, in rules that no file reached yet too', async ({
    box,
  }) => {
    const rules = [
      `creation_rules:\n  - age: ${box.recipient}`,
      '  - path_regex: (a\n    age: age1mistyped',
      '  - path_regex: b',
    ]
    box.write('.sops.yaml', `${rules.join('\n')}\n`)
    const file = box.path('.sops.yaml')

    const { fine, of } = await checksOf(box)

    expect(fine).toBe(false)
    expect(of('policy').map(({ found }) => found)).toEqual([
      `${file}:3: rule 2 is never reached: rule 1 has no path_regex and matches every file`,
      `${file}:3:5: path_regex is not a valid regular expression: (a`,
      `${file}:4:5: the age recipient age1mistyped is mistyped or cut off`,
      `${file}:5: rule 3 is never reached: rule 1 has no path_regex and matches every file`,
      `${file}:5: rule 3 names no keys, or has an empty key group`,
    ])
    box.write('.sops.yaml', 'creation_rules:\n  - path_regx: a\n')
    const [problem] = (await checksOf(box)).of('policy')
    expect(problem).toMatchObject({ state: 'problem', found: expect.stringContaining(`${file}:2:5: unknown field`) })
  })

  it('finds rules that nothing can be sealed by: thresholds, and keys of services', async ({ box }) => {
    const group = `{ age: ['${box.recipient}'] }`
    const rules = [
      `creation_rules:\n  - { path_regex: a, shamir_threshold: 3, key_groups: [${group}, ${group}] }`,
      '  - { path_regex: b, kms: "arn:aws:kms:us-east-1" }',
      '  - { path_regex: c, hc_vault_transit_uri: "https://vault.example/v1/transit/keys/k" }',
    ]
    box.write('.sops.yaml', `${rules.join('\n')}\n`)
    const file = box.path('.sops.yaml')

    const { fine, of } = await checksOf(box)

    expect(fine).toBe(false)
    expect(of('policy').map(({ state, found }) => [state, found])).toEqual([
      ['problem', `${file}:2: rule 1: shamir_threshold is 3, with 2 key groups: it lies between 2 and their number`],
      ['problem', `${file}:3: rule 2: kms arn:aws:kms:us-east-1: it is not the ARN of an AWS KMS key`],
      ['note', expect.stringMatching(/:4: rule 3: hc_vault .*vault\.example/)],
    ])
    const { code, out } = await box.bulla(['explain', '--filename-override', 'a'])
    expect({ code, out }).toMatchObject({ code: 1, out: expect.stringContaining('problem   shamir_threshold is 3') })
  })

  it('notices a clock that is behind the last commit', async ({ box }) => {
    box.policy()
    await box.git('init', '-q')
    const env = { GIT_COMMITTER_DATE: '2090-01-01T00:00:00Z' }
    await box.run('git', ['commit', '-q', '--allow-empty', '-m', 'later'], { env })
    expect((await checksOf(box)).of('clock')).toMatchObject([
      { state: 'problem', found: expect.stringMatching(/but the last commit is from [0-9]+ minutes later$/) },
    ])
  })

  it('works without git, and says what is missed', async ({ box }) => {
    box.policy()
    const { fine, of } = await checksOf(box, { PATH: box.folder })
    expect(fine).toBe(false)
    expect(of('git')).toMatchObject([{ state: 'problem', found: 'not found' }])
  })

  it('names the file in which the launcher keeps compiled code, or why it does not', async ({ box }) => {
    const home = box.path('home')
    mkdirSync(home, { mode: 0o700 })
    const env = { XDG_CACHE_HOME: home, CI: undefined, NODE_DISABLE_COMPILE_CACHE: undefined }
    const [cache] = (await checksOf(box, env)).of('code cache')
    expect(cache?.state).toBe('fine')
    expect(statSync(cache?.found ?? '').size).toBeGreaterThan(1000)

    const off = async (more: Record<string, string | undefined>) =>
      (await checksOf(box, { ...env, ...more })).of('code cache')
    expect(await off({ CI: '1' })).toMatchObject([{ state: 'note', found: 'off: CI is set' }])
    expect(await off({ XDG_CACHE_HOME: '/nowhere' })).toMatchObject([{ found: 'off: /nowhere does not exist' }])
    chmodSync(home, 0o777)
    expect(await off({})).toMatchObject([{ found: `off: ${home} can be written by somebody else` }])
  })

  it('with --quiet only says what is not fine', async ({ box }) => {
    await setUp(box)
    const { code, out } = await box.bulla(['doctor', '--quiet'])
    expect(code).toBe(0)
    expect(out).not.toMatch(/^fine/m)
  })
})
