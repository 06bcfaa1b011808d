import { describe, expect } from 'vitest'
import { newIdentity } from '../helpers/age.ts'
import { COMMAND, it, type Sandbox } from '../helpers/sandbox.ts'
import { stopWhen } from '../helpers/stopping.ts'

const isWindows = process.platform === 'win32'
const isSlow = process.env['SLOW'] !== undefined
/** Each of the five files that are written is put on the disk by two calls: itself and its folder. */
const SYNCS = isSlow ? Array.from({ length: 10 }, (_, index) => index) : [0, 1, 2, 4, 6]
const PERSON = '.bulla/recipients/bob.yaml'
const FILES: Readonly<Record<string, string>> = {
  'a.yaml': 'a: secret # why\n',
  'sub/b.env': 'B=secret\n',
  'c.json': '{"c": "secret"}\n',
  'other/d.ini': '[s]\nd = secret\n',
}
const bob = newIdentity()

const policyFor = (me: string, other: string) => `# ours
creation_rules:
  - path_regex: other/
    age: ${me}
  - key_groups:
      - age:
          - ${other} # bob
          - ${me}
`

/** A repository in which bob reads all but one file. */
async function repository(box: Sandbox): Promise<void> {
  box.write(PERSON, `recipient: ${bob.recipient}\n`)
  box.write('.sops.yaml', policyFor(box.recipient, bob.recipient))
  for (const [name, text] of Object.entries(FILES)) box.write(name, text)
  const { code, err } = await box.bulla(['encrypt', '-i', ...Object.keys(FILES)])
  if (code !== 0) throw new Error(err)
}

const openedBy = async (box: Sandbox, identity: string) => {
  const env = { SOPS_AGE_KEY_FILE: undefined, SOPS_AGE_KEY: identity }
  const names: string[] = []
  for (const [name, text] of Object.entries(FILES)) {
    const { code, out } = await box.bulla(['decrypt', name], { env })
    if (code !== 0) continue
    expect(out).toBe(text)
    names.push(name)
  }
  return names
}
const OF_BOB = ['a.yaml', 'sub/b.env', 'c.json']
const ciphertexts = (box: Sandbox, name: string): readonly string[] => box.read(name).match(/ENC\[[^\]]+\]/g) ?? []

describe('recipient rotate', () => {
  it("takes nobody else's place: a file that names somebody else's key among its earlier ones is a copy", async ({
    box,
  }) => {
    await repository(box)
    const eve = newIdentity()
    box.write('.bulla/recipients/eve.yaml', `recipient: ${eve.recipient}\nprevious:\n  - recipient: ${bob.recipient}\n`)
    const before = box.snapshot()
    for (const args of [
      ['rotate', 'eve', '--yes'],
      ['ungrant', 'eve', 'rule 2', '--apply', '--yes'],
    ]) {
      const { code, err } = await box.bulla(['recipient', ...args])
      expect([code === 0, err]).toEqual([
        false,
        expect.stringContaining('the recipients bob and eve have the same public key'),
      ])
      expect(box.snapshot()).toEqual(before)
    }
  })

  it('moves policy and files to a new key, and gives these new data keys', async ({ box }) => {
    await repository(box)
    const [next, untouched] = [newIdentity(), box.read('other/d.ini')]
    const before = new Map(OF_BOB.map((name) => [name, ciphertexts(box, name)]))

    const { code, out, err } = await box.bulla(['recipient', 'rotate', 'bob', next.recipient, '--yes'])

    expect({ code, out }).toEqual({ code: 0, out: '' })
    expect(err).toContain(`bob: rotate to ${next.recipient}\n  from ${bob.recipient}\n`)
    expect(err).toContain('bob is rotated: 3 sealed files changed')
    expect(box.read('.sops.yaml')).toBe(policyFor(box.recipient, next.recipient))
    expect(box.read(PERSON)).toMatch(
      new RegExp(
        `^recipient: ${next.recipient}\nprevious:\n  - recipient: ${bob.recipient}\n    retired_at: "[^"]+"\n$`,
      ),
    )
    expect(await openedBy(box, next.identity)).toEqual(OF_BOB)
    expect(await openedBy(box, bob.identity)).toEqual([])
    expect(await openedBy(box, box.identity)).toEqual(Object.keys(FILES))
    expect(box.read('other/d.ini')).toBe(untouched)
    for (const name of OF_BOB) {
      expect(ciphertexts(box, name).filter((text) => before.get(name)?.includes(text))).toEqual([])
    }
    expect((await box.bulla(['updatekeys', '--dry-run', '.'])).out).toBe('')
  })

  it('keeps the comments of the file, and minds no broken file that has nothing to do with it', async ({ box }) => {
    await repository(box)
    box.write(PERSON, `# bob, on call\nrecipient: ${bob.recipient} # laptop\n`)
    box.write('vendor/.sops.yaml', 'creation_rules: [\n')
    box.write('vendor/broken.yaml', 'a: ENC[AES256_GCM,data:x]\n<<<<<<< HEAD\nsops:\n  age: [\n')
    box.write('.bulla/recipients/carol.yaml', 'recipient: nobody\n')
    const next = newIdentity()

    expect((await box.bulla(['recipient', 'rotate', 'bob', next.recipient, '--yes'])).code).toBe(0)

    expect(box.read(PERSON)).toMatch(
      `# bob, on call\nrecipient: ${next.recipient} # laptop\nprevious:\n  - recipient: `,
    )
    expect(await openedBy(box, next.identity)).toEqual(OF_BOB)
    const removed = await box.bulla(['recipient', 'remove', 'bob', '--yes'])
    expect(removed).toMatchObject({ code: 0, err: expect.stringContaining('sub/b.env is sealed for it\n') })
  })

  it('makes a key of our own in our key file, beside those that are there', async ({ box }) => {
    await repository(box)
    box.write('.bulla/recipients/me.yaml', `recipient: ${box.recipient}\n`)
    const before = box.snapshot()
    expect((await box.bulla(['recipient', 'rotate', 'me', '--new-key', '--dry-run'])).code).toBe(0)
    expect((await box.bulla(['recipient', 'rotate', 'me', '--new-key'])).code).toBe(1)
    expect(box.snapshot()).toEqual(before)

    const { code, out, err } = await box.bulla(['recipient', 'rotate', 'me', '--new-key', '--yes'])
    expect({ code, out }).toEqual({ code: 0, out: '' })
    expect(err).not.toContain('AGE-SECRET-KEY')
    expect(await openedBy(box, box.identity)).toEqual([])
    const opened = await box.bulla(['decrypt', 'a.yaml'])
    expect(opened).toMatchObject({ code: 0, out: FILES['a.yaml'] })
  })

  it('shows its plan and writes nothing: dry run, nobody to ask, a wrong key, a file that cannot be opened', async ({
    box,
  }) => {
    await repository(box)
    const before = box.snapshot()
    const next = newIdentity().recipient
    const dry = await box.bulla(['recipient', 'rotate', 'bob', next, '--dry-run'])
    expect(dry).toMatchObject({ code: 0, err: '' })
    expect(dry.out).toBe(
      `bob: rotate to ${next}\n  from ${bob.recipient}\n  ${PERSON}\n  .sops.yaml\n${['a.yaml', 'c.json', 'sub/b.env']
        .map((name) => `  ${name} (and a new data key)\n`)
        .join('')}`,
    )
    for (const [args, said] of [
      [['bob', next], 'there is nobody who could be asked'],
      [['bob'], 'bob is a person: the new public key has to be given'],
      [['bob', `${next}x`, '--yes'], 'mistyped or cut off'],
      [['bob', next, '--new-key'], 'a new key is given twice'],
      [['bob', bob.recipient, '--yes'], 'this is the public key of the recipient bob'],
      [['bbo', next], 'did you mean bob?'],
    ] as const) {
      const { code, err } = await box.bulla(['recipient', 'rotate', ...args])
      expect({ args, code }).toEqual({ args, code: 1 })
      expect(err).toContain(said)
    }
    const env = { SOPS_AGE_KEY_FILE: undefined }
    expect((await box.bulla(['recipient', 'rotate', 'bob', next, '--yes'], { env })).code).toBe(128)
    expect(box.snapshot()).toEqual(before)
  })

  it('does not lock out whoever runs it', async ({ box }) => {
    await repository(box)
    box.write('.bulla/recipients/me.yaml', `recipient: ${box.recipient}\n`)
    const before = box.snapshot()
    const args = ['recipient', 'rotate', 'me', newIdentity().recipient, '--yes']
    const { code, err } = await box.bulla(args)
    expect(code).toBe(1)
    expect(err).toContain('none of your identities would open')
    expect(box.snapshot()).toEqual(before)
    expect((await box.bulla([...args, '--allow-lockout'])).code).toBe(0)
  })
})

describe('recipient rotate of a machine', () => {
  it('wraps the new identity by the same key, and drops the earlier one only when told so', async ({ box }) => {
    const env = { SOPS_AGE_KEY_FILE: undefined, HOME: box.path('home'), XDG_CONFIG_HOME: box.path('home') }
    const bulla = (...args: readonly string[]) => box.bulla(args, { env })
    const commit = async (message: string) => {
      await box.run('git', ['add', '-A', '--', '.bulla', 'a.yaml'], {})
      await box.run('git', ['commit', '-q', '-m', message], {})
    }
    await box.run('git', ['init', '-q', '-b', 'main'], {})
    box.write('home/.keep', '')
    expect((await bulla('recipient', 'create', 'prod', '--local')).code).toBe(0)
    box.write('a.yaml', 'a: secret\n')
    await bulla('encrypt', '-i', '--age', 'prod', 'a.yaml')
    await commit('first')
    const first = box.read('a.yaml')

    // its tree holds the version too, although it did not write it
    box.write('.bulla/README.md', 'who is who\n')
    await commit('another')
    await box.run('git', ['branch', 'release'], {})
    expect((await bulla('recipient', 'rotate', 'prod', '--yes')).code).toBe(0)
    await commit('rotated')
    expect(await bulla('decrypt', 'a.yaml')).toMatchObject({ code: 0, out: 'a: secret\n' })
    const earlier = ['decrypt', '--filename-override', 'a.yaml']
    expect(await box.bulla(earlier, { env, stdin: first })).toMatchObject({ code: 0, out: 'a: secret\n' })

    const before = box.snapshot()
    const plan = await bulla('recipient', 'rotate', 'prod', '--drop-previous', '--dry-run')
    expect(plan).toMatchObject({ code: 0, err: '' })
    const ids = '\\([0-9a-f]{12} to [0-9a-f]{12}\\)'
    expect(plan.out).toMatch(
      new RegExp(
        `  refs/heads/main: in 2 of 3 commits ${ids} prod could no longer open\n    a.yaml\n` +
          `  refs/heads/release: in 2 of 2 commits ${ids} prod could no longer open\n    a.yaml\n` +
          '  that others read these versions does not help prod\n$',
      ),
    )
    expect((await bulla('recipient', 'rotate', 'prod', '--drop-previous')).code).toBe(1)
    expect(box.snapshot()).toEqual(before)

    // as CI makes clones: what older commits need is not there to be seen
    await box.git('clone', '--quiet', '--depth', '1', `file://${box.folder}`, 'clone')
    const cut = await box.bulla(['recipient', 'rotate', 'prod', '--drop-previous', '--yes'], { env, cwd: 'clone' })
    expect([cut.code === 0, cut.err]).toEqual([
      false,
      expect.stringContaining('this clone has only the newest commits'),
    ])
    expect(box.read('clone/.bulla/recipients/prod.yaml')).toBe(box.read('.bulla/recipients/prod.yaml'))

    expect((await bulla('recipient', 'rotate', 'prod', '--drop-previous', '--yes')).code).toBe(0)
    expect((await box.bulla(earlier, { env, stdin: first })).code).toBe(128)
    expect(await bulla('decrypt', 'a.yaml')).toMatchObject({ code: 0, out: 'a: secret\n' })
  })
})

describe.skipIf(isWindows)('recipient rotate that is killed', () => {
  it.for(SYNCS)('finishes when it is run again: after %i syncs', async (syncs, { box }) => {
    await repository(box)
    const next = newIdentity()
    const args = ['recipient', 'rotate', 'bob', next.recipient, '--yes']
    const child = box.start(process.execPath, [COMMAND, ...args], { env: box.hang(syncs) })
    const { signal } = await stopWhen(child, { signal: 'SIGKILL', reached: () => box.observed().includes('hang') })
    expect(signal).toBe('SIGKILL')
    // whatever was written can be opened by who could before
    expect(await openedBy(box, box.identity)).toEqual(Object.keys(FILES))
    const isBegun = box.read(PERSON).includes(next.recipient)

    // only the disk had to be told then
    const isFinished = ['.sops.yaml', ...OF_BOB].every((name) => !box.read(name).includes(bob.recipient))

    const again = isFinished ? undefined : await box.bulla(isBegun ? ['recipient', 'rotate', 'bob', '--yes'] : args)

    expect(again?.code ?? 0).toBe(0)
    expect(isFinished).toBe(syncs >= 8)
    if (again !== undefined) expect(again.err.includes('finished a rotation that was interrupted')).toBe(isBegun)
    expect(box.read('.sops.yaml')).toBe(policyFor(box.recipient, next.recipient))
    expect(await openedBy(box, next.identity)).toEqual(OF_BOB)
    expect(await openedBy(box, bob.identity)).toEqual([])
    // nothing is left to be finished: now a new key is needed
    expect((await box.bulla(['recipient', 'rotate', 'bob', '--yes'])).err).toContain('has to be given')
  })
})
