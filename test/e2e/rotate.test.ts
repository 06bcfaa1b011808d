import { rmSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect } from 'vitest'
import { newIdentity } from '../helpers/age.ts'
import { expectNoSecret, MARKER } from '../helpers/canary.ts'
import { it, type Sandbox } from '../helpers/sandbox.ts'
import { noTerminal, onTerminal } from '../helpers/terminal.ts'

const SECRET = `${MARKER}-hunter2`
const FILES: Readonly<Record<string, string>> = {
  'a.yaml': `# note\r\na: '${SECRET}'   # inline\r\nlist: [x, "x", 1.10]\r\nm:\r\n - |\r\n  two\r\n  lines\r\n`,
  'a.json': `{ "a": "${SECRET}",\n  "b": [1, 2.50, true, null] }`,
  'a.env': `# note\nA=${SECRET}\n\nB=x`,
  'a.ini': `; note\n[s]\na = ${SECRET}\n`,
  'a.bin': `\0${SECRET}\n`,
}
const NAMES = Object.keys(FILES)
const ok = { code: 0, out: '', err: '' }
/** Everything that is not the same when a file is sealed twice. */
const CIPHERTEXT = /data:([^,]*),iv:([^,]*),tag:([^,]*)/g

async function sealed(box: Sandbox, ...names: readonly string[]): Promise<void> {
  box.policy()
  for (const name of names) box.write(name, FILES[name] ?? `a: ${SECRET}\n`)
  await box.bulla(['encrypt', '-i', ...names])
}

const ivsOf = (text: string) => [...text.matchAll(CIPHERTEXT)].map((match) => match[2])
const opens = async (box: Sandbox, name: string, identity: string) =>
  (await box.bulla(['decrypt', name], { env: { SOPS_AGE_KEY_FILE: undefined, SOPS_AGE_KEY: identity } })).code === 0

describe('rotate', () => {
  it.for(NAMES)('gives new ciphertexts to all values, and the same plain file: %s', async (name, { box }) => {
    await sealed(box, name)
    const before = box.read(name)

    expect(await box.bulla(['rotate', '-i', name])).toMatchObject(ok)

    const after = box.read(name)
    const [old, now] = [ivsOf(before), ivsOf(after)]
    expect(now.length).toBe(old.length)
    expect(now.filter((iv) => old.includes(iv))).toEqual([])
    // wrapped keys are the only other thing that changes, and the time
    const frame = (text: string) =>
      text.replace(CIPHERTEXT, '').replace(/[\w+/]{30,}={0,2}|\\n[\w+/]+=*|\d{4}-\S+/g, '')
    expect(frame(after).split('\n').length).toBe(frame(before).split('\n').length)
    expect((await box.bulla(['decrypt', name])).out).toBe(FILES[name])
  })

  it('changes no line but those with ciphertexts, and the metadata', async ({ box }) => {
    await box.policy('encrypted_regex: ^secret')
    const clear = Array.from({ length: 30 }, (_, index) => `k${index}:   'clear ${index}' # why\n`)
    const plain = `---\n${clear.join('\n')}secret: ${SECRET}\n...\n`
    box.write('a.yaml', plain)
    await box.bulla(['encrypt', '-i', 'a.yaml'])
    const before = box.read('a.yaml').split('\n')
    await box.bulla(['rotate', '-i', 'a.yaml'])
    const after = box.read('a.yaml').split('\n')
    const changed = before.flatMap((line, index) => (line === after[index] ? [] : [line.trim().slice(0, 8)]))
    expect(after.length).toBe(before.length)
    expect(changed.filter((line) => /^(secret: |mac: ENC|lastmod|[A-Za-z\d+/]{8}$)/.test(line))).toEqual(changed)
    expect(changed).toContain('secret: ')
    expect((await box.bulla(['decrypt', 'a.yaml'])).out).toBe(plain)
  })

  it('keeps plain files byte for byte and no ciphertext, whatever they hold', async ({ box }) => {
    box.policy()
    const text = fc.stringMatching(/^[a-z ,:#'"\\é-]{0,12}$/)
    const value = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null))
    const document = fc.dictionary(
      fc.stringMatching(/^[a-z]{1,6}$/),
      fc.oneof(value, fc.array(value, { maxLength: 4 })),
      { minKeys: 1 },
    )
    const runs = process.env['SLOW'] === undefined ? 4 : 60
    await fc.assert(
      fc.asyncProperty(document, fc.constantFrom(0, 2), async (data, indent) => {
        const plain = JSON.stringify(data, null, indent)
        box.write('p.json', plain)
        await box.bulla(['encrypt', '-i', '--allow-plaintext', 'p.json'])
        const old = ivsOf(box.read('p.json'))
        expect((await box.bulla(['rotate', '-i', 'p.json'])).code).toBe(0)
        expect(ivsOf(box.read('p.json')).filter((iv) => old.includes(iv))).toEqual([])
        expect((await box.bulla(['decrypt', 'p.json'])).out).toBe(plain)
      }),
      { numRuns: runs },
    )
  })

  it('writes to standard output, or where it is told, and leaves the file', async ({ box }) => {
    await sealed(box, 'a.yaml')
    const before = box.read('a.yaml')
    const { code, out } = await box.bulla(['rotate', 'a.yaml'])
    expect(code).toBe(0)
    expect(await box.bulla(['rotate', '--output', 'b.yaml', 'a.yaml'])).toMatchObject(ok)
    for (const text of [out, box.read('b.yaml')]) {
      box.write('c.yaml', text)
      expect((await box.bulla(['decrypt', 'c.yaml'])).out).toBe(FILES['a.yaml'])
    }
    expect(box.read('a.yaml')).toBe(before)
  })

  it('adds and removes readers', async ({ box }) => {
    await sealed(box, 'a.yaml')
    // nobody else says who reads the file
    rmSync(box.path('.sops.yaml'))
    const [bob, carol] = [newIdentity(), newIdentity()]
    const added = `${bob.recipient},${carol.recipient}`
    expect(await box.bulla(['rotate', '-i', '--add-age', added, 'a.yaml'])).toMatchObject(ok)
    expect(await opens(box, 'a.yaml', bob.identity)).toBe(true)
    expect(await box.bulla(['rotate', '-i', 'a.yaml', '--rm-age', bob.recipient])).toMatchObject(ok)
    expect(await opens(box, 'a.yaml', bob.identity)).toBe(false)
    expect(await opens(box, 'a.yaml', carol.identity)).toBe(true)
    expect(await opens(box, 'a.yaml', box.identity)).toBe(true)
  })

  it('tells of readers whom the rule does not name, where there is one that names any', async ({ box }) => {
    await sealed(box, 'a.yaml', 'b.yaml')
    const [bob, carol] = [newIdentity().recipient, newIdentity().recipient]
    const has = `has a reader that its rule does not name: age ${bob}; updatekeys would remove it`
    const err = (place: string) => `bulla: note: ${place}: ${has}\nbulla: 2 files: 2 rotated\n`
    expect(await box.bulla(['rotate', '-i', '--add-age', bob, 'a.yaml'])).toMatchObject({
      code: 0,
      err: `bulla: note: a.yaml: ${has}\n`,
    })
    // not only of those that are added
    expect(await box.bulla(['rotate', '-i', 'a.yaml', 'b.yaml'])).toMatchObject({ code: 0, err: err('a.yaml') })
    expect(await box.bulla(['rotate', '-q', '-i', 'a.yaml'])).toMatchObject(ok)
    const { err: both } = await box.bulla(['rotate', '--add-age', carol, 'a.yaml'])
    expect(both).toContain(
      `a.yaml: has readers that its rule does not name: age ${bob}, age ${carol}; updatekeys would remove them`,
    )
    // updatekeys keeps its word
    expect((await box.bulla(['updatekeys', '--dry-run', 'a.yaml'])).out).toContain(bob)
    // a rule for another file, one without keys
    for (const rule of [`path_regex: ^c\n    age: ${box.recipient}`, 'path_regex: a']) {
      box.write('.sops.yaml', `creation_rules:\n  - ${rule}\n`)
      expect(await box.bulla(['rotate', '-i', 'a.yaml'])).toMatchObject(ok)
    }
    rmSync(box.path('.sops.yaml'))
    expect(await box.bulla(['rotate', '-i', 'a.yaml'])).toMatchObject(ok)
  })

  it.for([
    ["path_regex: '('", 'an expression that is wrong'],
    ['unknown: 1', 'a setting that nobody knows'],
  ])('asks no rule: a policy with an error is told of, and stops nobody (%s)', async ([setting], { box }) => {
    await sealed(box, 'a.yaml')
    const before = box.read('a.yaml')
    box.write('.sops.yaml', `creation_rules:\n  - age: ${box.recipient}\n    ${setting}\n`)
    expect(await box.bulla(['rotate', '-i', 'a.yaml'])).toMatchObject({
      code: 0,
      out: '',
      err: 'bulla: note: a.yaml: its policy has an error, so its readers were not compared with it: see bulla doctor\n',
    })
    expect(ivsOf(box.read('a.yaml')).filter((iv) => ivsOf(before).includes(iv))).toEqual([])
  })

  it('says when there is nothing to add or to remove, and rotates', async ({ box }) => {
    await sealed(box, 'a.yaml')
    const before = box.read('a.yaml')
    const { recipient } = newIdentity()
    const args = ['rotate', '-i', '--add-age', box.recipient, '--rm-age', recipient, '--rm-pgp', 'ABCD', 'a.yaml']
    const { code, err } = await box.bulla(args)
    expect(code).toBe(0)
    expect(err).toMatch(/reads it already/)
    expect(err).toMatch(new RegExp(`age ${recipient} could not be removed`))
    expect(err).toMatch(/pgp ABCD could not be removed/)
    expect(box.read('a.yaml').match(/recipient:/g)?.length).toBe(1)
    expect(box.read('a.yaml')).not.toBe(before)
  })

  it('removes a reader who stands there twice, twice', async ({ box }) => {
    await sealed(box, 'a.yaml')
    const { identity, recipient } = newIdentity()
    await box.bulla(['rotate', '-i', '--add-age', recipient, 'a.yaml'])
    const entry = new RegExp(
      ` +- enc: [^-]*-----BEGIN[^-]*-----[^-]*-----END[^-]*-----\r?\n +recipient: ${recipient}\r?\n`,
    )
    box.write(
      'a.yaml',
      box.read('a.yaml').replace(entry, (found) => found + found),
    )
    expect(box.read('a.yaml').split(recipient).length).toBe(3)
    expect(await box.bulla(['rotate', '-i', '--rm-age', recipient, 'a.yaml'])).toMatchObject(ok)
    expect(box.read('a.yaml')).not.toContain(recipient)
    expect(await opens(box, 'a.yaml', identity)).toBe(false)
  })

  it('refuses to remove the last reader', async ({ box }) => {
    await sealed(box, 'a.yaml')
    const before = box.snapshot()
    const { code, err } = await box.bulla(['rotate', '-i', '--allow-lockout', '--rm-age', box.recipient, 'a.yaml'])
    expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('nobody would be left') })
    expect(box.snapshot()).toEqual(before)
  })

  it('does not lock out who runs it, unless that is allowed', async ({ box }) => {
    await sealed(box, 'a.yaml')
    const before = box.snapshot()
    const { identity, recipient } = newIdentity()
    const args = ['rotate', '-i', '--add-age', recipient, '--rm-age', box.recipient, 'a.yaml']
    const refused = await box.bulla(args)
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('--allow-lockout') })
    expect(box.snapshot()).toEqual(before)
    const planned = await box.bulla([...args, '--dry-run'])
    expect(planned).toMatchObject({
      code: 0,
      out: 'rotated\ta.yaml\n',
      err: expect.stringContaining('--allow-lockout'),
    })
    expect(box.snapshot()).toEqual(before)
    // the file stays: nobody is locked out of it
    expect((await box.bulla(['rotate', ...args.slice(2)])).code).toBe(0)
    expect(await box.bulla([...args, '--allow-lockout'])).toMatchObject({ code: 0, out: '' })
    expect(await opens(box, 'a.yaml', identity)).toBe(true)
    expect(await opens(box, 'a.yaml', box.identity)).toBe(false)
  })

  it('knows identities that a command gives', async ({ box }) => {
    await sealed(box, 'a.yaml')
    const { recipient } = newIdentity()
    const env = { SOPS_AGE_KEY_FILE: undefined, SOPS_AGE_KEY_CMD: `cat ${box.keyFile}` }
    expect(await box.bulla(['rotate', '-i', '--add-age', recipient, 'a.yaml'], { env })).toMatchObject({
      code: 0,
      out: '',
    })
    expect((await box.bulla(['rotate', '-i', '--rm-age', box.recipient, 'a.yaml'], { env })).code).toBe(1)
  })

  it('refuses to add what cannot be used yet, and removes it', async ({ box }) => {
    await sealed(box, 'a.yaml')
    const before = box.snapshot()
    const refused = await box.bulla(['rotate', '-i', '--add-pgp', 'ABCD', 'a.yaml'])
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('pgp ABCD') })
    expect(box.snapshot()).toEqual(before)
    const entry = `    pgp:\n        - created_at: "2026-01-02T03:04:05Z"\n          enc: x\n          fp: ABCD\n`
    box.write('a.yaml', box.read('a.yaml').replace(/( +)mac:/, `${entry}$1mac:`))
    expect(await box.bulla(['rotate', '-i', 'a.yaml'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('rotate --rm-pgp'),
    })
    expect(await box.bulla(['rotate', '-i', '--rm-pgp', 'ABCD', 'a.yaml'])).toMatchObject(ok)
    expect(box.read('a.yaml')).not.toContain('ABCD')
  })

  it('plans all files first, and writes nothing when one of them fails', async ({ box }) => {
    await sealed(box, 'deploy/a.yaml', 'deploy/b.yaml', 'deploy/c.yaml')
    box.write('deploy/plain.yaml', 'a: 1\n')
    const clear = box.read('deploy/plain.yaml')
    const done = await box.bulla(['rotate', '-i', 'deploy'])
    expect(done).toMatchObject({ code: 0, err: 'bulla: 4 files: 3 rotated, 1 not sealed\n' })
    expect(box.read('deploy/plain.yaml')).toBe(clear)
    box.write('deploy/b.yaml', box.read('deploy/b.yaml').replace(/data:[^,]*/, 'data:AAAA'))
    const before = box.snapshot()
    const failed = await box.bulla(['rotate', '-i', 'deploy'])
    expect(failed).toMatchObject({ code: 25, err: expect.stringContaining('nothing was written') })
    expectNoSecret(failed.err, SECRET, box.identity)
    expect(box.snapshot()).toEqual(before)
    expect((await box.bulla(['rotate', 'deploy'])).code).toBe(2)
    expect((await box.bulla(['rotate', '-i', 'deploy/plain.yaml', 'deploy/a.yaml'])).code).toBe(1)
    const planned = await box.bulla(['rotate', '--dry-run', 'deploy/[ac].yaml'])
    expect(planned.out).toBe('rotated\tdeploy/a.yaml\nrotated\tdeploy/c.yaml\n')
    expect(box.snapshot()).toEqual(before)
  })

  it('needs a right MAC, or to be told that it does not count', async ({ box }) => {
    box.policy('unencrypted_regex: ^clear')
    box.write('a.yaml', `a: ${SECRET}\nclear: x\n`)
    await box.bulla(['encrypt', '-i', 'a.yaml'])
    box.write('a.yaml', box.read('a.yaml').replace('clear: x', 'clear: y'))
    expect((await box.bulla(['rotate', '-i', 'a.yaml'])).code).toBe(51)
    expect(await box.bulla(['rotate', '-i', '--ignore-mac', 'a.yaml'])).toMatchObject(ok)
    expect((await box.bulla(['decrypt', 'a.yaml'])).out).toBe(`a: ${SECRET}\nclear: y\n`)
  })

  it('changes the key group that it is told to', async ({ box }) => {
    const [bob, carol] = [newIdentity(), newIdentity()]
    box.write(
      '.sops.yaml',
      `creation_rules:\n  - key_groups:\n      - age: [${box.recipient}]\n      - age: [${bob.recipient}]\n`,
    )
    box.write('a.yaml', `a: ${SECRET}\n`)
    await box.bulla(['encrypt', '-i', 'a.yaml'])
    const env = { SOPS_AGE_KEY_FILE: undefined, SOPS_AGE_KEY: `${box.identity}\n${bob.identity}` }
    const noted = await box.bulla(['rotate', '--add-age', carol.recipient, 'a.yaml'], { env })
    expect(noted).toMatchObject({ code: 0, err: expect.stringContaining('the first of 2 key groups; --group') })
    const args = ['--group', '1', '--add-age', carol.recipient, '--rm-age', bob.recipient]
    expect(await box.bulla(['rotate', '-i', ...args, '--allow-lockout', 'a.yaml'], { env })).toMatchObject({
      code: 0,
      out: '',
    })
    expect(await opens(box, 'a.yaml', `${box.identity}\n${carol.identity}`)).toBe(true)
    expect(await opens(box, 'a.yaml', `${box.identity}\n${bob.identity}`)).toBe(false)
    expect((await box.bulla(['rotate', '-i', '--group', '2', 'a.yaml'])).code).not.toBe(0)
  })
})

describe.skipIf(noTerminal !== undefined)('rotate on a terminal', () => {
  it.for(['y', 'n'])('asks before it locks out who runs it: %s', async (answer, { box }) => {
    await sealed(box, 'a.yaml')
    const before = box.read('a.yaml')
    const { recipient } = newIdentity()
    const script = `bulla rotate -i --add-age ${recipient} --rm-age ${box.recipient} a.yaml`
    const question = `None of your identities will open this file afterwards, only those of age ${recipient}. Go on? (y/n): `
    const steps = [{ expect: question, send: `${answer}\r` }]
    const { code, left } = await onTerminal(box, script, { steps })
    expect({ code, left }).toEqual({ code: answer === 'y' ? 0 : 1, left: 0 })
    expect(box.read('a.yaml') === before).toBe(answer === 'n')
  })
})
