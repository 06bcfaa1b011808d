import { existsSync } from 'node:fs'
import { devNull } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, vi } from 'vitest'
import type * as Library from '../../src/index.ts'
import * as source from '../../src/index.ts'
import { newIdentity } from '../helpers/age.ts'
import { expectNoSecret, MARKER } from '../helpers/canary.ts'
import { COMMAND, it, type Sandbox } from '../helpers/sandbox.ts'
import { AwsKmsServer } from '../helpers/servers/aws-kms.ts'
import { withOtherData } from '../helpers/tamper.ts'

const SECRET = `${MARKER}-hunter2`
const YAML = `# note\na: ${SECRET}\nb: [1, two]\n`
const ENTRY = join(dirname(COMMAND), '../lib/index.js')

let library: typeof Library

beforeAll(async () => {
  if (!existsSync(ENTRY)) throw new Error(`there is no ${ENTRY}: run "node scripts/build.mjs" first`)
  library = await import(/* @vite-ignore */ pathToFileURL(ENTRY).href)
})

type ErrorClass = (abstract new (...args: never) => Library.BullaError) & { readonly name: string }

/** Wait for what must fail with an error of the library. */
async function failing(promise: Promise<unknown>): Promise<Library.BullaError> {
  const [outcome] = await Promise.allSettled([promise])
  if (outcome.status === 'fulfilled') throw new Error('nothing was thrown')
  if (!library.isBullaError(outcome.reason)) throw outcome.reason
  return outcome.reason
}

describe('the built library', () => {
  it('has what its source says', () => {
    expect(Object.keys(library).sort()).toEqual(Object.keys(source).sort())
  })

  it.for(['yaml', 'json', 'dotenv', 'ini', 'binary'] as const)(
    'seals and opens text and bytes: %s',
    async (format, { box }) => {
      const texts = {
        yaml: YAML,
        json: `{"a": "${SECRET}"}\n`,
        dotenv: `A=${SECRET}\n`,
        ini: `[s]\na = ${SECRET}\n`,
        binary: SECRET,
      }
      const text = texts[format]
      const keys = library.openKeys({ identities: box.identity })
      const sealed = await library.encrypt(text, { format, recipients: [box.recipient] })
      expectNoSecret(sealed)
      expect(await library.decrypt(sealed, { format, keys })).toBe(text)
      const bytes = await library.encrypt(Buffer.from(text), { format, recipients: [box.recipient] })
      expect(bytes).toBeInstanceOf(Uint8Array)
      expect(Buffer.from(await library.decrypt(bytes, { format, keys })).toString()).toBe(text)
      keys.dispose()
    },
  )

  it('opens what the command sealed, and the other way round', async ({ box }) => {
    const sealed = await library.encrypt(YAML, { format: 'yaml', recipients: [box.recipient] })
    box.write('a.yaml', sealed)
    expect((await box.bulla(['decrypt', 'a.yaml'])).out).toBe(YAML)
    box.policy()
    box.write('b.yaml', YAML)
    await box.bulla(['encrypt', '-i', 'b.yaml'])
    const keys = library.openKeys({ identities: box.identity })
    expect(await library.decrypt(box.read('b.yaml'), { format: 'yaml', keys })).toBe(YAML)
    expect(
      JSON.parse(await library.decrypt(box.read('b.yaml'), { format: 'yaml', outputFormat: 'json', keys })),
    ).toEqual({
      a: SECRET,
      b: [1, 'two'],
    })
  })

  it('takes selector and MAC', async ({ box }) => {
    const selector = { field: 'encrypted_regex', pattern: '^a$' } as const
    const settings = { format: 'yaml', recipients: [box.recipient], selector, macOnlyEncrypted: true } as const
    const sealed = await library.encrypt(YAML, settings)
    expect(sealed).toContain('b: [1, two]')
    const keys = library.openKeys({ identities: box.identity })
    expect(await library.decrypt(sealed.replace('two', 'three'), { format: 'yaml', keys })).toBe(
      YAML.replace('two', 'three'),
    )
  })

  it('seals and opens files, with the policy of the command', async ({ box }) => {
    box.policy('encrypted_regex: ^a$')
    box.write('a.yaml', YAML)
    const keys = library.openKeys({ identities: box.identity })
    const settings = { cwd: box.folder, keys }

    const sealed = await library.encryptFile('a.yaml', settings)
    expect(box.read('a.yaml')).toBe(YAML)
    expect(Buffer.from(sealed).toString()).toMatch(/encrypted_regex: \^a\$/)

    const written = await library.encryptFile('a.yaml', { ...settings, inPlace: true })
    expect(box.read('a.yaml')).toBe(Buffer.from(written).toString())
    expect(Buffer.from(await library.decryptFile('a.yaml', settings)).toString()).toBe(YAML)
    const json = await library.decryptFile(box.path('a.yaml'), { ...settings, outputFormat: 'json' })
    expect(JSON.parse(Buffer.from(json).toString())).toEqual({ a: SECRET, b: [1, 'two'] })
    expect(box.read('a.yaml')).toContain('ENC[')
  })

  it('has typed errors with codes, without secrets', async ({ box }) => {
    const keys = library.openKeys({ identities: box.identity })
    const other = library.openKeys({ identities: newIdentity().identity })
    const none = library.openKeys({ identities: '' })
    const mistyped = library.openKeys({ identities: box.identity.slice(0, -3) })
    const format = 'yaml'
    const sealed = await library.encrypt(YAML, { format, recipients: [box.recipient] })
    const { KeyError, IntegrityError, FormatError, ConfigError, FileError } = library
    const cases: [() => Promise<unknown>, ErrorClass, Library.ErrorCode][] = [
      [() => library.decrypt(sealed, { format, keys: other }), KeyError, 'ERR_NO_DATA_KEY'],
      [() => library.decrypt(sealed, { format, keys: none }), KeyError, 'ERR_NO_DATA_KEY'],
      [() => library.decrypt(sealed, { format, keys: mistyped }), KeyError, 'ERR_NO_DATA_KEY'],
      [() => library.decrypt(sealed.replace(/mac: .*/, ''), { format, keys }), IntegrityError, 'ERR_MAC_MISSING'],
      [() => library.decrypt(withOtherData(sealed, 'a: '), { format, keys }), IntegrityError, 'ERR_VALUE_AUTH'],
      [() => library.decrypt(YAML, { format, keys }), FormatError, 'ERR_NOT_SEALED'],
      [() => library.decrypt(sealed, { format: 'json', keys }), FormatError, 'ERR_SYNTAX'],
      [() => library.encrypt(sealed, { format, recipients: [box.recipient] }), FormatError, 'ERR_ALREADY_SEALED'],
      [() => library.encrypt('', { format, recipients: [box.recipient] }), FormatError, 'ERR_EMPTY'],
      [() => library.encrypt(YAML, { format, recipients: ['age1x'] }), KeyError, 'ERR_RECIPIENT'],
      [() => library.encrypt(YAML, { format, recipients: [box.identity] }), KeyError, 'ERR_RECIPIENT'],
      [() => library.encrypt(YAML, { format, recipients: [] }), KeyError, 'ERR_NO_RECIPIENT'],
      [
        () =>
          library.encrypt(YAML, {
            format,
            recipients: [box.recipient],
            selector: { field: 'encrypted_regex', pattern: '(' },
          }),
        ConfigError,
        'ERR_SELECTOR',
      ],
      [
        () =>
          library.encrypt(YAML, {
            format,
            recipients: [box.recipient],
            selector: { field: 'encrypted_regex', pattern: 'x' },
          }),
        FormatError,
        'ERR_NOTHING_SEALED',
      ],
      [() => library.decryptFile('nope.yaml', { cwd: box.folder, keys }), FileError, 'ERR_NO_FILE'],
      [() => library.decryptFile('.', { cwd: box.folder, keys }), FileError, 'ERR_READ'],
      [
        () => library.encryptFile(box.write('a.yaml', YAML), { cwd: box.folder, keys }),
        ConfigError,
        'ERR_NO_RECIPIENT',
      ],
      [
        () => library.encryptFile('a.yaml', { cwd: box.folder, keys, recipients: ['x'] }),
        KeyError,
        'ERR_RECIPIENT_NAME',
      ],
      [() => library.encryptFile('', { cwd: box.folder, keys }), FileError, 'ERR_NO_FILE'],
    ]
    for (const [run, type, code] of cases) {
      const error = await failing(run())
      expect(error).toBeInstanceOf(type)
      expect(error).toBeInstanceOf(library.BullaError)
      expect(error.code).toBe(code)
      expect(error.name).toBe(type.name)
      expect(JSON.parse(JSON.stringify(error))).toMatchObject({ name: type.name, code, message: error.message })
      expectNoSecret(error, box.identity)
    }
  })

  it('says to callers without types which argument is wrong, and repeats nothing of it', async ({ box }) => {
    const keys = library.openKeys({ identities: box.identity })
    const yaml = { format: 'yaml', recipients: [box.recipient] }
    // as a caller in JavaScript sees it
    const untyped = library as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>
    const cases: [string, unknown[], RegExp][] = [
      ['encrypt', [5, yaml], /^the content must be/],
      ['encrypt', [YAML, { ...yaml, format: SECRET }], /^format must be one of binary, dotenv, ini, json, yaml$/],
      ['encrypt', [YAML, { ...yaml, recipients: box.recipient }], /^recipients must be/],
      ['encrypt', [YAML, { ...yaml, recipients: [5] }], /^recipients must be/],
      ['encrypt', [YAML, { format: 'yaml' }], /^recipients must be/],
      ['encrypt', [YAML, { ...yaml, selector: { field: 'encryptedRegex', pattern: 'a' } }], /^selector\.field must be/],
      ['encrypt', [YAML, { ...yaml, selector: { field: 'encrypted_regex', pattern: /a/ } }], /^selector\.pattern must/],
      ['decrypt', [undefined, { format: 'yaml', keys }], /^the content must be/],
      ['decrypt', [YAML, { format: 'yml', keys }], /^format must be/],
      ['decrypt', [YAML, { format: 'yaml', outputFormat: 'env', keys }], /^outputFormat must be/],
      ['decrypt', [YAML, { format: 'yaml', keys: box.identity }], /^keys must come from openKeys$/],
      ['encryptFile', [undefined], /^the path must be/],
      ['encryptFile', ['a.yaml', { recipients: box.recipient }], /^recipients must be/],
      ['encryptFile', ['a.yaml', { format: 'yml' }], /^format must be/],
      ['decryptFile', [5], /^the path must be/],
      ['decryptFile', ['a.yaml', { outputFormat: 'yml' }], /^outputFormat must be/],
    ]
    for (const [name, args, message] of cases) {
      const [outcome] = await Promise.allSettled([untyped[name]?.(...args)])
      expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'TypeError' } })
      if (outcome.status !== 'rejected') continue
      expect(outcome.reason.message).toMatch(message)
      expectNoSecret(outcome.reason, box.identity)
    }
    expect(() => untyped['openKeys']?.({ identities: [box.identity] })).toThrow(TypeError)
  })

  it('remembers the keys it was given, and forgets them', async ({ box }) => {
    const keys = library.openKeys({ identities: box.identity })
    const sealed = await library.encrypt(YAML, { format: 'yaml', recipients: [box.recipient] })
    const all = Array.from({ length: 20 }, () => library.decrypt(sealed, { format: 'yaml', keys }))
    expect(new Set(await Promise.all(all))).toEqual(new Set([YAML]))
    keys.dispose()
    // they are found anew where they came from
    expect(await library.decrypt(sealed, { format: 'yaml', keys })).toBe(YAML)
  })

  it('looks for keys where sops does when none are given, and never prints or exits', async ({ box }) => {
    box.policy()
    box.write('a.yaml', YAML)
    box.write(
      'use.mjs',
      `import { decryptFile, encryptFile, isBullaError } from ${JSON.stringify(pathToFileURL(ENTRY).href)}
const refuse = (name) => () => { throw new Error(name + ' was called') }
process.exit = refuse('exit')
for (const name of ['log', 'error', 'warn', 'info', 'debug']) console[name] = refuse(name)
await encryptFile('a.yaml', { inPlace: true })
const text = Buffer.from(await decryptFile('a.yaml')).toString()
const codes = []
for (const file of ['nope.yaml', 'use.mjs', 'a.yaml']) {
  delete process.env.SOPS_AGE_KEY_FILE
  await decryptFile(file).catch((error) => codes.push(isBullaError(error) && error.code))
}
process.stdout.write(JSON.stringify({ text, codes, exitCode: process.exitCode ?? null }))
`,
    )
    const { code, out, err } = await box.run(process.execPath, ['use.mjs'], {})
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(JSON.parse(out)).toEqual({
      text: YAML,
      codes: ['ERR_NO_FILE', 'ERR_NOT_SEALED', 'ERR_NO_DATA_KEY'],
      exitCode: null,
    })
  })
})

describe('the built library with an identity that a service wraps', () => {
  let server: AwsKmsServer
  beforeAll(async () => {
    server = await AwsKmsServer.start()
  })
  afterAll(async () => await server?.stop())
  afterEach(() => vi.unstubAllEnvs())

  /** The library reads the environment of this process. */
  function setEnvironment(box: Sandbox): Record<string, string> {
    const variables = {
      ...server.credentials(),
      AWS_ENDPOINT_URL: server.http.origin,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: devNull,
      AWS_SHARED_CREDENTIALS_FILE: devNull,
      XDG_CONFIG_HOME: box.path('none'),
    }
    const names = Object.keys(process.env).filter((name) => /^(?:AWS|SOPS|BULLA_(?!TEST))/.test(name))
    for (const name of names) vi.stubEnv(name, undefined)
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
    return variables
  }

  it('shares one unwrap among all calls that share keys, at once and one after the other', async ({ box }) => {
    const env = setEnvironment(box)
    const arn = server.createKey('eu-west-1')
    expect((await box.bulla(['recipient', 'create', 'prod', '--kms', arn], { env })).code).toBe(0)
    const { out } = await box.bulla(['recipient', 'show', 'prod', '--json'])
    box.write('.sops.yaml', `creation_rules:\n  - age: ${JSON.parse(out).keys[0].recipient}\n`)
    const names = Array.from({ length: 50 }, (_, index) => `${index % 5}/${index}.yaml`)
    for (const name of names) box.write(name, `a: ${SECRET}-${name}\n`)
    server.calls.length = 0
    const keys = library.openKeys()
    const settings = { cwd: box.folder, keys }
    for (const name of names) await library.encryptFile(name, { ...settings, inPlace: true })
    expect(server.calls).toEqual([])

    const open = async (name: string) => Buffer.from(await library.decryptFile(name, settings)).toString()
    const expected = names.map((name) => `a: ${SECRET}-${name}\n`)
    expect(await Promise.all(names.map(open))).toEqual(expected)
    for (const [index, name] of names.entries()) expect(await open(name)).toBe(expected[index])
    expect(server.calls.map(({ operation }) => operation)).toEqual(['Decrypt'])

    keys.dispose()
    const anew = library.openKeys()
    expect(await library.decryptFile('0/0.yaml', { cwd: box.folder, keys: anew })).toBeInstanceOf(Uint8Array)
    expect(server.count('Decrypt')).toBe(2)
    anew.dispose()
  })

  it('shares one refusal too, and asks again with other keys', async ({ box }) => {
    const env = setEnvironment(box)
    const arn = server.createKey('eu-west-1')
    await box.bulla(['recipient', 'create', 'prod', '--kms', arn], { env })
    const { out } = await box.bulla(['recipient', 'show', 'prod', '--json'])
    const sealed = await library.encrypt(YAML, { format: 'yaml', recipients: [JSON.parse(out).keys[0].recipient] })
    const names = ['a.yaml', 'b.yaml', 'c.yaml']
    for (const name of names) box.write(name, sealed)
    server.calls.length = 0
    server.denied.add('Decrypt')
    const keys = library.openKeys()
    const errors = await Promise.all(names.map((name) => failing(library.decryptFile(name, { cwd: box.folder, keys }))))
    server.denied.delete('Decrypt')
    expect(errors.map(({ code }) => code)).toEqual(names.map(() => 'ERR_NO_DATA_KEY'))
    expect(server.count('Decrypt')).toBe(1)
    keys.dispose()
    const anew = library.openKeys()
    expect(Buffer.from(await library.decryptFile('a.yaml', { cwd: box.folder, keys: anew })).toString()).toBe(YAML)
    anew.dispose()
  })
})
