import { describe, expect } from 'vitest'
import { newIdentity } from '../helpers/age.ts'
import { it, type Sandbox } from '../helpers/sandbox.ts'

/** People with names in the repository. */
function people(box: Sandbox, names: Readonly<Record<string, string>>): void {
  for (const [name, key] of Object.entries(names)) box.write(`.bulla/recipients/${name}.yaml`, `recipient: ${key}\n`)
}

const readersOf = (box: Sandbox, name: string) =>
  [...box.read(name).matchAll(/recipient: (age1[0-9a-z]+)/g)].map(([, key]) => key)
const short = (key: string) => `${key.slice(0, 16)}…`

describe('names of recipients', () => {
  it('stand for keys wherever keys are given', async ({ box }) => {
    const [alice, bob] = [newIdentity().recipient, newIdentity().recipient]
    people(box, { me: box.recipient, alice, bob })
    box.write('a.yaml', 'a: 1\n')

    expect(await box.bulla(['encrypt', '-i', '--age', 'me,alice', 'a.yaml'])).toMatchObject({ code: 0, err: '' })
    expect(readersOf(box, 'a.yaml')).toEqual([box.recipient, alice])

    const rotate = ['rotate', '-i', '--add-age', 'bob', '--rm-age', 'alice', 'a.yaml']
    expect(await box.bulla(rotate)).toMatchObject({ code: 0, err: '' })
    expect(readersOf(box, 'a.yaml')).toEqual([box.recipient, bob])

    const groups = ['groups', 'add', '--file', 'a.yaml', '--age', 'alice', '--shamir-secret-sharing-threshold', '2']
    expect((await box.bulla(groups)).out).toContain(`recipient: ${alice}`)

    box.write('b.yaml', 'b: 1\n')
    const env = { SOPS_AGE_RECIPIENTS: 'bob' }
    expect((await box.bulla(['encrypt', 'b.yaml'], { env })).out).toContain(`recipient: ${bob}`)
  })

  it('that nobody has are refused, with the name that was probably meant', async ({ box }) => {
    people(box, { 'prod-deploy': newIdentity().recipient })
    const sealed = await box.seal({ 'a.yaml': 'a: 1\n' })
    const said = 'there is no recipient named prod-deplay\nbulla: hint: did you mean prod-deploy?\n'
    box.write('plain.yaml', 'a: 1\n')
    for (const args of [
      ['encrypt', '--age', 'prod-deplay', 'plain.yaml'],
      ['rotate', '-i', '--add-age', 'prod-deplay', 'a.yaml'],
      ['rotate', '-i', '--rm-age', 'prod-deplay', 'a.yaml'],
      ['groups', 'add', '-i', '--file', 'a.yaml', '--age', 'prod-deplay'],
    ]) {
      const { code, out, err } = await box.bulla(args)
      expect({ code, out }).toEqual({ code: 1, out: '' })
      expect(err).toContain(said)
    }
    expect(box.read('a.yaml')).toBe(sealed)
  })

  it('are shown beside keys', async ({ box }) => {
    const [alice, bob] = [newIdentity().recipient, newIdentity().recipient]
    people(box, { me: box.recipient, alice, bob })
    await box.seal({ 'a.yaml': 'a: 1\n' })
    box.write('.sops.yaml', `creation_rules:\n  - age: ${alice},${box.recipient}\n`)
    expect((await box.bulla(['updatekeys', '--dry-run', 'a.yaml'])).out).toBe(`a.yaml\n  + alice (${short(alice)})\n`)
    expect((await box.bulla(['explain', 'a.yaml'])).out).toContain(`age ${box.recipient} (me), yours`)
    expect((await box.bulla(['rotate', '-i', '--rm-age', 'bob', 'a.yaml'])).err).toContain(
      `bob (${short(bob)}) could not be removed`,
    )
  })

  it('are shown where no key opens a file', async ({ box }) => {
    const alice = newIdentity().recipient
    people(box, { me: box.recipient, alice })
    box.write('a.yaml', 'a: 1\n')
    await box.bulla(['encrypt', '-i', '--age', `alice,me,${newIdentity().recipient}`, 'a.yaml'])

    const { code, err } = await box.bulla(['decrypt', 'a.yaml'], { env: { SOPS_AGE_KEY_FILE: undefined } })

    expect(code).toBe(128)
    expect(err).toContain(`  alice (${short(alice)}): no key for it was found here\n`)
    expect(err).toContain(`  me (${short(box.recipient)}): no key for it was found here\n`)
    expect(err).toMatch(/\n {2}age age1[0-9a-z]{58}: no key/)
  })

  it('are those of the same tree where readers are not those of the rule', async ({ box }) => {
    const [alice, bob] = [newIdentity().recipient, newIdentity().recipient]
    await box.git('init', '-q')
    people(box, { me: box.recipient, alice })
    box.write('sub/.bulla/recipients/robert.yaml', `recipient: ${bob}\n`)
    box.write('a.yaml', 'a: 1\n')
    box.write('sub/b.yaml', 'b: 1\n')
    await box.bulla(['encrypt', '-i', '--age', `alice,me,${bob}`, 'a.yaml', 'sub/b.yaml'])
    box.write('.sops.yaml', `creation_rules:\n  - age: ${box.recipient}\n`)
    await box.git('add', '-A')
    // what stands in the working copy is not what is judged
    box.write('.bulla/recipients/alice.yaml', `recipient: ${newIdentity().recipient}\n`)
    box.write('.bulla/recipients/bob.yaml', `recipient: ${bob}\n`)

    const messages = async (...args: readonly string[]) => {
      const { out } = await box.bulla(['check', ...args, '--format', 'json'])
      const found: { rule: string; file: string; message: string }[] = JSON.parse(out).findings
      return found.filter(({ rule }) => rule === 'readers-drift').map(({ message }) => message)
    }
    const expected = [
      `the readers are not those of rule 1: alice (${short(alice)}) is not in the rule, age ${bob} is not in the rule`,
      `the readers are not those of rule 1: age ${alice} is not in the rule, robert (${short(bob)}) is not in the rule`,
    ]
    expect(await messages()).toEqual(expected)
    await box.git('commit', '-q', '-m', 'all')
    expect(await messages('HEAD')).toEqual(expected)
  })
})

describe('a wrapped identity', () => {
  const HOME = (box: Sandbox) => ({
    SOPS_AGE_KEY_FILE: undefined,
    HOME: box.path('home'),
    XDG_CONFIG_HOME: box.path('home'),
  })

  it('is said by explain and doctor to open files, by one call, where its service can be used', async ({ box }) => {
    box.write('home/.keep', '')
    const env = HOME(box)
    await box.bulla(['recipient', 'create', 'prod', '--local'], { env })
    box.write('a.yaml', 'a: 1\n')
    await box.bulla(['encrypt', '-i', '--age', 'prod', 'a.yaml'], { env })

    const here = await box.bulla(['explain', 'a.yaml'], { env })
    expect(here.out).toMatch(/ {2}readers {3}age age1[0-9a-z]{58} \(prod\), wrapped by local key default\n/)
    expect(here.out).toContain(
      '  opens     perhaps: local key default would unwrap the identity of prod: one call for all files\n',
    )
    const keys = async (at: typeof env) => {
      const { out } = await box.bulla(['doctor', '--json'], { env: at })
      const checks: { name: string; found: string }[] = JSON.parse(out).checks
      return checks.filter(({ name }) => name === 'keys')
    }
    expect(await keys(env)).toMatchObject([
      { found: expect.stringContaining('the identity of prod: wrapped by local key') },
    ])

    // on another machine there is no such key
    const elsewhere = { ...env, XDG_CONFIG_HOME: box.path('elsewhere'), HOME: box.path('elsewhere') }
    const there = await box.bulla(['explain', 'a.yaml'], { env: elsewhere })
    expect(there.out).toContain('wrapped by local key default (this machine has no key of that name)\n')
    expect(there.out).toContain('  opens     no: ')
    expect(await keys(elsewhere)).toMatchObject([{ found: expect.stringContaining('no key was found') }])
  })
})
