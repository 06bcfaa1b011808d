import { describe, expect, it } from 'vitest'
import packageJson from '../../../package.json' with { type: 'json' }
import { COMMANDS } from '../../../src/cli/commands.ts'
import { run } from '../../../src/cli/run.ts'
import { VERSION } from '../../../src/cli/version.ts'
import { expectNoSecret, MARKER } from '../../helpers/canary.ts'
import { fakeIo } from '../../helpers/fake-io.ts'

async function call(line: string, settings = {}) {
  const io = fakeIo(settings)
  const code = await run(line === '' ? [] : line.split(' '), io)
  return { code, out: io.out(), err: io.err() }
}

const commands = Object.keys(COMMANDS)
const KNOWN = `commands are ${commands.join(', ')}`

describe('help', () => {
  it.each(commands)(
    'of %s is on standard output, has examples and exit codes, and fits into 100 columns',
    async (name) => {
      const { code, out, err } = await call(`${name} --help`)

      expect({ code, err }).toEqual({ code: 0, err: '' })
      expect(out.match(new RegExp(`^ {2}\\$ (?:.*\\| *)?bulla ${name} `, 'gm'))?.length).toBeGreaterThanOrEqual(2)
      expect(out).toMatch(/^Exit codes: 0 /m)
      expect(out.split('\n').filter((line) => line.length > 100)).toEqual([])
    },
  )

  it.each(commands)('of %s has many ways', async (name) => {
    const { out } = await call(`${name} --help`)

    for (const line of [`help ${name}`, `h ${name}`, `${name} -h`, `--help ${name}`, `${name} some file --help`]) {
      expect(await call(line)).toEqual({ code: 0, out, err: '' })
    }
  })

  it.each(['help', 'h', '--help', '-h', '-help'])('as %s shows all commands', async (line) => {
    const { code, out, err } = await call(line)

    expect({ code, err }).toEqual({ code: 0, err: '' })
    for (const [name, { summary }] of Object.entries(COMMANDS)) expect(out).toMatch(new RegExp(`${name} +${summary}`))
    expect(out.split('\n').filter((line) => line.length > 100)).toEqual([])
  })

  it('without any word goes to standard error: a script that forgot its arguments must notice', async () => {
    const { code, out, err } = await call('')

    expect({ code, out }).toEqual({ code: 100, out: '' })
    expect(err).toMatch(/^Usage: bulla[\s\S]*bulla: error: no command was given\n/)
  })

  it('of a verb is shown by "help" in front of it too', async () => {
    const { code, out } = await call('help recipient create')
    expect({ code, out }).toEqual({ code: 0, out: (await call('recipient create --help')).out })
    expect(out).not.toBe((await call('recipient --help')).out)
  })

  it("on something else is an error, with sops's number", async () => {
    expect(await call('help me')).toEqual({
      code: 3,
      out: '',
      err: `bulla: error: there is no help on this topic\nbulla: hint: topics are ${commands.join(', ')}\n`,
    })
  })
})

describe('the version', () => {
  it('is that of the package', () => {
    expect(VERSION).toBe(packageJson.version)
  })

  it.each(['--version', '-v', '-version', '-v --disable-version-check', '--check-for-updates --version', '-v decrypt'])(
    'is shown by %s, and nobody is called',
    async (line) => {
      expect(await call(line)).toEqual({
        code: 0,
        out: `bulla ${VERSION} (reads and writes sops 3.13.3 files)\n`,
        err: '',
      })
    },
  )

  it('looks like that of sops under its name', async () => {
    expect((await call('--version', { program: 'sops' })).out).toBe('sops 3.13.3\n')
  })
})

describe('a command line that cannot be run', () => {
  const cases: [string, number, string, string][] = [
    ['enrypt a', 1, 'there is no command enrypt', 'did you mean encrypt?'],
    ['dcrypt a', 1, 'there is no command dcrypt', 'did you mean decrypt?'],
    ['version', 1, 'there is no command version', 'did you mean --version?'],
    ['grant alice a.yaml', 1, 'there is no command grant', 'did you mean recipient grant?'],
    ['quux', 1, 'there is no command quux', KNOWN],
    ['edt a.yaml', 1, 'there is no command edt', 'did you mean edit?'],
    ['a.yaml decrypt', 1, 'there is no command a.yaml', 'to open a file, write decrypt before its name'],
    ['edit', 100, "missing required argument 'paths'", 'see --help'],
    ['a.yaml --nope', 1, 'unknown option --nope', 'see --help'],
    ['-x a.yaml', 1, 'unknown option -x', 'see --help'],
    [
      'exec a.env node --port 80',
      1,
      "unknown option '--port'",
      'what is for the program stands behind --: exec FILE -- PROGRAM',
    ],
    ['keyservice', 1, 'keyservice is not part of this version of bulla', 'use sops for it: the files are the same'],
    ['groups remove', 1, 'groups can add and delete', 'write "groups add" or "groups delete"'],
    ['-r -d a.yaml', 1, 'rotate and decrypt exclude each other', 'run two commands'],
    ['set a', 100, 'words are missing', 'write FILE PATH VALUE, and quotes around what holds blanks'],
    ['--ouput x', 1, 'unknown option --ouput', 'did you mean --output?'],
    ['--foo', 1, 'unknown option --foo', 'did you mean --from?'],
    ['--age age1x', 1, 'there is no command age1x', KNOWN],
    ['-i', 100, 'no command was given', KNOWN],
    ['encrypt --encrypted-regx a b', 1, "unknown option '--encrypted-regx'", 'did you mean --encrypted-regex?'],
    ['encrypt b -encrypted-regx a', 1, "unknown option '--encrypted-regx'", 'did you mean --encrypted-regex?'],
    ['decrypt --inplace b', 1, "unknown option '--inplace'", 'did you mean --in-place?'],
    ['decrypt -x b', 1, "unknown option '-x'", 'see --help'],
    ['decrypt -v b', 1, "unknown option '-v'", '-v shows the version, before any command'],
    ['decrypt b --output', 1, "option '--output <file>' argument missing", 'see --help'],
    ['filestatus', 100, "missing required argument 'file'", 'see --help'],
    ['filestatus a b', 1, 'too many arguments: expected 1 argument but got 2', 'see --help'],
    [
      'decrypt --input-type yml b',
      1,
      '--input-type does not know this type',
      'the types are binary, dotenv, ini, json, yaml',
    ],
    ['decrypt --indent two b', 1, '--indent needs a whole number', 'write --indent 2, for instance'],
    [
      'decrypt --decryption-order age,pgp,age b',
      112,
      'the decryption order names age twice',
      'give each kind once; the kinds are kms, gcp_kms, hckms, azure_kv, hc_vault, pgp, age',
    ],
    [
      'encrypt --hc-vault-transit x b',
      1,
      '--hc-vault-transit holds a key that cannot be read',
      'its form is https://HOST/v1/ENGINE/keys/NAME',
    ],
    [
      'rotate --rm-hc-vault-transit x b',
      1,
      '--rm-hc-vault-transit holds a key that cannot be read',
      'its form is https://HOST/v1/ENGINE/keys/NAME',
    ],
    ['encrypt --encryption-context a b', 6, '--encryption-context is malformed', 'its form is key:value,key:value'],
  ]

  it.each(cases)('says what is wrong and what to do: %s', async (line, code, message, hint) => {
    const world = () => ({}) as never // none of them gets so far that it looks at the world
    const io = { ...fakeIo(), world }
    expect(await run(line.split(' '), io)).toBe(code)
    expect(io.err()).toBe(`bulla: error: ${message}\nbulla: hint: ${hint}\n`)
    expect(io.out()).toBe('')
  })

  const services = [
    { line: 'decrypt --keyservice tcp://localhost:5000 a', env: {} },
    { line: 'decrypt --enable-local-keyservice=false a', env: {} },
    { line: 'encrypt a', env: { SOPS_KEYSERVICE: 'tcp://localhost:5000' } },
    { line: 'encrypt a', env: { SOPS_ENABLE_LOCAL_KEYSERVICE: 'no' } },
    { line: 'encrypt a', env: { SOPS_ENABLE_LOCAL_KEYSERVICE: '' } },
  ]

  it.each(services)('is one that asks for a key service: $line $env', async ({ line, env }) => {
    const { code, err } = await call(line, { env })
    expect(code).toBe(1)
    expect(err).toMatch(/key servers of sops cannot be used\n.*hint: .*SOPS_KEYSERVICE/)
  })

  it('never shows a value to be set that looks like an option', async () => {
    const { code, err } = await call('set f.yaml a -hunter2x')
    expect(code).toBe(1)
    expect(err).not.toContain('hunter2x')
    expect(err).toContain('write -- in front of the value')
  })

  it('never shows what stands behind an unknown option', async () => {
    const { code, err } = await call(`encrypt --pasword=${MARKER}-secret a`)
    expect(code).toBe(1)
    expect(err).toContain("unknown option '--pasword'")
    expectNoSecret(err)
  })
})

describe('an error that is not ours', () => {
  const broken = { line: 'decrypt a', error: new TypeError(`cannot read ${MARKER}-secret`) }

  async function crash(env: Record<string, string>) {
    const io = {
      ...fakeIo({ env }),
      world: () => {
        throw broken.error
      },
    }
    return { code: await run(['decrypt', 'a'], io), err: io.err() }
  }

  it('is a bug: its kind is shown, its message is not', async () => {
    const { code, err } = await crash({})
    expect(code).toBe(70)
    expect(err).toMatch(/^bulla: error: internal error \(TypeError\) in bulla \S+\nbulla: hint: this is a bug; .*\n$/)
  })

  it('shows where it happened when asked, and still not its message', async () => {
    const { err } = await crash({ BULLA_DEBUG: 'stack' })
    expect(err).toMatch(/\n +at .*run\.test\.ts/)
    expectNoSecret(err)
  })
})
