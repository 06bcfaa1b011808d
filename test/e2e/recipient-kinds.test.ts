import { describe, expect } from 'vitest'
import { newIdentity } from '../helpers/age.ts'
import { it, type Sandbox } from '../helpers/sandbox.ts'

const SSH = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHnXTI197jkaDyxhRG+5GCmBPDF2y4T58O/Beih3TetG bob@host'
const PLUGIN = 'age1yubikey1qg8lzx5y3fxjxr9qmk0mxsw9s4xp3v2y5m0t7f7mm8q2x0r9q0d5qqh7xyz'

const home = (box: Sandbox) => ({
  SOPS_AGE_KEY_FILE: undefined,
  HOME: box.path('home'),
  XDG_CONFIG_HOME: box.path('home'),
})

describe('a machine with a post-quantum key', () => {
  it('is made, sealed for, opened with and rotated like any other, and its long keys are shown short', async ({
    box,
  }) => {
    box.write('home/.keep', '')
    const bulla = (...args: readonly string[]) => box.bulla(args, { env: home(box) })
    expect((await bulla('recipient', 'create', 'prod', '--local', '--post-quantum')).code).toBe(0)
    const keys = async () => {
      const shown: { keys: { recipient: string }[] } = JSON.parse(
        (await bulla('recipient', 'show', 'prod', '--json')).out,
      )
      return shown.keys.map(({ recipient }) => recipient)
    }
    const [first = ''] = await keys()
    expect(first).toMatch(/^age1pq1.{1900,}/)
    box.write('a.yaml', 'a: secret\n')
    expect((await bulla('encrypt', '-i', '--age', 'prod', 'a.yaml')).code).toBe(0)
    expect(await bulla('decrypt', 'a.yaml')).toMatchObject({ code: 0, out: 'a: secret\n' })

    const rotated = await bulla('recipient', 'rotate', 'prod', '--yes')

    expect(rotated).toMatchObject({ code: 0, out: '' })
    expect(rotated.err).toMatch(/^prod: rotate to age1pq1.{17}….{8}\n {2}from age1pq1.{17}….{8}\n/)
    const [second = '', earlier] = await keys()
    expect(earlier).toBe(first)
    expect(box.read('a.yaml')).toContain(second)
    expect(box.read('a.yaml')).not.toContain(first)
    expect(await bulla('decrypt', 'a.yaml')).toMatchObject({ code: 0, out: 'a: secret\n' })
  })
})

it('an option that a verb does not have is refused, and nothing is done', async ({ box }) => {
  expect((await box.bulla(['recipient', 'create', 'prod', '--local'])).code).toBe(0)
  const file = '.bulla/recipients/prod.yaml'
  const before = box.read(file)
  const wrong = [
    ['create', 'other', '--local', '--dry-run'],
    ['rename', 'prod', 'other', '--dry-run'],
    ['rename', 'prod', 'other', '--local'],
    ['wrap', 'prod', '--local', '--local-name', 'b', '--from', 'default'],
    ['add', 'bob', PLUGIN, '--json'],
  ]
  for (const words of wrong) {
    const { code, err } = await box.bulla(['recipient', ...words])
    expect([words, code, err]).toEqual([words, 1, expect.stringMatching(/recipient \w+ has no option --\S+\n.*hint/)])
  }
  const planned = await box.bulla(['recipient', 'wrap', 'prod', '--local', '--local-name', 'b', '--dry-run'])
  expect(planned).toMatchObject({ code: 0, out: 'planned\tprod\tlocal key b\n' })
  const kept = await box.bulla(['recipient', 'remove', 'prod', '--yes', '--dry-run'])
  expect(kept).toMatchObject({ code: 0, err: expect.stringContaining('nothing was removed') })
  expect([box.read(file), box.has('.bulla/recipients/other.yaml')]).toEqual([before, false])
})

it('recipient list says how to make the first one', async ({ box }) => {
  const { code, out, err } = await box.bulla(['recipient', 'list'])
  expect([code, out, err]).toEqual([0, '', expect.stringContaining('"bulla recipient add"')])
  expect(await box.bulla(['recipient', 'list', '--quiet'])).toMatchObject({ code: 0, err: '' })
})

describe('people with keys that bulla cannot seal for yet', () => {
  it('are found in rules also when another comment, or none, stands behind their SSH key', async ({ box }) => {
    const policy = (key: string) => `creation_rules:\n  - path_regex: b\\.yaml$\n    age: ${box.recipient},${key}\n`
    expect((await box.bulla(['recipient', 'add', 'bob', '-'], { stdin: `${SSH}\n` })).code).toBe(0)
    for (const comment of ['', ' bob@elsewhere']) {
      const spelled = SSH.replace(' bob@host', comment)
      box.write('.sops.yaml', policy(spelled))
      expect((await box.bulla(['recipient', 'grant', 'bob', 'rule 1'])).out).toContain('names bob already')
      expect(await box.bulla(['recipient', 'remove', 'bob', '--dry-run'])).toMatchObject({
        err: expect.stringContaining('rule 1 names its public key'),
      })
      expect((await box.bulla(['recipient', 'ungrant', 'bob', 'rule 1'])).out).toContain('no longer names bob')
      expect(box.read('.sops.yaml')).not.toContain('ssh-ed25519')
      box.write('.sops.yaml', policy(spelled))
      const { recipient } = newIdentity()
      expect(await box.bulla(['recipient', 'rotate', 'bob', recipient, '--yes'])).toMatchObject({ code: 0 })
      expect(box.read('.sops.yaml')).toBe(policy(recipient))
      box.write('.bulla/recipients/bob.yaml', `recipient: ${SSH}\n`)
    }
  })

  it.for([
    ['an SSH key', SSH, 'SSH keys'],
    ['a key of a plugin', PLUGIN, 'age plugins'],
  ] as const)(
    'have names and may stand in rules; sealing says so, and by whose key: %s',
    async ([, key, kind], { box }) => {
      const added = await box.bulla(['recipient', 'add', 'bob', '-'], { stdin: `${key}\n` })
      expect(added).toMatchObject({ code: 0, err: expect.stringContaining(`recipients of ${kind} cannot be used yet`) })
      expect((await box.bulla(['recipient', 'list'])).out).toContain('bob\tperson\t')
      const sealed = await box.seal({ 'a.yaml': 'a: 1\n' })
      box.write('.sops.yaml', `creation_rules:\n  - path_regex: b\\.yaml$\n    age: ${box.recipient}\n`)
      const granted = await box.bulla(['recipient', 'grant', 'bob', 'rule 1'])
      expect(granted).toMatchObject({ code: 0, err: expect.stringContaining('(bob): by this rule only sops seals') })
      expect(box.read('.sops.yaml')).toContain(key.split(' ').slice(0, 2).join(' '))

      const rotated = await box.bulla(['rotate', '-i', '--add-age', 'bob', 'a.yaml'])
      expect(rotated.code).toBe(1)
      expect(rotated.err).toContain(`would have to be wrapped for: bob (${key.slice(0, 16)}…)\n`)
      expect(rotated.err).toContain('hint: ask for an age recipient')
      expect(box.read('a.yaml')).toBe(sealed)
      box.write('b.yaml', 'b: 1\n')
      const encrypted = await box.bulla(['encrypt', '-i', 'b.yaml'])
      expect(encrypted).toMatchObject({
        code: 1,
        err: expect.stringContaining(`recipients of ${kind} cannot be used yet`),
      })
      expect(encrypted.err).toContain(`${key} (bob, .bulla/recipients/bob.yaml)`)
      expect(box.read('b.yaml')).toBe('b: 1\n')
    },
  )
})

describe('a machine whose keys', () => {
  it.for([
    ['kms one', ['--aws-kms', 'one', '--local']],
    ['gcp_kms two', ['--local', '--gcp-kms', 'two']],
  ] as const)('are mistyped is not made, and the key is named: %s', async ([name, keys], { box }) => {
    box.write('home/.keep', '')
    const { code, err } = await box.bulla(['recipient', 'create', 'prod', ...keys], { env: home(box) })
    expect([code, err]).toEqual([1, expect.stringMatching(new RegExp(`^bulla: error: ${name}: `))])
    expect(box.has('.bulla')).toBe(false)
  })
})
