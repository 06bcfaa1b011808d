import { mkdirSync } from 'node:fs'
import { describe, expect } from 'vitest'
import { expectNoSecret, MARKER } from '../helpers/canary.ts'
import { findJudge, withJudge } from '../helpers/judges.ts'
import { it } from '../helpers/sandbox.ts'

const SECRET = `${MARKER}-hunter2`
const YAML = `# note\ndb:\n  password: ${SECRET}   # inline\n  port: 5432\nlist: [a, b]\n`

describe('the built command', () => {
  it('seals and opens a file, byte for byte, as its help says', async ({ box }) => {
    box.policy()
    box.write('secrets.yaml', YAML)

    expect(await box.bulla(['encrypt', '--in-place', 'secrets.yaml'])).toMatchObject({ code: 0, out: '', err: '' })
    expectNoSecret(box.read('secrets.yaml'))
    expect(await box.bulla(['decrypt', 'secrets.yaml'])).toMatchObject({ code: 0, out: YAML, err: '' })
    const path = '["db"]["password"]'
    expect(await box.bulla(['decrypt', '--extract', path, 'secrets.yaml'])).toMatchObject({ out: SECRET })
    expect(await box.bulla(['decrypt', '-i', 'secrets.yaml'])).toMatchObject({ code: 0, out: '', err: '' })
    expect(box.read('secrets.yaml')).toBe(YAML)
  })

  it('takes options anywhere, in the spellings of sops and in its old forms', async ({ box }) => {
    box.policy()
    box.write('a.yaml', YAML)
    const sealed = (await box.bulla(['-e', 'a.yaml'])).out
    box.write('s.yaml', sealed)
    const json = (await box.bulla(['decrypt', '--output-type', 'json', 's.yaml'])).out
    expect(JSON.parse(json)).toEqual({ db: { password: SECRET, port: 5432 }, list: ['a', 'b'] })

    for (const line of [
      'decrypt s.yaml --output-type json',
      'decrypt s.yaml --output-type=json',
      'decrypt -output-type json s.yaml',
      '--output-type json decrypt s.yaml',
      '-d s.yaml --output-type json',
      '--output-type json -d s.yaml',
      '-decrypt -output-type=json s.yaml',
      'decrypt --output-type json --in-place=false -- s.yaml',
    ]) {
      expect(await box.bulla(line.split(' '))).toMatchObject({ code: 0, out: json, err: '' })
    }
  })

  it.for([
    ['short', []],
    ['with --quiet', ['--quiet']],
  ] as const)('says what it did to several files in one line, %s', async ([, more], { box }) => {
    box.policy('path_regex: \\.(yaml|env)$')
    box.write('a.yaml', YAML)
    box.write('sub/b.env', 'A=1\n')
    box.write('sub/c.txt', 'not for the policy\n')
    box.write('node_modules/d.yaml', YAML)

    const sealed = await box.bulla(['encrypt', '-i', '.', ...more])
    expect(sealed).toMatchObject({ code: 0, out: '', err: more.length > 0 ? '' : 'bulla: 2 files: 2 sealed\n' })
    const again = await box.bulla(['encrypt', '-i', '.', ...more])
    expect(again).toMatchObject({ code: 0, err: more.length > 0 ? '' : 'bulla: 2 files: 2 left alone\n' })
    const opened = await box.bulla(['decrypt', '-i', '.', ...more])
    expect(opened.err).toBe(more.length > 0 ? '' : 'bulla: 4 files: 2 opened, 2 not sealed\n')
    expect(box.read('a.yaml')).toBe(YAML)
  })

  it('takes files, folders and patterns, each file once', async ({ box }) => {
    box.policy()
    for (const name of ['a.yaml', 'sub/b.yaml', 'sub/deep/c.yaml', 'sub/d.json']) {
      box.write(name, name.endsWith('json') ? '{"a": "b"}\n' : YAML)
    }
    const plan = await box.bulla(['encrypt', '--dry-run', 'a.yaml', './a.yaml', 'sub/**/*.yaml', 'sub'])
    expect(plan).toMatchObject({ code: 0, err: '' })
    expect(plan.out.split('\n')).toEqual([
      'sealed\ta.yaml',
      'sealed\tsub/b.yaml',
      'sealed\tsub/deep/c.yaml',
      'sealed\tsub/d.json',
      '',
    ])
    expect(box.read('a.yaml')).toBe(YAML)
  })

  it('does all or nothing: one file that cannot be sealed keeps the others as they are', async ({ box }) => {
    box.policy()
    box.write('a.yaml', YAML)
    box.write('b.yaml', `x: ${SECRET}\n y: broken\n`)
    box.write('c.yaml', `- ${SECRET}\n`)
    const before = box.snapshot()

    const { code, err } = await box.bulla(['encrypt', '-i', 'a.yaml', 'b.yaml', 'c.yaml'])

    expect(code).toBe(2)
    expect(err).toMatch(/error: b\.yaml:2:[\s\S]*error: c\.yaml:1:[\s\S]*2 of 3 files failed; nothing was written\n$/)
    expectNoSecret(err)
    expect(box.snapshot()).toEqual(before)
  })

  it('goes on with several named files where it was stopped: those that are done are left alone', async ({ box }) => {
    box.policy()
    const files = ['a.yaml', 'b.bin', 'c.env', 'd.yaml']
    for (const name of files) box.write(name, 'A=1\n')
    for (const name of ['a.yaml', 'd.yaml']) box.write(name, YAML)
    await box.bulla(['encrypt', '-i', 'a.yaml', 'b.bin'])
    const sealed = box.read('b.bin')

    const rest = await box.bulla(['encrypt', '-i', ...files])
    expect(rest).toMatchObject({ code: 0, err: 'bulla: 4 files: 2 sealed, 2 left alone\n' })
    expect(box.read('b.bin')).toBe(sealed)
    expect(await box.bulla(['encrypt', '-i', '*.{yaml,bin,env}'])).toMatchObject({
      code: 0,
      err: 'bulla: 4 files: 4 left alone\n',
    })
    await box.bulla(['decrypt', '-i', 'c.env'])
    const opened = await box.bulla(['decrypt', '-i', ...files])
    expect(opened).toMatchObject({ code: 0, err: 'bulla: 4 files: 3 opened, 1 not sealed\n' })
    expect(box.read('d.yaml')).toBe(YAML)
  })

  it('does not leave a file alone that is not sealed and only has the name of the metadata', async ({ box }) => {
    box.policy()
    box.write('a.yaml', `sops: {x: 1}\npassword: ${SECRET}\n`)
    box.write('b.yaml', YAML)
    const before = box.snapshot()
    for (const paths of [['.'], ['a.yaml', 'b.yaml'], ['*.yaml'], ['a.yaml']]) {
      const { code, err } = await box.bulla(['encrypt', '-i', ...paths])
      expect(code).toBe(203)
      expect(err).toMatch(/^bulla: error: a\.yaml: .*the reserved key sops\nbulla: hint: ./)
      expect(box.snapshot()).toEqual(before)
    }
  })

  it('does not take its own policy for a file to seal or open because a pattern fits it', async ({ box }) => {
    box.policy()
    box.write('a.yaml', YAML)
    const policy = box.read('.sops.yaml')
    expect(await box.bulla(['encrypt', '-i', '*.yaml'])).toMatchObject({ code: 0, err: '' })
    expect(box.read('.sops.yaml')).toBe(policy)
    expect(box.read('a.yaml')).toContain('ENC[')
    expect(await box.bulla(['decrypt', '--output-dir', 'out', '*.yaml'])).toMatchObject({ code: 0, err: '' })
    expect(box.read('out/a.yaml')).toBe(YAML)
  })

  it('says so when a folder has nothing to seal', async ({ box }) => {
    box.policy('path_regex: ^elsewhere/')
    box.write('a.yaml', YAML)
    for (const option of ['-i', '--dry-run'])
      expect(await box.bulla(['encrypt', option, '.'])).toMatchObject({
        code: 0,
        err: 'bulla: no files that a rule is for\n',
      })
    box.policy()
    await box.bulla(['encrypt', '-i', 'a.yaml'])
    expect(await box.bulla(['encrypt', '-i', '.'])).toMatchObject({ code: 0, err: 'bulla: 1 file: 1 left alone\n' })
  })

  it('shows with --dry-run what it would do, and opens and verifies with it', async ({ box }) => {
    box.policy()
    box.write('a.yaml', YAML)
    box.write('plain.yaml', YAML)
    await box.bulla(['encrypt', '-i', 'a.yaml'])
    const before = box.snapshot()

    expect(await box.bulla(['encrypt', '--dry-run', '.'])).toMatchObject({
      code: 0,
      out: 'left alone\ta.yaml\nsealed\tplain.yaml\n',
    })
    expect(await box.bulla(['decrypt', '--dry-run', '.'])).toMatchObject({
      code: 0,
      out: 'not sealed\t.sops.yaml\nopened\ta.yaml\nnot sealed\tplain.yaml\n',
    })
    expect(await box.bulla(['decrypt', '--dry-run', 'a.yaml'])).toMatchObject({ code: 0, out: 'opened\ta.yaml\n' })
    expect(box.snapshot()).toEqual(before)
    box.write('a.yaml', box.read('a.yaml').replace('mac: ENC', 'mac: XNC'))
    expect(await box.bulla(['decrypt', '--dry-run', '.'])).toMatchObject({ code: 51, out: '' })
  })

  it('does not pass over a file of a folder that was sealed and is broken now', async ({ box }) => {
    box.policy()
    box.write('a.yaml', YAML)
    box.write('b.yaml', YAML)
    box.write('README.md', 'A sealed value looks like `ENC[AES256_GCM,data:…]`.\n')
    await box.bulla(['encrypt', '-i', 'a.yaml', 'b.yaml'])
    box.write('b.yaml', `<<<<<<< HEAD\n${box.read('b.yaml')}`)

    const { code, err } = await box.bulla(['decrypt', '.', '--output-dir', 'out'])
    expect(code).toBe(1)
    expect(err).toMatch(/error: b\.yaml:/)
    expect(box.has('out')).toBe(false)
    box.write('b.yaml', box.read('a.yaml').replace(/^sops:[\s\S]*/m, ''))
    expect(await box.bulla(['decrypt', '.', '--output-dir', 'out'])).toMatchObject({ code: 1 })
  })

  it('leaves a key file alone that only lies in the folder', async ({ box }) => {
    box.policy('path_regex: .*')
    box.write('a.yaml', YAML)
    box.write('keys.txt', `${box.identity}\n`)

    const { code, err } = await box.bulla(['encrypt', '-i', '.'])
    expect({ code, err }).toMatchObject({
      code: 0,
      err: expect.stringMatching(/note: keys\.txt: it holds an age identity/),
    })
    expect(box.read('keys.txt')).toBe(`${box.identity}\n`)
    expect(await box.bulla(['encrypt', '-i', 'keys.txt'])).toMatchObject({ code: 0 })
    expectNoSecret(box.read('keys.txt'), box.identity)
  })

  it.for([
    [['decrypt', '--in-place', '--output', 'x', 'a.yaml'], '--in-place and --output exclude each other'],
    [['decrypt', '--output-dir', 'x', '--output', 'y', 'a.yaml'], '--output and --output-dir exclude each other'],
    [['decrypt', '--in-place', '--extract', '["a"]', 'a.yaml'], '--extract takes one value out of a file'],
    [['encrypt', '--in-place', '--output', 'x', 'a.yaml'], '--in-place and --output exclude each other'],
    [['decrypt', '--in-place'], 'standard input cannot be changed in place'],
    [['encrypt', '--in-place', '--filename-override', 'a.yaml'], 'standard input cannot be changed in place'],
  ] as const)('refuses options that exclude each other: %j', async ([args, message], { box }) => {
    const { code, err } = await box.bulla(args)
    expect(code).toBe(8)
    expect(err).toContain(message)
    expect(err).toMatch(/\nbulla: hint: ./)
  })

  it.for([
    ['decrypt', ['a.yaml', 'b.yaml'], 'several files need a place to go'],
    ['encrypt', ['a.yaml', 'b.yaml'], 'several files need a place to go'],
    ['encrypt', ['*.yaml'], 'several files need a place to go'],
    [
      'encrypt',
      ['-i', '--filename-override', 'x.yaml', 'a.yaml', 'b.yaml'],
      '--filename-override needs exactly one file',
    ],
    ['decrypt', ['--output', 'x', '--dry-run', 'a.yaml', 'b.yaml'], 'several files need a place to go'],
  ] as const)('needs a place for several files: %s %j', async ([command, args, message], { box }) => {
    box.policy()
    box.write('a.yaml', YAML)
    box.write('b.yaml', YAML)
    const { code, err } = await box.bulla([command, ...args])
    expect(code).toBe(1)
    expect(err).toContain(message)
  })
})

describe('where the format comes from', () => {
  it('is the ending of the name, or what is given in its place', async ({ box }) => {
    box.policy()
    box.write('a.txt', YAML)

    const asYaml = await box.bulla(['encrypt', '--input-type', 'yaml', '--output-type', 'yaml', 'a.txt'])
    expect(asYaml.out).toMatch(/^#ENC.*\ndb:\n {2}password: ENC/)
    const byName = await box.bulla(['encrypt', '--filename-override', 'x.yaml', 'a.txt'])
    expect(byName.out).toMatch(/^#ENC.*\ndb:\n {2}password: ENC/)
    const binary = await box.bulla(['encrypt', 'a.txt'])
    expect(Object.keys(JSON.parse(binary.out))).toEqual(['data', 'sops'])

    box.write('b.txt', byName.stdout)
    expect((await box.bulla(['decrypt', 'b.txt'])).err).toMatch(
      /not sealed as a binary file\nbulla: hint: .*--input-type/,
    )
    expect((await box.bulla(['decrypt', '--filename-override', 'x.yaml', 'b.txt'])).out).toBe(YAML)
    expect((await box.bulla(['decrypt', '--input-type', 'yaml', 'b.txt'])).err).toMatch(/no binary data/)
    expect((await box.bulla(['decrypt', '--input-type', 'yaml', '--output-type', 'yaml', 'b.txt'])).out).toBe(YAML)
  })

  it('takes an empty type, name, path and policy for none', async ({ box }) => {
    box.policy()
    box.write('a.yaml', YAML)
    const empty = ['--input-type', '', '--output-type', '', '--filename-override', '', '--config', '']
    const sealed = await box.bulla(['encrypt', ...empty, '--age', '', 'a.yaml'])
    box.write('s.yaml', sealed.stdout)
    expect((await box.bulla(['decrypt', ...empty, '--extract', '', '--decryption-order', '', 's.yaml'])).out).toBe(YAML)
  })

  it('does not take an empty output for standard output, nor for this folder: a script forgot a variable', async ({
    box,
  }) => {
    box.policy()
    box.write('a.yaml', YAML)
    mkdirSync(box.path('empty'))
    const before = box.snapshot()
    for (const args of [
      ['encrypt', '--output', '', '../a.yaml'],
      ['decrypt', '--output-dir', '', '../a.yaml'],
    ]) {
      const { code, out, err } = await box.bulla(args, { cwd: 'empty' })
      expect({ code, out }).toEqual({ code: 1, out: '' })
      expect(err).toMatch(/ is empty\nbulla: hint: check the variable/)
    }
    expect(box.snapshot()).toEqual(before)
  })

  it('follows --indent where something is written anew', async ({ box }) => {
    box.policy()
    box.write('.sops.yaml', `${box.read('.sops.yaml')}stores:\n  json:\n    indent: 1\n`)
    box.write('a.yaml', 'a:\n  b: c\n')
    await box.bulla(['encrypt', '-i', 'a.yaml'])
    const opened = async (...more: string[]) =>
      (await box.bulla(['decrypt', '--output-type', 'json', ...more, 'a.yaml'])).out
    expect(await opened()).toBe('{\n "a": {\n  "b": "c"\n }\n}\n')
    expect(await opened('--indent', '3')).toBe('{\n   "a": {\n      "b": "c"\n   }\n}\n')
    expect(await opened('--indent', '-1')).toBe('{\n\t"a": {\n\t\t"b": "c"\n\t}\n}\n')
    expect(await opened('--indent=0')).toBe('{\n"a": {\n"b": "c"\n}\n}\n')
    expect(await box.bulla(['decrypt', '--output-type', 'json', '--indent', '-2', 'a.yaml'])).toMatchObject({ code: 4 })
  })
})

const TYPES = ['yaml', 'json', 'dotenv', 'ini', 'binary'] as const
const PLAIN = {
  yaml: 'a: one\nb: 2\nf: 1.5\nt: true\ne: ""\n',
  json: '{"a": "one", "b": 2, "f": 1.5, "t": true, "e": ""}\n',
  dotenv: '# c\na=one\nb=2\ne=\n',
  ini: '; c\n[s]\na = one\nb = 2\n',
  binary: 'raw text\n',
}
/** What cannot be: INI has sections and nothing else has; only one text can be a binary file. */
const IMPOSSIBLE = (from: string, to: string) =>
  from !== to && (to === 'ini' || to === 'binary' || (from === 'ini' && to === 'dotenv'))

describe('every pair of types', () => {
  const pairs = TYPES.flatMap((from) => TYPES.map((to) => ({ from, to })))

  it.for(pairs)('seals and opens $from as $to, or says that it cannot', async ({ from, to }, { box }) => {
    box.policy()
    box.write('plain', PLAIN[from])
    const types = ['--input-type', from, '--output-type', to]

    const sealed = await box.bulla(['encrypt', ...types, '--output', 'sealed', 'plain'])
    await box.bulla(['encrypt', '--input-type', from, '--output-type', from, '--output', 'own', 'plain'])
    const opened = await box.bulla(['decrypt', ...types, 'own'])

    if (IMPOSSIBLE(from, to)) {
      expect(sealed).toMatchObject({ code: 4, out: '', err: expect.stringMatching(/\nbulla: hint: ./) })
      expect(opened).toMatchObject({ code: 4, out: '', err: expect.stringMatching(/\nbulla: hint: ./) })
      expect(box.has('sealed')).toBe(false)
      if (to === 'binary') expect(sealed.err).toContain(`write --output-type ${from} for`)
      return
    }
    expect({ sealed: sealed.code, opened: opened.code, err: opened.err }).toEqual({ sealed: 0, opened: 0, err: '' })
    const back = await box.bulla(['decrypt', '--input-type', to, '--output-type', to, 'sealed'])
    // the two ways to the other type lead to the same
    expect(back.out).toBe(opened.out)
    if (from === to) expect(opened.out).toBe(PLAIN[from])
  })

  describe.skipIf(findJudge('sops') === undefined)(withJudge('as the real sops does it', 'sops'), () => {
    // bulla keeps the layout of JSON, sops has one of its own
    it.for(pairs.filter(({ from, to }) => from !== 'json' || to !== 'json'))(
      'opens $from as $to',
      async ({ from, to }, { box }) => {
        box.policy()
        box.write('plain', PLAIN[from])
        await box.bulla(['encrypt', '--input-type', from, '--output-type', from, '--output', 'sealed', 'plain'])
        const args = ['decrypt', '--input-type', from, '--output-type', to, 'sealed']
        const { code, out } = await box.bulla(args)
        expect({ code, out }).toEqual(await box.sops(args).then(({ code, out }) => ({ code, out })))
      },
    )
  })
})

describe('filestatus', () => {
  it('says for every type whether a file is sealed, and needs no key', async ({ box }) => {
    box.policy()
    for (const type of TYPES) {
      box.write(type, PLAIN[type])
      await box.bulla(['encrypt', '--input-type', type, '--output-type', type, '--output', `${type}.sealed`, type])
      const status = async (name: string) =>
        (await box.bulla(['filestatus', '--input-type', type, name], { env: { SOPS_AGE_KEY_FILE: undefined } })).out
      expect(await status(type)).toBe('{"encrypted":false}\n')
      expect(await status(`${type}.sealed`)).toBe('{"encrypted":true}\n')
    }
  })

  it('counts a file without MAC as not sealed, and stops at a broken one', async ({ box }) => {
    box.policy()
    box.write('a.yaml', YAML)
    await box.bulla(['encrypt', '-i', 'a.yaml'])
    const sealed = box.read('a.yaml')
    box.write('a.yaml', sealed.replace(/ {4}mac: .*\n/, ''))
    expect(await box.bulla(['filestatus', 'a.yaml'])).toMatchObject({ code: 0, out: '{"encrypted":false}\n' })
    box.write('a.yaml', sealed.replace(/ {4}lastmodified: .*\n/, ''))
    expect(await box.bulla(['filestatus', 'a.yaml'])).toMatchObject({ code: 1, out: '' })
    expect(await box.bulla(['filestatus', 'nope.yaml'])).toMatchObject({ code: 1, out: '' })
    box.write('empty.yaml', '')
    expect(await box.bulla(['filestatus', 'empty.yaml'])).toMatchObject({ code: 0, out: '{"encrypted":false}\n' })
  })
})
