import { describe, expect } from 'vitest'
import { newIdentity } from '../helpers/age.ts'
import { it, type Sandbox } from '../helpers/sandbox.ts'

const [alice, deploy] = [newIdentity(), newIdentity()]
const POLICY = (prod: string) => `# who reads what
creation_rules:
  - path_regex: ^prod/   # production
    age:
      - ME # me
${prod}
  # everything else
  - age: >-
      ME
`

/** A repository with two rules and three sealed files. */
async function repository(box: Sandbox): Promise<void> {
  box.write('.bulla/recipients/alice.yaml', `recipient: ${alice.recipient}\n`)
  box.write('.bulla/recipients/deploy.yaml', `recipient: ${deploy.recipient}\n`)
  box.write('.sops.yaml', policy(box, ''))
  for (const name of ['prod/a.yaml', 'prod/b.env', 'dev/c.json']) box.write(name, FILES[name] ?? '')
  box.write('prod/readme.md', 'nothing sealed\n')
  await box.bulla(['encrypt', '-i', 'prod/a.yaml', 'prod/b.env', 'dev/c.json'])
}

const FILES: Readonly<Record<string, string>> = {
  'prod/a.yaml': 'a: secret\n',
  'prod/b.env': 'A=secret\n',
  'dev/c.json': '{"a": "secret"}\n',
}
const policy = (box: Sandbox, prod: string) => POLICY(prod).replaceAll('ME', box.recipient)
const opens = async (box: Sandbox, name: string, identity: string) => {
  const env = { SOPS_AGE_KEY_FILE: undefined, SOPS_AGE_KEY: identity }
  return (await box.bulla(['decrypt', name], { env })).code === 0
}

describe('recipient grant', () => {
  it('changes a rule of the policy, and says which sealed files need updatekeys', async ({ box }) => {
    await repository(box)
    const before = box.snapshot()

    const plan = await box.bulla(['recipient', 'grant', '--dry-run', 'deploy', 'prod/a.yaml'])
    expect(plan).toMatchObject({ code: 0, err: '' })
    expect(plan.out).toBe(
      '.sops.yaml: rule 1 (^prod/) would name deploy\n2 sealed files need updatekeys (or --apply):\n  prod/a.yaml\n  prod/b.env\n',
    )
    expect(box.snapshot()).toEqual(before)

    // no identity is needed for this
    const done = await box.bulla(['recipient', 'grant', 'deploy', '^prod/'], { env: { SOPS_AGE_KEY_FILE: undefined } })
    expect(done).toMatchObject({ code: 0, err: '', out: plan.out.replace('would name', 'names') })
    expect(box.read('.sops.yaml')).toBe(policy(box, `      - ${deploy.recipient} # deploy\n`))
    expect({ ...box.snapshot(), '.sops.yaml': '' }).toEqual({ ...before, '.sops.yaml': '' })
    expect(await opens(box, 'prod/a.yaml', deploy.identity)).toBe(false)

    expect((await box.bulla(['updatekeys', '-y', '-q', 'prod'])).code).toBe(0)
    expect(await opens(box, 'prod/a.yaml', deploy.identity)).toBe(true)
    expect((await box.bulla(['recipient', 'grant', 'deploy', 'rule 1'])).out).toBe(
      '.sops.yaml: rule 1 (^prod/) names deploy already\n',
    )
  })

  it('says that a checkout of a part does not have all files', async ({ box }) => {
    await repository(box)
    await box.git('init', '--quiet')
    await box.git('add', '--all')
    await box.git('commit', '--quiet', '--message', 'all')
    await box.git('sparse-checkout', 'set', '.bulla', 'prod')
    expect(box.has('dev/c.json')).toBe(false)
    for (const args of [
      ['grant', 'alice', 'rule 2', '--apply', '--yes'],
      ['rotate', 'deploy', newIdentity().recipient, '--yes'],
    ]) {
      const { code, err } = await box.bulla(['recipient', ...args])
      expect([code, err]).toEqual([0, expect.stringContaining('this checkout is sparse')])
    }
  })

  it('leaves files to a policy that is nearer to them: whom that does not name gets nothing', async ({ box }) => {
    await repository(box)
    box.write('dev/.sops.yaml', policy(box, '').replace('^prod/', '^own/'))
    const dev = box.read('dev/c.json')
    const done = await box.bulla(['recipient', 'grant', '--apply', '--yes', 'alice', 'rule 2'])
    expect(done).toMatchObject({ code: 0, out: '.sops.yaml: rule 2 names alice\n' })
    expect(box.read('dev/c.json')).toBe(dev)
    expect(await opens(box, 'dev/c.json', alice.identity)).toBe(false)

    const own = await box.bulla(['recipient', 'grant', '--apply', '--yes', 'deploy', 'dev/c.json'])
    expect(own).toMatchObject({ code: 0, out: expect.stringContaining('dev/.sops.yaml: rule 2 names deploy\n') })
    expect(await opens(box, 'dev/c.json', deploy.identity)).toBe(true)
    expect(box.read('.sops.yaml')).not.toContain(deploy.recipient)

    await box.bulla(['recipient', 'grant', '--apply', '--yes', '--config', '.sops.yaml', 'alice', 'rule 2'])
    expect(await opens(box, 'dev/c.json', alice.identity)).toBe(true)
  })

  it('gives the sealed files of the rule their new readers too, and no others', async ({ box }) => {
    await repository(box)
    const dev = box.read('dev/c.json')
    const done = await box.bulla(['recipient', 'grant', '--apply', '--yes', '--quiet', 'alice', 'rule 1'])
    expect(done).toMatchObject({
      code: 0,
      err: '',
      out: '.sops.yaml: rule 1 (^prod/) names alice\n2 sealed files changed:\n  prod/a.yaml\n  prod/b.env\n',
    })
    expect(await opens(box, 'prod/a.yaml', alice.identity)).toBe(true)
    expect(await opens(box, 'prod/b.env', alice.identity)).toBe(true)
    expect(box.read('dev/c.json')).toBe(dev)

    const gone = await box.bulla(['recipient', 'ungrant', '--apply', '-y', 'alice', 'prod/a.yaml'])
    expect(gone.code).toBe(0)
    expect(gone.err).toContain('rotate these files too')
    expect(box.read('.sops.yaml')).toBe(policy(box, ''))
    expect(await opens(box, 'prod/a.yaml', alice.identity)).toBe(false)
  })

  it('writes nothing when a file cannot be opened, or nobody says yes', async ({ box }) => {
    await repository(box)
    const before = box.snapshot()
    const args = ['recipient', 'grant', '--apply', 'alice', 'rule 1']
    const unasked = await box.bulla(args)
    expect(unasked).toMatchObject({ code: 1 })
    const env = { SOPS_AGE_KEY_FILE: undefined }
    expect((await box.bulla([...args, '--yes'], { env })).code).toBe(128)
    expect(box.snapshot()).toEqual(before)
  })

  it.for([['--yes'], ['--apply', '--yes']])(
    'takes out the last reader when told so: its files stay as they are (%s)',
    async (how, { box }) => {
      await repository(box)
      const dev = box.read('dev/c.json')
      const done = await box.bulla(['recipient', 'ungrant', box.recipient, 'rule 2', '--allow-empty', ...how])
      expect(done).toMatchObject({
        code: 0,
        out: expect.stringMatching(/^\.sops\.yaml: rule 2 .*no longer names .*\n$/),
      })
      expect(done.err).toContain(
        'rule 2 names nobody now: nothing can be sealed by the rule, and its sealed files keep their readers',
      )
      expect(box.read('.sops.yaml').match(/age1/g)).toHaveLength(1)
      expect(box.read('dev/c.json')).toBe(dev)
    },
  )

  it('says which part of a rule names nobody when one of its key groups is empty', async ({ box }) => {
    const groups = `      - age: [${box.recipient}]\n      - age: [${alice.recipient}]\n`
    box.write('.sops.yaml', `creation_rules:\n  - key_groups:\n${groups}`)
    const words = ['recipient', 'ungrant', alice.recipient, 'rule 1', '--group', '1', '--allow-empty', '--yes']
    expect(await box.bulla(words)).toMatchObject({
      code: 0,
      err: expect.stringContaining('a key group of rule 1 names nobody now: nothing can be sealed by the rule'),
    })
  })

  it('refuses what is not clear', async ({ box }) => {
    await repository(box)
    const before = box.snapshot()
    for (const [args, code, said] of [
      [['grant', 'alcie', 'rule 1'], 1, 'did you mean alice?'],
      [['grant', 'alice', 'rule 3'], 1, 'the last one is rule 2'],
      [['grant', 'alice', 'prod'], 1, 'files of a folder may have different rules'],
      [['grant', 'alice', '^prd/'], 100, 'there is no such file, and no rule has this path_regex'],
      [['grant', 'alice'], 1, 'recipient grant needs a name and what it is about'],
      [['ungrant', box.recipient, 'rule 2'], 1, 'it is the last key of rule 2: nobody'],
      [['grnat', 'alice', 'rule 1'], 1, 'did you mean grant?'],
    ] as const) {
      const { code: found, out, err } = await box.bulla(['recipient', ...args])
      expect({ args, found, out }).toEqual({ args, found: code, out: '' })
      expect(err).toContain(said)
    }
    expect(box.snapshot()).toEqual(before)
  })

  it('tells programs what was done', async ({ box }) => {
    await repository(box)
    const { code, out } = await box.bulla(['recipient', 'grant', '--json', 'deploy', 'rule 1'])
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual({
      verb: 'grant',
      name: 'deploy',
      policy: box.path('.sops.yaml'),
      rule: 1,
      path_regex: '^prod/',
      keys: [deploy.recipient],
      also_rules: [],
      policy_changes: true,
      policy_written: true,
      files: [box.path('prod/a.yaml'), box.path('prod/b.env')],
      files_written: 0,
      failures: [],
    })
  })
})
