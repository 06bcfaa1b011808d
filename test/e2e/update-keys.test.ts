import { describe, expect } from 'vitest'
import { newIdentity } from '../helpers/age.ts'
import { expectNoSecret, MARKER } from '../helpers/canary.ts'
import { it, type Sandbox } from '../helpers/sandbox.ts'
import { noTerminal, onTerminal } from '../helpers/terminal.ts'

const SECRET = `${MARKER}-hunter2`
const FILES: Readonly<Record<string, string>> = {
  'a.yaml': `# note\na: '${SECRET}'\nlist: [x, 1.10]\n`,
  'b.json': `{\n  "a": "${SECRET}"\n}`,
  'c.env': `A=${SECRET}\n`,
  'd.ini': `[s]\na = ${SECRET}\n`,
  'e.bin': `${SECRET}\n`,
}
const NAMES = Object.keys(FILES)
const PROMPT = 'Write these changes? (y/n): '

async function sealed(box: Sandbox, ...names: readonly string[]): Promise<void> {
  box.policy()
  for (const name of names) box.write(name, FILES[name] ?? `a: ${SECRET}\n`)
  await box.bulla(['encrypt', '-i', ...names])
}

/** A rule with these recipients in one group, or with these groups. */
function rule(box: Sandbox, groups: readonly (readonly string[])[], ...fields: readonly string[]): void {
  const keys =
    groups.length === 1
      ? `age: ${groups[0]?.join(',')}`
      : `key_groups: ${JSON.stringify(groups.map((age) => ({ age })))}`
  box.write('.sops.yaml', `creation_rules:\n  - ${[keys, ...fields].join('\n    ')}\n`)
}

/** Lines that one text has and the other does not. */
const linesOnlyIn = (text: string, other: string) => {
  const known = new Set(other.split('\n'))
  return text.split('\n').filter((line) => !known.has(line))
}
const openedWith = async (box: Sandbox, name: string, ...identities: readonly string[]) => {
  const env = { SOPS_AGE_KEY_FILE: undefined, SOPS_AGE_KEY: identities.join('\n') }
  const { code, out } = await box.bulla(['decrypt', name], { env })
  return code === 0 ? out : code
}

describe('updatekeys', () => {
  it.for(NAMES)('adds a reader, and changes nothing but his lines: %s', async (name, { box }) => {
    await sealed(box, name)
    const before = box.read(name)
    const { identity, recipient } = newIdentity()
    rule(box, [[recipient, box.recipient]])

    expect(await box.bulla(['updatekeys', '-y', '-q', name])).toMatchObject({ code: 0, out: '', err: '' })

    const gone = linesOnlyIn(before, box.read(name))
    // in JSON a comma may come behind what was last
    expect(gone.filter((line) => !/^\s*\}?,?\s*[\]}]*$/.test(line))).toEqual([])
    expect(await openedWith(box, name, identity)).toBe(FILES[name])
    rule(box, [[box.recipient]])
    expect(await box.bulla(['updatekeys', '-y', '-q', name])).toMatchObject({ code: 0 })
    expect(box.read(name)).toBe(before)
    expect(await openedWith(box, name, identity)).toBe(128)
  })

  it('keeps what is not about readers in the block as it is, also what it does not know', async ({ box }) => {
    await sealed(box, 'a.yaml')
    const odd = box
      .read('a.yaml')
      .replace(/^sops:\n/m, 'sops:\n    kms: []\n    unknown: 7\n')
      .replace(/ {4}version: .*/, '    version: 3.7.1')
    box.write('a.yaml', odd)
    rule(box, [[box.recipient, newIdentity().recipient]])
    expect((await box.bulla(['updatekeys', '-y', 'a.yaml'])).code).toBe(0)
    expect(linesOnlyIn(odd, box.read('a.yaml'))).toEqual([])
  })

  it('shows what changes, and needs a yes', async ({ box }) => {
    await sealed(box, 'a.yaml', 'b.json')
    const { recipient } = newIdentity()
    rule(box, [[recipient]])
    const plan = ['a.yaml', 'b.json'].map((name) => `${name}\n  - age ${box.recipient}\n  + age ${recipient}\n`)
    const shown = box.snapshot()

    const refused = await box.bulla(['updatekeys', 'a.yaml', 'b.json'])
    expect(refused).toMatchObject({ code: 1, out: '', err: expect.stringContaining('add --yes') })
    expect(refused.err).toContain(`${plan.join('')}${PROMPT}`)
    expect(await box.bulla(['updatekeys', '--dry-run', '.'])).toMatchObject({
      ...{ code: 1, out: plan.join('') },
      err: 'bulla: 3 files: 2 to change, 1 not sealed\n',
    })
    expect(box.snapshot()).toEqual(shown)
  })

  it.for([
    ['y\n', 0, true],
    ['y', 0, true],
    ['what\ny\n', 0, true],
    ['n\n', 0, false],
    ['yes\n', 1, false],
  ] as const)('takes its answer from standard input as sops does: %j', async ([stdin, code, isWritten], { box }) => {
    await sealed(box, 'a.yaml')
    const before = box.read('a.yaml')
    rule(box, [[box.recipient, newIdentity().recipient]])
    expect((await box.bulla(['updatekeys', 'a.yaml'], { stdin })).code).toBe(code)
    expect(box.read('a.yaml') !== before).toBe(isWritten)
  })

  it('compares without any key, and exits with 1 only when something would change', async ({ box }) => {
    await sealed(box, 'a.yaml', 'b.json')
    const env = { SOPS_AGE_KEY_FILE: undefined }
    expect(await box.bulla(['updatekeys', '--dry-run', '.'], { env })).toMatchObject({ code: 0, out: '' })
    rule(box, [[box.recipient, newIdentity().recipient]])
    expect((await box.bulla(['updatekeys', '--dry-run', '.'], { env })).code).toBe(1)
    expect((await box.bulla(['updatekeys', '-y', '.'], { env })).code).toBe(128)
  })

  it('says when a file is up to date, whatever the order of its readers', async ({ box }) => {
    const { recipient } = newIdentity()
    rule(box, [[box.recipient, recipient]])
    box.write('a.yaml', `a: ${SECRET}\n`)
    await box.bulla(['encrypt', '-i', 'a.yaml'])
    rule(box, [[recipient, box.recipient]])
    const before = box.snapshot()
    expect(await box.bulla(['updatekeys', 'a.yaml'])).toMatchObject({
      code: 0,
      out: '',
      err: 'bulla: a.yaml is already up to date\n',
    })
    expect(box.snapshot()).toEqual(before)
  })

  it('follows groups and threshold of the rule, with new shares for all', async ({ box }) => {
    await sealed(box, 'a.yaml')
    const [bob, carol] = [newIdentity(), newIdentity()]
    rule(box, [[box.recipient], [bob.recipient], [carol.recipient]], 'shamir_threshold: 2')
    const lockout = await box.bulla(['updatekeys', '-y', 'a.yaml'])
    expect(lockout).toMatchObject({ code: 1, err: expect.stringContaining('--allow-lockout') })
    const split = await box.bulla(['updatekeys', '-y', '--allow-lockout', 'a.yaml'])
    expect(split).toMatchObject({ code: 0, err: expect.stringContaining('threshold: one group, then 2 groups') })
    expect(await openedWith(box, 'a.yaml', bob.identity, carol.identity)).toBe(FILES['a.yaml'])
    expect(await openedWith(box, 'a.yaml', bob.identity)).toBe(128)
    const old = box.read('a.yaml')

    rule(box, [[box.recipient], [bob.recipient], [carol.recipient]], 'shamir_threshold: 3')
    const env = { SOPS_AGE_KEY: `${bob.identity}\n${carol.identity}` }
    expect((await box.bulla(['updatekeys', '-y', 'a.yaml'], { env })).code).toBe(0)
    const encs = (text: string): readonly string[] => text.match(/YWdlLWVu\S+\r?\n\s+\S+/g) ?? []
    expect(encs(box.read('a.yaml')).length).toBe(3)
    expect(encs(box.read('a.yaml')).filter((enc) => encs(old).includes(enc))).toEqual([])
    expect(await openedWith(box, 'a.yaml', bob.identity, carol.identity)).toBe(128)
    rule(box, [[box.recipient, bob.recipient]])
    expect((await box.bulla(['updatekeys', '-y', 'a.yaml'], { env })).code).toBe(0)
    expect(await openedWith(box, 'a.yaml', bob.identity)).toBe(FILES['a.yaml'])
    expect(box.read('a.yaml')).not.toContain('shamir_threshold')
  })

  it('leaves the threshold of a file where the rule says nothing', async ({ box }) => {
    const [bob, carol] = [newIdentity(), newIdentity()]
    rule(box, [[box.recipient], [bob.recipient], [carol.recipient]], 'shamir_threshold: 2')
    box.write('a.yaml', `a: ${SECRET}\n`)
    await box.bulla(['encrypt', '-i', 'a.yaml'])
    rule(box, [[box.recipient], [bob.recipient], [carol.recipient]])
    expect((await box.bulla(['updatekeys', '--dry-run', 'a.yaml'])).code).toBe(0)
  })

  it('keeps entries of kinds that cannot be used yet, and does not make them', async ({ box }) => {
    await sealed(box, 'a.yaml')
    const entry = `    pgp:\n        - created_at: "2026-01-02T03:04:05Z"\n          enc: x\n          fp: ABCD\n`
    box.write('a.yaml', box.read('a.yaml').replace(/( +)mac:/, `${entry}$1mac:`))
    const { recipient } = newIdentity()
    rule(box, [[box.recipient, recipient]], 'pgp: ABCD')
    expect((await box.bulla(['updatekeys', '-y', 'a.yaml'])).code).toBe(0)
    expect(box.read('a.yaml')).toContain(entry)
    const before = box.read('a.yaml')
    rule(box, [[box.recipient, recipient]], 'pgp: ABCD,EF01')
    const { code, err } = await box.bulla(['updatekeys', '-y', 'a.yaml'])
    expect({ code, err }).toMatchObject({ code: 1, err: expect.stringMatching(/\.sops\.yaml:\d+:\d+: .*pgp EF01/) })
    expect(err).not.toContain('pgp ABCD')
    expect(box.read('a.yaml')).toBe(before)
  })

  it('says that a rule with another selector needs more', async ({ box }) => {
    await sealed(box, 'a.yaml')
    box.policy('encrypted_regex: ^a$')
    const { code, err } = await box.bulla(['updatekeys', 'a.yaml'])
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining('seals other values') })
  })

  it('checks the MAC, unless it does not count', async ({ box }) => {
    box.policy('unencrypted_regex: ^clear')
    box.write('a.yaml', `a: ${SECRET}\nclear: x\n`)
    await box.bulla(['encrypt', '-i', 'a.yaml'])
    box.write('a.yaml', box.read('a.yaml').replace('clear: x', 'clear: y'))
    rule(box, [[box.recipient, newIdentity().recipient]], 'unencrypted_regex: ^clear')
    expect((await box.bulla(['updatekeys', '-y', 'a.yaml'])).code).toBe(51)
    expect((await box.bulla(['updatekeys', '-y', '--ignore-mac', 'a.yaml'])).code).toBe(0)
    expect((await box.bulla(['decrypt', 'a.yaml'])).code).toBe(51)
  })

  it('plans all files first, and writes nothing when one of them fails', async ({ box }) => {
    await sealed(box, 'deploy/a.yaml', 'deploy/b.yaml')
    box.write('deploy/plain.yaml', 'a: 1\n')
    rule(box, [[box.recipient, newIdentity().recipient]])
    const sealedB = box.read('deploy/b.yaml')
    box.write('deploy/b.yaml', sealedB.replace(/data:[^,]*/, 'data:AAAA'))
    const before = box.snapshot()
    const failed = await box.bulla(['updatekeys', '-y', 'deploy'])
    expect(failed).toMatchObject({ code: 25, err: expect.stringContaining('1 of 3 files failed; nothing was written') })
    expectNoSecret(failed.err, SECRET, box.identity)
    expect(box.snapshot()).toEqual(before)
    box.write('deploy/b.yaml', sealedB)
    const done = await box.bulla(['updatekeys', '-y', 'deploy'])
    expect(done).toMatchObject({ code: 0, err: expect.stringContaining('bulla: 3 files: 2 changed, 1 not sealed\n') })
    const again = await box.bulla(['updatekeys', 'deploy/*.yaml', 'deploy'])
    expect(again).toMatchObject({ code: 1 })
    expect((await box.bulla(['updatekeys', 'deploy'])).code).toBe(0)
  })

  it('needs a policy, and a rule', async ({ box }) => {
    await sealed(box, 'a.yaml')
    box.write('.sops.yaml', `creation_rules:\n  - path_regex: ^b\n    age: ${box.recipient}\n`)
    expect(await box.bulla(['updatekeys', 'a.yaml'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('no matching creation rules found'),
    })
    box.write('.sops.yaml', 'stores: {}\n')
    expect((await box.bulla(['updatekeys', 'a.yaml'])).code).toBe(1)
    await box.run('rm', ['.sops.yaml'], {})
    expect(await box.bulla(['updatekeys', 'a.yaml'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('there is no .sops.yaml'),
    })
  })
})

describe.skipIf(noTerminal !== undefined)('updatekeys on a terminal', () => {
  it('asks until it is answered, and takes no for an answer', async ({ box }) => {
    await sealed(box, 'a.yaml')
    const before = box.read('a.yaml')
    rule(box, [[box.recipient, newIdentity().recipient]])
    const script = 'bulla updatekeys a.yaml; code=$?; echo done; exit $code'
    const no = await onTerminal(box, script, {
      steps: [
        { expect: PROMPT, send: 'x\r' },
        { expect: PROMPT, send: 'n\r' },
      ],
    })
    expect(no).toMatchObject({ code: 0, left: 0, echo: true })
    expect(box.read('a.yaml')).toBe(before)
    const yes = await onTerminal(box, script, { steps: [{ expect: PROMPT, send: 'y\r' }] })
    expect(yes).toMatchObject({ code: 0, left: 0, echo: true })
    expect(box.read('a.yaml')).not.toBe(before)
  })

  it('ends by Ctrl-C, and by the end of input, with nothing written', async ({ box }) => {
    await sealed(box, 'a.yaml')
    rule(box, [[box.recipient, newIdentity().recipient]])
    const before = box.snapshot()
    const interrupted = await onTerminal(box, 'exec "$NODE" "$BULLA" updatekeys a.yaml', {
      steps: [{ expect: PROMPT, send: '\x03' }],
    })
    expect(interrupted).toMatchObject({ signal: 2, echo: true })
    const ended = await onTerminal(box, 'bulla updatekeys a.yaml', { steps: [{ expect: PROMPT, send: '\x04' }] })
    expect(ended).toMatchObject({ code: 1, echo: true })
    expect(box.snapshot()).toEqual(before)
  })
})
