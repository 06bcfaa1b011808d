import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { describe, expect } from 'vitest'
import { newIdentity } from '../helpers/age.ts'
import { expectNoSecret, MARKER } from '../helpers/canary.ts'
import { it, type Sandbox } from '../helpers/sandbox.ts'

const SECRET = `${MARKER}-hunter2`
const YAML = `a: ${SECRET}\n`
const isWindows = process.platform === 'win32'
/** That something ends is for the runner to say: much more than anything here takes, much less than what does not end. */
const ENDING = { timeout: 60_000 }

const seal = (box: Sandbox, name = 'a.yaml') => box.seal({ [name]: YAML })

/** Public clouds may be called, as in sops, unless the user says whose keys. */
const MINE = { BULLA_ALLOW_ACCOUNTS: 'mine' }

const ENTRY_TIME = 'created_at: "2026-01-02T03:04:05Z"'
const FOREIGN_KEYS = `
    kms:
        - arn: arn:aws:kms:attacker.example.com/:111122223333:key/attacker
          role: arn:aws:iam::111122223333:role/attacker
          context: {a: b}
          ${ENTRY_TIME}
          enc: AAAA
          aws_profile: ../../x
    gcp_kms:
        - resource_id: https://attacker.example.com/projects/a/locations/global/keyRings/a/cryptoKeys/b
          ${ENTRY_TIME}
          enc: AAAA
    azure_kv:
        - vault_url: https://attacker.example.com
          name: a
          version: b
          ${ENTRY_TIME}
          enc: AAAA
    hc_vault:
        - vault_address: http://169.254.169.254
          engine_path: ../../sys
          key_name: a
          ${ENTRY_TIME}
          enc: vault:v1:AAAA
    hckms:
        - key_id: eu:00000000-0000-0000-0000-000000000000
          ${ENTRY_TIME}
          enc: AAAA
    pgp:
        - fp: --output=/tmp/attacker
          ${ENTRY_TIME}
          enc: -----BEGIN PGP MESSAGE-----
`

describe('a sealed file from a stranger', ENDING, () => {
  it('cannot make the command call a host or run a program, whatever keys of others it names', async ({ box }) => {
    const sealed = await seal(box)
    box.write('a.yaml', sealed.replace(/\n {4}age:\n[\s\S]*?(?=\n {4}lastmodified)/, FOREIGN_KEYS.trimEnd()))
    const before = box.snapshot()

    const { code, out, err } = await box.bulla(['decrypt', '-i', 'a.yaml'], { env: { ...box.observe(), ...MINE } })

    expect({ code, out }).toEqual({ code: 128, out: '' })
    for (const kind of [
      'kms arn:aws',
      'gcp_kms https:',
      'azure_kv https:',
      'hc_vault http:',
      'hckms eu:',
      'pgp --output',
    ])
      expect(err).toContain(`${kind}`)
    expect(err).toMatch(/cannot be used by this version of bulla/)
    expect(err).toMatch(/the resource id of the GCP KMS key cannot be read/)
    expect(err).toMatch(/the host attacker\.example\.com is not one that you allow/)
    expect(box.observed()).toEqual([])
    expect(box.snapshot()).toEqual(before)
  })

  it('is opened by the key at hand when it names others too', async ({ box }) => {
    const sealed = await seal(box)
    box.write('a.yaml', sealed.replace(/\n {4}age:\n/, `${FOREIGN_KEYS.trimEnd()}\n    age:\n`))
    const result = await box.bulla(['decrypt', 'a.yaml'], { env: box.observe() })
    expect(result).toMatchObject({ code: 0, out: YAML, err: '' })
    expect(box.observed()).toEqual([])
  })

  const stanza = (type: string, argument: string, body = 'A'.repeat(43)) => `-> ${type} ${argument}\n${body}\n`
  const ageFile = (stanzas: string) =>
    Buffer.from(`age-encryption.org/v1\n${stanzas}--- ${'A'.repeat(43)}\n`, 'latin1').toString('base64')
  const armored = (stanzas: string) => {
    const lines = ageFile(stanzas).match(/.{1,64}/g) ?? []
    return ['-----BEGIN AGE ENCRYPTED FILE-----', ...lines, '-----END AGE ENCRYPTED FILE-----', '']
  }
  const x25519 = stanza('X25519', 'A'.repeat(43))

  const files: [string, string, RegExp][] = [
    ['ten thousand stanzas', x25519.repeat(10_000), /far too long/],
    ['a thousand stanzas', x25519.repeat(1_000), /age age1/],
    ['a passphrase, with more work than there is time', stanza('scrypt', `${'A'.repeat(22)} 60`), /cannot be used/],
    ['a passphrase among others', `${x25519}${stanza('scrypt', `${'A'.repeat(22)} 20`)}`, /age age1/],
    ['an SSH key', stanza('ssh-ed25519', `AAAA ${'A'.repeat(43)}`), /SSH key/],
    ['a plugin', stanza('yubikey', 'AAAA'), /cannot be used/],
    ['a huge stanza', stanza('X25519', 'A'.repeat(43), `${'A'.repeat(64)}\n`.repeat(1_000)), /age age1/],
    ['nothing at all', '', /cannot be used/],
  ]

  it.for(files)('is refused in time when its age entry holds %s', async ([, stanzas, message], { box }) => {
    const sealed = await seal(box)
    const lines = armored(stanzas)
      .map((line) => `            ${line}\n`)
      .join('')
    box.write('a.yaml', sealed.replace(/enc: \|\n[\s\S]*?(?= {10}recipient)/, `enc: |\n${lines}`))
    const before = box.snapshot()

    const { code, out, err } = await box.bulla(['decrypt', '-i', 'a.yaml'], { env: box.observe() })

    expect({ code, out }).toEqual({ code: 128, out: '' })
    expect(err).toMatch(message)
    expectNoSecret(err, box.identity)
    expect(box.observed()).toEqual([])
    expect(box.snapshot()).toEqual(before)
  })

  it('can run the identity command of its reader, and tell it nothing but its recipient', async ({ box }) => {
    const sealed = await seal(box)
    const recipient = `$(touch ${box.path('pwned')}) ; touch ${box.path('pwned')} # \u001b[2J`
    box.write('a.yaml', sealed.replace(/recipient: .*/, `recipient: ${JSON.stringify(recipient)}`))
    const script = box.write(
      'key.cjs',
      'console.error(JSON.stringify(process.env.SOPS_AGE_RECIPIENT)); process.exit(1)\n',
    )
    const env = { SOPS_AGE_KEY_FILE: undefined, SOPS_AGE_KEY_CMD: `${process.execPath} ${script}` }
    const { code, err } = await box.bulla(['decrypt', 'a.yaml'], { env })
    expect(code).toBe(128)
    expect(err).toMatch(/^""\n/) // a recipient that is none is not handed on
    expect(err).not.toMatch(/\x1b/)
    expect(box.has('pwned')).toBe(false)
  })

  it('names thousands of readers, and is opened by one of them in time', async ({ box }) => {
    const sealed = await seal(box)
    const entry = / {8}- enc: \|[\s\S]*?recipient: .*\n/.exec(sealed)?.[0] ?? ''
    const other = newIdentity().recipient
    const others = entry.replace(/recipient: .*/, `recipient: ${other}`).repeat(5_000)
    box.write('a.yaml', sealed.replace(entry, `${others}${entry}`))
    expect(await box.bulla(['decrypt', 'a.yaml'])).toMatchObject({ code: 0, out: YAML })
  })

  it('has a selector that takes forever elsewhere', async ({ box }) => {
    const sealed = await seal(box)
    const regex = '(a+)+$|(.*)*b|(?:a?){100}a{100}'
    const text = sealed
      .replace(/ {4}unencrypted_suffix: .*/, `    unencrypted_regex: ${regex}`)
      .replace('a: ENC', `${'a'.repeat(1_000)}!: clear\na: ENC`)
    box.write('a.yaml', text)
    const { code } = await box.bulla(['decrypt', 'a.yaml'])
    expect([25, 51]).toContain(code)
  })

  it.for([
    ['deep nesting', `a: ${'['.repeat(200_000)}`],
    [
      'an alias bomb',
      `a0: &a0 [x,x]\n${Array.from({ length: 40 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i},*a${i}]\n`).join('')}`,
    ],
    ['a million lists', '- '.repeat(500_000)],
    ['a long line', `a: ${'x'.repeat(5_000_000)}\n`],
    ['hostile sealed texts', 'a: ENC[AES256_GCM,data:\n'.repeat(20_000)],
  ] as const)('holds %s: every command ends in time', async ([, text], { box }) => {
    box.policy()
    box.write('a.yaml', text)
    for (const args of [
      ['encrypt', '--output', 'out.yaml', 'a.yaml'],
      ['decrypt', 'a.yaml'],
      ['filestatus', 'a.yaml'],
    ]) {
      const { code, signal } = await box.bulla(args)
      expect({ signal, isBug: code === 70 || code === 134 }).toEqual({ signal: null, isBug: false })
    }
  })

  it('cannot reach a prototype', async ({ box }) => {
    box.policy()
    const text = `__proto__: {a: ${SECRET}}\nconstructor: {prototype: {b: ${SECRET}}}\ntoString: ${SECRET}\nhasOwnProperty: 1\n`
    box.write('a.yaml', text)
    expect(await box.bulla(['encrypt', '-i', 'a.yaml'])).toMatchObject({ code: 0 })
    expectNoSecret(box.read('a.yaml'))
    expect((await box.bulla(['decrypt', 'a.yaml'])).out).toBe(text)
    const json = await box.bulla(['decrypt', '--output-type', 'json', 'a.yaml'])
    expect(Object.keys(JSON.parse(json.out))).toEqual(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])
    const one = await box.bulla(['decrypt', '--extract', '["__proto__"]["a"]', 'a.yaml'])
    expect(one.out).toBe(SECRET)
  })

  it('has metadata with names of prototypes', async ({ box }) => {
    const sealed = await seal(box)
    const text = sealed.replace(
      /\nsops:\n/,
      '\nsops:\n    __proto__: {version: x}\n    constructor: 1\n    toString: [1]\n',
    )
    box.write('a.yaml', text)
    expect(await box.bulla(['decrypt', 'a.yaml'])).toMatchObject({ code: 0, out: YAML })
  })
})

describe('a policy from a stranger', ENDING, () => {
  it.for([['(a+)+$'], ['^(([a-z])+.)+[A-Z]([a-z])+$'], ['(x+x+)+y'], ['(?:a?){500}a{500}']])(
    'has an expression that takes forever elsewhere: %s',
    async ([regex = ''], { box }) => {
      box.write(
        '.sops.yaml',
        `creation_rules:\n  - path_regex: '${regex}'\n    age: ${box.recipient}\n  - age: ${box.recipient}\n`,
      )
      box.write(`${'ax'.repeat(100)}!.yaml`, YAML)
      expect(await box.bulla(['encrypt', '--dry-run', '.'])).toMatchObject({ code: 0 })
    },
  )

  it('names services: none of them is called, and nothing is written', async ({ box }) => {
    const keys = [
      'kms: arn:aws:kms:attacker.example.com/:111122223333:key/a',
      'gcp_kms: //attacker.example.com/projects/a/locations/global/keyRings/a/cryptoKeys/b',
      'azure_keyvault: https://attacker.example.com/keys/a',
      'hc_vault_transit_uri: http://169.254.169.254/v1/a/keys/b',
      'hckms: [eu:00000000-0000-0000-0000-000000000000]',
      'pgp: ABCD',
      'age: age1yubikey1qwertyuiop',
      'age: ssh-ed25519 AAAAC3Nza',
    ]
    box.write('a.yaml', YAML)
    for (const key of keys) {
      box.write('.sops.yaml', `creation_rules:\n  - ${key}\n`)
      const before = box.snapshot()
      const { code, err } = await box.bulla(['encrypt', '-i', 'a.yaml'], { env: { ...box.observe(), ...MINE } })
      expect(code).toBe(1)
      expect(err).toMatch(/cannot be used|cannot be read|that you allow|is no |is not /)
      expect(box.snapshot()).toEqual(before)
    }
    expect(box.observed()).toEqual([])
  })

  it('grows by aliases, is deep, or huge: the command ends in time and says so', async ({ box }) => {
    box.write('a.yaml', YAML)
    const bomb = Array.from({ length: 40 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i},*a${i}]\n`).join('')
    const policies = [
      `a0: &a0 [x,x]\n${bomb}`,
      `a: ${'['.repeat(100_000)}`,
      `a: ${'x'.repeat(5_000_000)}`,
      '- '.repeat(500_000),
    ]
    for (const policy of policies) {
      box.write('.sops.yaml', policy)
      const { code, err } = await box.bulla(['encrypt', '-i', 'a.yaml'])
      expect([1, 2]).toContain(code)
      expect(err).toMatch(/^bulla: error: \.sops\.yaml.*\nbulla: hint: ./)
    }
  })

  it.skipIf(isWindows).for(['/dev/zero', '/dev/tty', '/dev/stdin', 'missing', '.'])(
    'is a link to %s',
    async (target, { box }) => {
      symlinkSync(target, box.path('.sops.yaml'))
      box.write('a.yaml', YAML)
      const { code, err } = await box.bulla(['encrypt', '-i', 'a.yaml'], { stdin: 'x' })
      expect([1, 2]).toContain(code)
      expect(err).toMatch(/\nbulla: hint: ./)
      expect(box.read('a.yaml')).toBe(YAML)
    },
  )

  it.skipIf(isWindows)('shows nothing of a file it links to', async ({ box }) => {
    box.write('../secret', `${SECRET}: [\n${SECRET}`)
    symlinkSync('../secret', box.path('.sops.yaml'))
    box.write('a.yaml', 'a: 1\n')
    const { code, err } = await box.bulla(['encrypt', '-i', 'a.yaml'])
    expect(code).toBe(1)
    expectNoSecret(err)
  })
})

describe.skipIf(isWindows)('a repository from a stranger', ENDING, () => {
  it('links to what is outside of it, or without an end: nothing there is read or written', async ({ box }) => {
    box.policy('path_regex: .*')
    const outside = box.write('../outside.yaml', YAML)
    mkdirSync(box.path('secrets'))
    symlinkSync(outside, box.path('secrets/a.yaml'))
    symlinkSync('/dev/zero', box.path('secrets/b.yaml'))
    symlinkSync('..', box.path('secrets/up'))
    symlinkSync('/', box.path('secrets/root'))
    box.write('secrets/c.yaml', YAML)
    expect(await box.bulla(['encrypt', '-i', 'secrets', 'secrets/*.yaml', '**/*.yaml'])).toMatchObject({ code: 0 })
    expect(box.read('../outside.yaml')).toBe(YAML)
    expect(box.read('secrets/c.yaml')).toContain('ENC[')
  })

  it('has a file without an end: it is not read for ever', async ({ box }) => {
    box.policy()
    const { code, err } = await box.bulla(['encrypt', '--input-type', 'yaml', '/dev/zero'])
    expect(code).toBe(2)
    expect(err).toMatch(/larger than 256 MiB\nbulla: hint: ./)
  })

  it('cannot make git run anything', async ({ box }) => {
    await seal(box)
    await box.git('init', '-q')
    await box.git('add', '.')
    await box.git('commit', '-q', '-m', 'x')
    await box.bulla(['decrypt', '-i', 'a.yaml'])
    const ran = box.path('../ran')
    const program = box.write('../canary.sh', `#!/bin/sh\necho "$0 $*" >> ${ran}\n`, 0o755)
    for (const hook of [
      'post-index-change',
      'fsmonitor-watchman',
      'post-checkout',
      'pre-auto-gc',
      'reference-transaction',
    ])
      box.write(`.git/hooks/${hook}`, `#!/bin/sh\necho ${hook} >> ${ran}\n`, 0o755)
    box.write('.gitattributes', '* filter=evil diff=evil merge=evil\n')
    const settings = {
      'core.fsmonitor': program,
      'core.pager': program,
      'core.editor': program,
      'core.askPass': program,
      'core.sshCommand': program,
      'core.gitProxy': program,
      'core.hooksPath': box.path('.git/hooks'),
      'core.alternateRefsCommand': program,
      'pager.cat-file': program,
      'alias.cat-file': `!${program}`,
      'filter.evil.clean': program,
      'filter.evil.smudge': program,
      'filter.evil.process': program,
      'diff.evil.textconv': program,
      'diff.evil.command': program,
      'diff.external': program,
      'credential.helper': program,
      'gpg.program': program,
      'uploadpack.packObjectsHook': program,
      'remote.origin.url': `ext::${program}`,
      'remote.origin.uploadpack': program,
      'remote.origin.promisor': 'true',
      'protocol.allow': 'always',
      'protocol.ext.allow': 'always',
      'extensions.partialClone': 'origin',
      'core.repositoryFormatVersion': '1',
      'trace2.eventTarget': box.path('../trace'),
    }
    for (const [name, value] of Object.entries(settings)) await box.git('config', name, value)
    // with an object missing, git would fetch it from the promisor
    const missing = (await box.git('-c', 'core.fsmonitor=false', 'rev-parse', 'HEAD:a.yaml')).trim()
    await box.sh(`rm -f .git/objects/${missing.slice(0, 2)}/${missing.slice(2)}; rm -f ${ran}`)

    expect(await box.bulla(['encrypt', '-i', 'a.yaml'])).toMatchObject({ code: 0 })

    expect(existsSync(ran)).toBe(false)
    expect(existsSync(box.path('../trace'))).toBe(false)
    // the canary itself works
    await box.sh('git cat-file -p HEAD:a.yaml')
    expect(existsSync(ran)).toBe(true)
  })
})
