import { Encrypter } from 'age-encryption'
import { describe, expect } from 'vitest'
import { newIdentity } from '../helpers/age.ts'
import { expectNoSecret, MARKER } from '../helpers/canary.ts'
import { rewrapped } from '../helpers/rewrap.ts'
import { it, type Sandbox } from '../helpers/sandbox.ts'

const SECRET = `${MARKER}-hunter2`
const YAML = `kind: Secret\nmetadata: {name: db}\ndata:\n  # note\n  password: ${SECRET}\n  empty: ""\n`
const BOB = newIdentity()

/** Three rules: for others, for secrets, for everything. */
function policy(box: Sandbox, readers = `*alice, ${BOB.recipient}`): void {
  const rules = [
    `keys:\n  - &alice ${box.recipient}\ncreation_rules:`,
    `  - path_regex: ^infra/\n    age: ${BOB.recipient} # bob`,
    `  - path_regex: secret\\.yaml$\n    encrypted_regex: ^data$\n    age: [${readers}]`,
    `  - age: ${box.recipient}`,
  ]
  box.write('.sops.yaml', `${rules.join('\n')}\n`)
}

async function sealed(box: Sandbox): Promise<void> {
  policy(box)
  box.write('a.secret.yaml', YAML)
  await box.bulla(['encrypt', '-i', 'a.secret.yaml'])
}

const RULE = `  policy    .sops.yaml
  rule      2 of 3, line 6: path_regex secret\\.yaml$ matches a.secret.yaml
            1, line 4: path_regex ^infra/ does not match
`

describe('bulla explain', () => {
  it('says of a sealed file which rule is for it, who reads it, who opens it here, what is sealed', async ({ box }) => {
    await sealed(box)

    const { code, out, err } = await box.bulla(['explain', 'a.secret.yaml'])

    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out.replace(/written {3}[^,]+/, 'written   NOW')).toBe(`a.secret.yaml: sealed (yaml)
${RULE}  written   NOW, version 3.13.3
  readers   age ${box.recipient} (alice), yours: SOPS_AGE_KEY_FILE
            age ${BOB.recipient} (bob)
  opens     yes, with SOPS_AGE_KEY_FILE (${box.keyFile})
  selector  encrypted_regex ^data$
  values    1 value sealed, 2 clear, 1 comment sealed
            clear: kind, metadata.name
  drift     none: the file is as the rule says
`)
  })

  it('says of a plain file what encrypt would do, and shows no value', async ({ box }) => {
    policy(box)
    box.write('a.secret.yaml', YAML)

    const { code, out, err } = await box.bulla(['explain', 'a.secret.yaml'])

    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toBe(`a.secret.yaml: not sealed (yaml)
${RULE}  readers   age ${box.recipient} (alice), yours: SOPS_AGE_KEY_FILE
            age ${BOB.recipient} (bob)
  selector  encrypted_regex ^data$
  values    encrypt would leave 1 value sealed, 2 clear, 1 comment sealed
            clear: kind, metadata.name
`)
    expectNoSecret(out)
  })

  it('needs no key, starts nothing and asks nobody', async ({ box }) => {
    await sealed(box)
    const env = { ...box.observe(), SOPS_AGE_KEY_FILE: undefined, SOPS_AGE_KEY_CMD: 'false' }

    const { code, out } = await box.bulla(['explain', 'a.secret.yaml'], { env })

    expect(code).toBe(0)
    expect(out).toContain('  opens     perhaps: SOPS_AGE_KEY_CMD would run a command\n')
    expect(box.observed()).toEqual([])
    const without = await box.bulla(['explain', 'a.secret.yaml'], { env: { SOPS_AGE_KEY_FILE: undefined } })
    expect(without.out).toContain('  opens     no: ')
  })

  it('does not open an identity file with a passphrase, and says that it would ask for it', async ({ box }) => {
    await sealed(box)
    const encrypter = new Encrypter()
    encrypter.setPassphrase(MARKER)
    encrypter.setScryptWorkFactor(10)
    const file = box.write('../locked.age', await encrypter.encrypt(`${box.identity}\n`))

    const { code, out } = await box.bulla(['explain', 'a.secret.yaml'], { env: { SOPS_AGE_KEY_FILE: file } })

    expect(code).toBe(0)
    expect(out).toContain(`  opens     perhaps: SOPS_AGE_KEY_FILE (${file}) would ask for a passphrase\n`)
  })

  it('shows where the file is not as its rule says, and what to do', async ({ box }) => {
    await sealed(box)
    const carol = newIdentity().recipient
    policy(box, `${box.recipient}, ${carol}`)
    box.write('.sops.yaml', box.read('.sops.yaml').replace('^data$', '^(data|kind)$'))

    const { code, out } = await box.bulla(['explain', 'a.secret.yaml'])

    expect(code).toBe(0)
    expect(out).toContain(`  drift     the rule adds age ${carol}
            the rule does not have age ${BOB.recipient} (bob)
            selector: encrypted_regex ^data$ in the file, encrypted_regex ^(data|kind)$ in the rule
  to do     "bulla updatekeys" gives it the readers of the rule
            decrypt it and encrypt it again to seal what the rule says
`)
  })

  it('names the readers of a sealed file where the policy cannot be read, and says that it cannot', async ({ box }) => {
    await sealed(box)
    box.write('plain.yaml', 'a: 1\n')
    box.write('.sops.yaml', 'creation_rules:\n  - age: [\n')

    const { code, out, err } = await box.bulla(['explain', 'a.secret.yaml'])

    expect(code).toBe(1)
    expect(out).toContain(`a.secret.yaml: sealed (yaml)
  policy    .sops.yaml
  problem   the policy cannot be read: encrypt would refuse this file
`)
    expect(out).toContain(`  readers   age ${box.recipient}, yours: SOPS_AGE_KEY_FILE\n`)
    expect(out).toContain('  opens     yes, with SOPS_AGE_KEY_FILE')
    expect(err).toMatch(/^bulla: error: \.sops\.yaml:\d+:\d+: invalid YAML/)
    const plain = await box.bulla(['explain', 'plain.yaml'])
    expect(plain).toMatchObject({ code: 1, out: '' })
  })

  describe('entries of readers that are not for whom they name', () => {
    const rewrap = async (box: Sandbox, ...recipients: string[]) =>
      box.write('a.secret.yaml', await rewrapped(box.read('a.secret.yaml'), box.identity, ...recipients))

    it('are told when others read the file too, and who of us does', async ({ box }) => {
      const eve = newIdentity()
      await sealed(box)
      await rewrap(box, box.recipient, eve.recipient)

      const { code, out } = await box.bulla(['explain', 'a.secret.yaml'])

      expect(code).toBe(1)
      expect(out).toContain(`${box.recipient} (alice): wrapped for 2 keys, and names one, yours: SOPS_AGE_KEY_FILE\n`)
      expect(out).toContain('  problem   1 entry of readers not as named: ')
      const env = { SOPS_AGE_KEY_FILE: undefined, SOPS_AGE_KEY: eve.identity }
      expect((await box.bulla(['decrypt', 'a.secret.yaml'], { env })).out).toBe(YAML)
      expect((await box.bulla(['explain', 'a.secret.yaml'], { env })).out).toContain(
        'opens     yes, with SOPS_AGE_KEY\n',
      )
    })

    it('are found by trying the keys that are at hand', async ({ box }) => {
      await sealed(box)
      const [before, eve] = [box.read('a.secret.yaml'), newIdentity()]
      box.write('a.secret.yaml', before.replace(box.recipient, eve.recipient))
      const renamed = await box.bulla(['explain', 'a.secret.yaml'])
      expect(renamed.code).toBe(1)
      expect(renamed.out).toContain(
        `age ${eve.recipient}: wrapped for another key than it names, yours: SOPS_AGE_KEY_FILE\n`,
      )
      expect(renamed.out).toContain('opens     yes, ')

      box.write('a.secret.yaml', before)
      await rewrap(box, eve.recipient)
      const foreign = await box.bulla(['explain', 'a.secret.yaml'])
      expect(foreign.code).toBe(1)
      expect(foreign.out).toContain(`${box.recipient} (alice): wrapped for another key than it names\n`)
      expect(foreign.out).toContain('opens     no: ')
    })

    it('are told when they are damaged: then nobody opens them', async ({ box }) => {
      await sealed(box)
      box.write('a.secret.yaml', box.read('a.secret.yaml').replace(/(AGE ENCRYPTED FILE-----\n +)\w{4}/, '$1*+*+'))

      const { code, out } = await box.bulla(['explain', 'a.secret.yaml'])

      expect(code).toBe(1)
      expect(out).toContain(`${box.recipient} (alice): its age file cannot be read: a line of it is not base64\n`)
      expect(out).toContain('opens     no: ')
      expect((await box.bulla(['decrypt', 'a.secret.yaml'])).code).toBe(128)
    })
  })

  it('says that sops may open what is for keys that only it can use', async ({ box }) => {
    await sealed(box)
    box.write('a.secret.yaml', box.read('a.secret.yaml').replaceAll(/age1\w+/g, 'ssh-ed25519 AAAAC3Nza alice'))

    const { out } = await box.bulla(['explain', 'a.secret.yaml'], { env: { SOPS_AGE_KEY_FILE: undefined } })

    expect(out).toMatch(/ {2}opens {5}no: .*\n {12}sops may: /)
  })

  it('never shows a secret key that stands where a public one belongs, nor do others that name readers', async ({
    box,
  }) => {
    await box.git('init', '-q')
    await sealed(box)
    const other = newIdentity().identity
    box.write('.sops.yaml', `creation_rules:\n  - age: ${other}\n`)
    box.write('a.secret.yaml', box.read('a.secret.yaml').replace(BOB.recipient, other))
    await box.git('add', '.')
    const lines = [
      ...['explain a.secret.yaml', 'explain --json a.secret.yaml', 'check', 'check --format json', 'doctor'],
      ...['updatekeys --dry-run a.secret.yaml', `rotate --rm-age ${newIdentity().identity} a.secret.yaml`],
    ]
    for (const line of lines) {
      const { out, err } = await box.bulla(line.split(' '))
      expect(out + err, line).not.toMatch(/AGE-SECRET-KEY-1[A-Z0-9]/)
      expect(out + err, line).not.toBe('')
    }
    expect((await box.bulla(['explain', 'a.secret.yaml'])).out).toContain('age (a secret key, not shown)')
  })

  it('says which files of recipients it cannot read, or cannot tell apart; the doctor does too', async ({ box }) => {
    await sealed(box)
    const bob = `recipient: ${BOB.recipient}\n`
    box.write('.bulla/recipients/bob.yaml', bob)
    expect(await box.bulla(['explain', 'a.secret.yaml'])).toMatchObject({ code: 0, err: '' })
    box.write('.bulla/recipients/eve.yaml', bob)
    box.write('.bulla/recipients/carol.yaml', 'recipient: [\n')

    const { code, err } = await box.bulla(['explain', 'a.secret.yaml'])

    expect(code).toBe(0)
    expect(err).toMatch(/^bulla: note: .*carol\.yaml: .*: it may be about one of the readers\n/)
    expect(err).toMatch(/eve\.yaml: the recipients bob and eve have the same public key: one is a copy: it may be/)
    const { out } = await box.bulla(['doctor'])
    expect(out).toMatch(/problem {2}recipients: .*carol\.yaml/)
    expect(out).toMatch(/problem {2}recipients: .*bob and eve have the same public key/)
  })

  it('says that encrypt would refuse a rule with keys that cannot be used', async ({ box }) => {
    box.policy('pgp: FBC7B9E2A4F9289AC0C1D4843D16CEE4A27381B4')
    box.write('plain.yaml', YAML)

    const { code, out } = await box.bulla(['explain', 'plain.yaml'])

    expect(code).toBe(1)
    expect(out).toMatch(/ {2}problem {3}pgp FBC7\w+: .* cannot be used .*: encrypt would refuse this file\n/)
    expect((await box.bulla(['encrypt', 'plain.yaml'])).code).toBe(1)
  })

  it('counts key groups: which of them open here, and how many have to', async ({ box }) => {
    const group = (recipient: string) => `    - age: [${recipient}]\n`
    const groups = `${group(box.recipient)}${group(BOB.recipient)}${group(newIdentity().recipient)}`
    box.write('.sops.yaml', `creation_rules:\n  - shamir_threshold: 2\n    key_groups:\n${groups}`)
    box.write('a.env', `A=${SECRET}\n`)
    await box.bulla(['encrypt', '-i', 'a.env'])

    const { code, out } = await box.bulla(['explain', 'a.env'])

    expect(code).toBe(0)
    expect(out).toContain('  readers   3 key groups, 2 of them open the file\n            group 0\n')
    expect(out).toContain('  opens     no: your keys open 1 of the 2 key groups that are needed\n')
    const both = await box.bulla(['explain', 'a.env'], { env: { SOPS_AGE_KEY: BOB.identity } })
    expect(both.out).toContain(`  opens     yes, with SOPS_AGE_KEY, SOPS_AGE_KEY_FILE (${box.keyFile})\n`)
    expectNoSecret(both.out)

    const { recipient } = newIdentity()
    box.write('.sops.yaml', box.read('.sops.yaml').replace(box.recipient, recipient))
    const moved = await box.bulla(['explain', 'a.env'])
    expect(moved.out).toContain(`  drift     the rule adds age ${recipient}, group 0\n`)
    expect(moved.out).toMatch(new RegExp(`the rule does not have age ${box.recipient}.*, group 0\n`))
  })

  it('exits with 1 when no rule is for a file, and explains it all the same', async ({ box }) => {
    box.write('plain.yaml', YAML)
    const none = await box.bulla(['explain', 'plain.yaml'])
    expect(none).toMatchObject({ code: 1, err: '' })
    expect(none.out).toMatch(/ {2}policy {4}none\n {2}problem {3}there is no \.sops\.yaml .*: encrypt would refuse/)

    box.policy('path_regex: nothing')
    const unmatched = await box.bulla(['explain', 'plain.yaml'])
    expect(unmatched.code).toBe(1)
    expect(unmatched.out).toContain(`  rule      none matches plain.yaml\n            1, line `)

    await sealed(box)
    box.policy('path_regex: nothing')
    const foreign = await box.bulla(['explain', 'a.secret.yaml'])
    expect(foreign.code).toBe(1)
    expect(foreign.out).toContain('  opens     yes, ')
    expect(foreign.out).not.toContain('drift')
  })

  it('explains a name for which there is no file yet', async ({ box }) => {
    policy(box)
    const { code, out } = await box.bulla(['explain', '--filename-override', 'infra/new.json'])
    expect(code).toBe(0)
    expect(out).toMatch(/^infra\/new\.json: not looked at, only its name \(json\)\n.*\n {2}rule {6}1 of 3, line 4: /)
  })

  it('gives everything as JSON, without a value', async ({ box }) => {
    await sealed(box)
    box.write('b.secret.yaml', YAML)

    const { code, out, err } = await box.bulla(['explain', '--json', '.'])

    expect({ code, err }).toEqual({ code: 0, err: '' })
    expectNoSecret(out)
    const { files, places } = JSON.parse(out)
    expect(files).toMatchObject([
      {
        file: box.path('a.secret.yaml'),
        state: 'sealed',
        rule: { number: 2, line: 6, pathRegex: 'secret\\.yaml$' },
        sealed: { opening: 'yes', drift: { added: [], removed: [], settings: [] } },
        values: { sealed: 1, clear: 2, sealedComments: 1, clearPaths: [['kind'], ['metadata', 'name']] },
      },
      { file: box.path('b.secret.yaml'), state: 'plain', values: { sealed: 1, clear: 2 } },
    ])
    expect(places).toContainEqual({
      ...{ type: 'age', place: 'SOPS_AGE_KEY_FILE', file: box.keyFile, names: [box.recipient], isAbsent: false },
    })
  })

  it('explains every format, sealed and plain', async ({ box }) => {
    box.policy()
    const bytes = Buffer.from([0, 159, 146, 150, 255])
    const files = { 'a.json': '{"a": "x"}', 'a.env': 'A=x\n', 'a.ini': '[s]\na = x\n', 'a.bin': bytes }
    for (const [name, content] of Object.entries(files)) box.write(name, content)
    const names = Object.keys(files)

    const plain = await box.bulla(['explain', ...names])
    expect(plain.out.match(/encrypt would leave 1 value sealed, 0 clear$/gm)).toHaveLength(4)
    await box.bulla(['encrypt', '-i', ...names])
    const { code, out, err } = await box.bulla(['explain', ...names])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out.match(/: sealed \(\w+\)$/gm)).toEqual(
      ['json', 'dotenv', 'ini', 'binary'].map((name) => `: sealed (${name})`),
    )
    expect(out.match(/values {4}1 value sealed, 0 clear$/gm)).toHaveLength(4)
    expect(out.match(/drift {5}none/g)).toHaveLength(4)
  })

  it('says that variables take the place of the readers of rules', async ({ box }) => {
    policy(box)
    box.write('a.secret.yaml', YAML)
    const env = { SOPS_AGE_RECIPIENTS: BOB.recipient }
    const note = 'bulla: note: SOPS_AGE_RECIPIENTS set: encrypt takes readers from there, not from rules\n'
    expect(await box.bulla(['explain', 'a.secret.yaml'], { env })).toMatchObject({ code: 0, err: note })
    expect(await box.bulla(['explain', '-q', 'a.secret.yaml'], { env })).toMatchObject({ code: 0, err: '' })
  })

  it('lets nothing in names steer the terminal', async ({ box }) => {
    box.policy()
    box.write('a.yaml', '"k\\e[31m\\u202e_unencrypted": 1\n')
    const { out } = await box.bulla(['explain', 'a.yaml'])
    expect(out).toContain('clear: k?[31m?_unencrypted\n')
  })

  const refused: [string, number, string, readonly string[]][] = [
    ['a file that is not there', 100, 'there is no such file', ['explain', 'missing.yaml']],
    ['nothing named', 100, 'no file was named', ['explain']],
    ['a file that cannot be parsed', 1, 'broken.yaml:1:', ['explain', 'broken.yaml']],
    ['a policy that cannot be used', 1, 'bad.yaml:1:', ['explain', '--config', 'bad.yaml', 'a.yaml']],
  ]

  it.for(refused)('fails for %s', async ([, exit, message, line], { box }) => {
    box.policy()
    box.write('a.yaml', YAML)
    box.write('broken.yaml', `a: [${SECRET}`)
    box.write('bad.yaml', 'creation_rules: 3')
    const { code, err, out } = await box.bulla(line)
    expect({ code, out }).toEqual({ code: exit, out: '' })
    expect(err).toContain(message)
    expectNoSecret(err)
  })
})
