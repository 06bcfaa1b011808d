import { mkdirSync, statSync, symlinkSync } from 'node:fs'
import { describe, expect } from 'vitest'
import { newIdentity } from '../helpers/age.ts'
import { expectNoSecret, MARKER } from '../helpers/canary.ts'
import { findJudge, withJudge } from '../helpers/judges.ts'
import { it, type Sandbox } from '../helpers/sandbox.ts'
import { withOtherData } from '../helpers/tamper.ts'

const SECRET = `${MARKER}-hunter2`

/** A plain file of each format, and the same with one value changed. */
const FILES: Readonly<Record<string, readonly [string, string]>> = {
  'a.yaml': [
    `# note\na: one\nb: "${SECRET}"   # inline\nlist:\n  - x\n  - x\n  - y\nempty: ""\nn: 5\n`,
    `# note\na: one\nb: "other-${SECRET}"   # inline\nlist:\n  - x\n  - x\n  - y\nempty: ""\nn: 5\n`,
  ],
  'a.json': [
    `{\n  "a": "one",\n  "b": "${SECRET}",\n  "list": ["x", "x"]\n}\n`,
    `{\n  "a": "one",\n  "b": "other-${SECRET}",\n  "list": ["x", "x"]\n}\n`,
  ],
  'a.env': [`# note\nA=one\nB=${SECRET}\nC=one\n`, `# note\nA=one\nB=other-${SECRET}\nC=one\n`],
  'a.ini': [`; note\n[s]\na = one\nb = ${SECRET}\n`, `; note\n[s]\na = one\nb = other-${SECRET}\n`],
}
const NAMES = Object.keys(FILES)
const plainOf = (name: string) => FILES[name]?.[0] ?? ''
const changedOf = (name: string) => FILES[name]?.[1] ?? ''

const ok = { code: 0, out: '', err: '' }
const NEW_KEY = /^bulla: note: .*new data key: /m

/** Seal files in a repository and commit them. */
async function committed(box: Sandbox, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  box.policy()
  for (const [name, content] of Object.entries(files)) box.write(name, content)
  await box.git('init', '-q')
  await box.git('config', 'core.autocrlf', 'false')
  await box.bulla(['encrypt', '-i', ...Object.keys(files)])
  await box.git('add', '.')
  await box.git('commit', '-q', '-m', 'sealed')
}

/** Lines that differ from what is committed, without their content; the time may be the same, it has seconds. */
async function changedLines(box: Sandbox, name: string): Promise<string[]> {
  const diff = await box.git('diff', '-U0', '--', name)
  const lines = diff.split('\n').filter((line) => /^[-+](?![-+]{2} )(?!.*lastmodified)/.test(line))
  return lines.map((line) => line.replace(/([:=]\s*"?)(ENC\[|\d{4}-).*$/, '$1').replace(/\s+/g, ' '))
}

const CHANGED: Readonly<Record<string, readonly string[]>> = {
  'a.yaml': ['b: "', 'mac: '],
  'a.json': ['"b": "', '"mac": "'],
  'a.env': ['B=', 'sops_mac='],
  'a.ini': ['b = ', 'mac = '],
}

describe('sealing over a sealed version', () => {
  it.for(NAMES)('changes one line for one value, beside time and MAC: %s in place', async (name, { box }) => {
    await committed(box, { [name]: plainOf(name) })
    box.write(name, changedOf(name))

    expect(await box.bulla(['encrypt', '-i', name])).toMatchObject(ok)

    const lines = await changedLines(box, name)
    const expected = (CHANGED[name] ?? []).flatMap((line) => [`- ${line}`, `+ ${line}`])
    expect(lines.map((line) => line.replace(/^([-+])\s*/, '$1 ')).sort()).toEqual(expected.sort())
    expect((await box.bulla(['decrypt', name])).out).toBe(changedOf(name))
  })

  it.for(NAMES)('changes one line for one value, beside time and MAC: %s with --output', async (name, { box }) => {
    box.policy()
    const output = `sealed-${name}`
    box.write(name, plainOf(name))
    await box.bulla(['encrypt', '--output', output, name])
    const old = box.read(output).split('\n')
    box.write(name, changedOf(name))

    expect(await box.bulla(['encrypt', '--output', output, name])).toMatchObject(ok)

    const kept = box
      .read(output)
      .split('\n')
      .filter((line) => !old.includes(line))
    expect(kept.length).toBeLessThanOrEqual(3)
    expect((await box.bulla(['decrypt', output])).out).toBe(changedOf(name))
  })

  it.for([...NAMES, 'a.bin'])('puts the committed version back when nothing changed: %s', async (name, { box }) => {
    await committed(box, { [name]: plainOf(name) || 'bi\0nary' })
    const sealed = box.read(name)
    await box.bulla(['decrypt', '-i', name])
    expect(box.read(name)).not.toBe(sealed)

    expect(await box.bulla(['encrypt', '-i', name])).toMatchObject({
      code: 0,
      err: `bulla: note: ${name}: nothing changed since the sealed version in git, which is put back\n`,
    })
    expect(box.read(name)).toBe(sealed)
    expect(await box.git('status', '--short')).toBe('')
  })

  it.for([...NAMES, 'a.bin'])('does not write an output when nothing changed: %s', async (name, { box }) => {
    box.policy()
    box.write(name, plainOf(name) || 'bi\0nary')
    await box.bulla(['encrypt', '--output', `s-${name}`, name])
    const { ino, mtimeNs } = statSync(box.path(`s-${name}`), { bigint: true })

    expect(await box.bulla(['encrypt', '--output', `s-${name}`, name])).toMatchObject({
      code: 0,
      err: `bulla: note: ${name}: nothing changed since it was sealed: the output is left as it is\n`,
    })
    expect(statSync(box.path(`s-${name}`), { bigint: true })).toMatchObject({ ino, mtimeNs })
    expect(await box.bulla(['encrypt', '--dry-run', '--output', `s-${name}`, name])).toMatchObject({
      out: `unchanged\t${name}\n`,
    })
  })

  it('says once for many files that nothing changed', async ({ box }) => {
    await committed(box, Object.fromEntries(NAMES.map((name) => [name, plainOf(name)])))
    await box.bulla(['decrypt', '-i', ...NAMES])
    box.write('a.env', changedOf('a.env'))
    const { err } = await box.bulla(['encrypt', '-i', '.'])
    expect(err).toBe(
      'bulla: note: a.ini and 2 more files: nothing changed since the sealed version in git, which is put back\n' +
        'bulla: 4 files: 1 sealed, 3 as in git\n',
    )
  })

  it('knows the version in the index, which may be newer than HEAD', async ({ box }) => {
    await committed(box, { 'a.yaml': plainOf('a.yaml') })
    box.write('a.yaml', changedOf('a.yaml'))
    await box.bulla(['encrypt', '-i', 'a.yaml'])
    await box.git('add', 'a.yaml')
    const staged = box.read('a.yaml')
    await box.bulla(['decrypt', '-i', 'a.yaml'])
    await box.bulla(['encrypt', '-i', 'a.yaml'])
    expect(box.read('a.yaml')).toBe(staged)
  })

  it('knows HEAD when the plain file was staged, and when there is no commit yet the index', async ({ box }) => {
    await committed(box, { 'a.yaml': plainOf('a.yaml') })
    const sealed = box.read('a.yaml')
    await box.bulla(['decrypt', '-i', 'a.yaml'])
    await box.git('add', 'a.yaml')
    await box.bulla(['encrypt', '-i', 'a.yaml'])
    expect(box.read('a.yaml')).toBe(sealed)

    await box.git('checkout', '-q', '--orphan', 'other')
    await box.git('add', 'a.yaml')
    await box.bulla(['decrypt', '-i', 'a.yaml'])
    await box.bulla(['encrypt', '-i', 'a.yaml'])
    expect(box.read('a.yaml')).toBe(sealed)
  })

  it.skipIf(process.platform === 'win32')(
    'finds it through links, from other folders, in a work tree',
    async ({ box }) => {
      await committed(box, { 'sub/a.yaml': plainOf('a.yaml') })
      const sealed = box.read('sub/a.yaml')
      symlinkSync('sub/a.yaml', box.path('link.yaml'))
      await box.git('worktree', 'add', '-q', '../tree')
      mkdirSync(box.path('elsewhere'))
      for (const [file, cwd] of [
        ['link.yaml', '.'],
        ['a.yaml', 'sub'],
        ['../sub/a.yaml', 'elsewhere'],
        [box.path('../tree/sub/a.yaml'), '.'],
      ] as const) {
        const options = { cwd, env: { SOPS_CONFIG: box.path('.sops.yaml') } }
        expect(await box.bulla(['decrypt', '-i', file], options)).toMatchObject({ code: 0 })
        await box.bulla(['encrypt', '-i', file], options)
        expect((await box.sh(`cat ${file}`, { cwd })).out).toBe(sealed)
      }
    },
  )

  it('is not led to another repository by the variables of a hook', async ({ box }) => {
    await committed(box, { 'one/a.yaml': plainOf('a.yaml') })
    const sealed = box.read('one/a.yaml')
    await box.git('init', '-q', 'two')
    await box.bulla(['decrypt', '-i', 'one/a.yaml'])
    const env = {
      GIT_DIR: box.path('two/.git'),
      GIT_WORK_TREE: box.path('two'),
      GIT_INDEX_FILE: box.path('two/.git/index'),
    }
    await box.bulla(['encrypt', '-i', 'one/a.yaml'], { env })
    expect(box.read('one/a.yaml')).toBe(sealed)
  })

  it('keeps the ciphertexts of equal list elements apart and in their order', async ({ box }) => {
    await committed(box, { 'a.yaml': 'l:\n  - x\n  - x\n  - x\n  - q\n' })
    const old = box.read('a.yaml').match(/ENC\[[^\]]*\]/g) ?? []
    expect(new Set(old.slice(0, 4)).size).toBe(4)
    const longer = 'l:\n  - x\n  - x\n  - x\n  - q\n  - x\n  - r\n'
    box.write('a.yaml', longer)
    await box.bulla(['encrypt', '-i', 'a.yaml'])
    const now = box.read('a.yaml').match(/ENC\[[^\]]*\]/g) ?? []
    expect(now.slice(0, 4)).toEqual(old.slice(0, 4))
    expect(now[4]).toBe(old[2])
    expect(old).not.toContain(now[5])
    expect((await box.bulla(['decrypt', 'a.yaml'])).out).toBe(longer)
  })

  it('keeps all ciphertexts when only layout and clear parts change', async ({ box }) => {
    await committed(box, { 'a.yaml': `a: ${SECRET}\nb_unencrypted: 1\n` })
    const [old] = box.read('a.yaml').match(/ENC\[[^\]]*\]/g) ?? []
    box.write('a.yaml', `b_unencrypted: 2\n\n\na:    '${SECRET}'\n`)
    expect(await box.bulla(['encrypt', '-i', 'a.yaml'])).toMatchObject(ok)
    expect(box.read('a.yaml')).toMatch(/^b_unencrypted: 2\n\n\na: {4}'ENC\[/)
    expect(box.read('a.yaml')).toContain(old)
  })

  it('keeps what stays sealed when the selector changes', async ({ box }) => {
    await committed(box, { 'a.yaml': `a: ${SECRET}\nb: two\n` })
    const [a = '', b = ''] = box.read('a.yaml').match(/ENC\[[^\]]*\]/g) ?? []
    await box.bulla(['decrypt', '-i', 'a.yaml'])
    box.policy('encrypted_regex: ^a$')
    expect(await box.bulla(['encrypt', '-i', 'a.yaml'])).toMatchObject(ok)
    expect(box.read('a.yaml')).toContain(`a: ${a}\nb: two\n`)
    expect(box.read('a.yaml')).not.toContain(b)
    expect((await box.bulla(['decrypt', 'a.yaml'])).out).toBe(`a: ${SECRET}\nb: two\n`)
  })

  it('adds the wraps of a new reader, and nothing else changes', async ({ box }) => {
    await committed(box, { 'a.yaml': plainOf('a.yaml') })
    const sealed = box.read('a.yaml')
    const { identity, recipient } = newIdentity()
    await box.bulla(['decrypt', '-i', 'a.yaml'])
    box.write('.sops.yaml', `creation_rules:\n  - age: ${recipient},${box.recipient}\n`)

    expect(await box.bulla(['encrypt', '-i', 'a.yaml'])).toMatchObject(ok)

    const now = box.read('a.yaml')
    const wraps = (text: string) => text.match(/-----BEGIN[\s\S]*?-----END/g) ?? []
    expect(wraps(now)).toHaveLength(2)
    expect(wraps(now)[1]).toBe(wraps(sealed)[0])
    expect(now.split('\nsops:')[0]).toBe(sealed.split('\nsops:')[0])
    const env = { SOPS_AGE_KEY_FILE: undefined, SOPS_AGE_KEY: identity }
    expect((await box.bulla(['decrypt', 'a.yaml'], { env })).out).toBe(plainOf('a.yaml'))
  })

  it('has a new data key when somebody may not read it any more, and says who', async ({ box }) => {
    const gone = newIdentity()
    await committed(box, { 'a.yaml': plainOf('a.yaml') })
    box.write('.sops.yaml', `creation_rules:\n  - age: [${box.recipient}, ${gone.recipient}]\n`)
    await box.bulla(['decrypt', '-i', 'a.yaml'])
    await box.bulla(['encrypt', '-i', 'a.yaml'])
    await box.git('commit', '-qam', 'two readers')
    const old = box.read('a.yaml').match(/ENC\[[^\]]*\]/g) ?? []
    await box.bulla(['decrypt', '-i', 'a.yaml'])
    box.policy()

    const { code, err } = await box.bulla(['encrypt', '-i', 'a.yaml'])

    expect({ code, err }).toEqual({
      code: 0,
      err: `bulla: note: a.yaml: new data key: ${gone.recipient} no longer reads it\n`,
    })
    for (const value of old) expect(box.read('a.yaml')).not.toContain(value)
    const env = { SOPS_AGE_KEY_FILE: undefined, SOPS_AGE_KEY: gone.identity }
    expect(await box.bulla(['decrypt', 'a.yaml'], { env })).toMatchObject({ code: 128 })
  })

  it('has a new data key when key groups change', async ({ box }) => {
    await committed(box, { 'a.yaml': plainOf('a.yaml') })
    const other = newIdentity()
    await box.bulla(['decrypt', '-i', 'a.yaml'])
    const groups = [`- age: [${box.recipient}]`, `- age: [${other.recipient}]`]
      .map((line) => `      ${line}\n`)
      .join('')
    box.write('.sops.yaml', `creation_rules:\n  - shamir_threshold: 2\n    key_groups:\n${groups}`)
    const { err } = await box.bulla(['encrypt', '-i', 'a.yaml'])
    expect(err).toMatch(/new data key: the key groups changed/)

    await box.git('commit', '-qam', 'groups')
    const sealed = box.read('a.yaml')
    const env = { SOPS_AGE_KEY: other.identity }
    expect(await box.bulla(['decrypt', '-i', 'a.yaml'], { env })).toMatchObject({ code: 0 })
    expect(await box.bulla(['encrypt', '-i', 'a.yaml'], { env })).toMatchObject({ code: 0 })
    expect(box.read('a.yaml')).toBe(sealed)
  })

  it('has new ciphertexts with --fresh', async ({ box }) => {
    await committed(box, { 'a.yaml': plainOf('a.yaml') })
    const old = box.read('a.yaml').match(/ENC\[[^\]]*\]/g) ?? []
    await box.bulla(['decrypt', '-i', 'a.yaml'])
    expect(await box.bulla(['encrypt', '-i', '--fresh', 'a.yaml'])).toMatchObject(ok)
    for (const value of old) expect(box.read('a.yaml')).not.toContain(value)

    box.write('plain.yaml', plainOf('a.yaml'))
    const first = box.read('a.yaml')
    await box.bulla(['encrypt', '--fresh', '--output', 'a.yaml', 'plain.yaml'])
    expect(box.read('a.yaml')).not.toBe(first)
  })

  it('has new ciphertexts when the earlier version cannot be opened here, and says so', async ({ box }) => {
    await committed(box, { 'a.yaml': plainOf('a.yaml') })
    box.write('a.yaml', plainOf('a.yaml'))
    const { code, err } = await box.bulla(['encrypt', '-i', 'a.yaml'], { env: { SOPS_AGE_KEY_FILE: undefined } })
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringMatching(NEW_KEY) })
    expect(err).toMatch(/the earlier sealed version cannot be opened here/)
    expect((await box.bulla(['decrypt', 'a.yaml'])).out).toBe(plainOf('a.yaml'))
  })

  it.for([
    ['its MAC is broken', (text: string) => withOtherData(text, 'mac: ')],
    ['a value is broken', (text: string) => withOtherData(text, 'a: ')],
    ['its metadata are gone', (text: string) => text.replace(/\nsops:[\s\S]*/, '\n')],
    ['its metadata are broken', (text: string) => text.replace('lastmodified', 'modified')],
  ] as const)('keeps nothing of an earlier version that is damaged: %s', async ([, damage], { box }) => {
    await committed(box, { 'a.yaml': plainOf('a.yaml') })
    const sealed = box.read('a.yaml')
    box.write('a.yaml', damage(sealed))
    await box.git('commit', '-qam', 'damaged')
    const old = box.read('a.yaml').match(/ENC\[[^\]]*\]/g) ?? []
    box.write('a.yaml', plainOf('a.yaml'))
    const { code, err } = await box.bulla(['encrypt', '-i', 'a.yaml'])
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringMatching(/new data key: .* is damaged/) })
    for (const value of old) expect(box.read('a.yaml')).not.toContain(value)
    expectNoSecret(err)
  })

  it('takes a file under that name that never was sealed for none', async ({ box }) => {
    box.policy()
    box.write('a.yaml', plainOf('a.yaml'))
    await box.git('init', '-q')
    await box.git('add', '.')
    expect(await box.bulla(['encrypt', '-i', 'a.yaml'])).toMatchObject(ok)
  })

  it('says so when there is a repository and git cannot be asked', async ({ box }) => {
    await committed(box, { 'a.yaml': plainOf('a.yaml') })
    box.write('a.yaml', plainOf('a.yaml'))
    const missing = await box.bulla(['encrypt', '-i', 'a.yaml'], { env: { PATH: '/nowhere' } })
    expect(missing).toMatchObject({
      code: 0,
      err: 'bulla: note: a.yaml: git is not installed: all ciphertexts will be new\n',
    })
    box.write('a.yaml', plainOf('a.yaml'))
    box.write('.git/HEAD', 'broken\n')
    const refused = await box.bulla(['encrypt', '-i', 'a.yaml'])
    expect(refused).toMatchObject({
      code: 0,
      err: 'bulla: note: a.yaml: git refuses to read this repository: all ciphertexts will be new\n',
    })
  })

  it('does not ask git outside of a repository', async ({ box }) => {
    box.policy()
    box.write('a.yaml', plainOf('a.yaml'))
    expect(await box.bulla(['encrypt', '-i', 'a.yaml'], { env: box.observe() })).toMatchObject(ok)
    expect(box.observed()).toEqual([])
  })

  it('asks git once for many files', async ({ box }) => {
    await committed(box, Object.fromEntries(NAMES.map((name) => [name, plainOf(name)])))
    await box.bulla(['decrypt', '-i', ...NAMES])
    await box.bulla(['encrypt', '-i', ...NAMES], { env: box.observe() })
    expect(box.observed()).toEqual(['run git'])
  })

  it('finds files whose names are unusual', async ({ box }) => {
    const names = ['ä ö.yaml', '-dash.yaml', 'quo\'te".yaml', 'a:b.yaml', '*.yaml', '(1) [2].yaml']
    await committed(box, {})
    for (const name of names) box.write(name, `a: ${SECRET}\n`)
    const paths = names.map((name) => `./${name}`)
    expect(await box.bulla(['encrypt', '-i', '--', ...paths])).toMatchObject({ code: 0 })
    await box.git('add', '.')
    await box.bulla(['decrypt', '-i', '--', ...paths])
    await box.bulla(['encrypt', '-i', '--', ...paths])
    expect(await box.git('diff', '--stat')).toBe('')
  })
})

describe.skipIf(findJudge('sops') === undefined)(withJudge('what is sealed over a sealed version', 'sops'), () => {
  it.for(NAMES)('is opened by the real sops: %s', async (name, { box }) => {
    await committed(box, { [name]: plainOf(name) })
    box.write(name, changedOf(name))
    await box.bulla(['encrypt', '-i', name])
    const opened = await box.sops(['decrypt', name])
    expect(opened).toMatchObject({ code: 0 })
    expect(opened.out).toContain(`other-${SECRET}`)
  })
})
