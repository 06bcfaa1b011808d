import { renameSync } from 'node:fs'
import { describe, expect } from 'vitest'
import { newIdentity } from '../helpers/age.ts'
import { expectNoSecret, MARKER } from '../helpers/canary.ts'
import { findJudge, withJudge } from '../helpers/judges.ts'
import { it, type Sandbox } from '../helpers/sandbox.ts'

const SECRET = `${MARKER}-hunter2`
const YAML = `# top\na: ${SECRET}\nb: two\nc_unencrypted: three\n# sealed below\nd_secret:\n  e: four # inline\n  f: 5\n`
const noSops = findJudge('sops') === undefined

/** Which values are sealed in a sealed YAML file: their keys, and `#` for comments. */
function sealedKeys(text: string): string[] {
  const [values = ''] = text.split('\nsops:')
  return values.split('\n').flatMap((line) => {
    const [, key = '', value = ''] = /^\s*([^:#\s]*):? ?(.*)$/.exec(line) ?? []
    return [...(/^"?ENC\[/.test(value) ? [key] : []), ...(/#\s?ENC\[/.test(line) ? ['#'] : [])]
  })
}

interface Selection {
  readonly field: string
  readonly value: string
  readonly sealed: readonly string[]
}

const SELECTIONS: readonly Selection[] = [
  { field: 'unencrypted_suffix', value: '_secret', sealed: ['#', 'a', 'b', 'c_unencrypted', '#'] },
  { field: 'encrypted_suffix', value: '_secret', sealed: ['e', '#', 'f'] },
  { field: 'unencrypted_regex', value: '^(a|d_)', sealed: ['#', 'b', 'c_unencrypted', '#'] },
  { field: 'encrypted_regex', value: '^[af]$', sealed: ['a', 'f'] },
  { field: 'unencrypted_comment_regex', value: 'sealed', sealed: ['#', 'a', 'b', 'c_unencrypted'] },
  { field: 'encrypted_comment_regex', value: 'sealed', sealed: ['e', '#', 'f'] },
]

/** Without what differs by the reader, not by what was asked for. */
const unsorted = (keys: readonly string[]) => [...keys].sort()

describe('which values are sealed', () => {
  it('is all but those below keys that end in _unencrypted, when nobody says otherwise', async ({ box }) => {
    box.policy()
    box.write('a.yaml', YAML)
    const { out } = await box.bulla(['encrypt', 'a.yaml'])
    expect(unsorted(sealedKeys(out))).toEqual(unsorted(['#', 'a', 'b', '#', 'e', '#', 'f']))
    expect(out).toContain('c_unencrypted: three\n')
    expect(out).toContain('\n    unencrypted_suffix: _unencrypted\n')
  })

  it.for(SELECTIONS)(
    'is chosen by $field, in the rule and on the command line',
    async ({ field, value, sealed }, { box }) => {
      box.write('a.yaml', YAML)
      box.policy(`${field}: '${value}'`)
      const byRule = await box.bulla(['encrypt', 'a.yaml'])
      box.policy()
      const byOption = await box.bulla(['encrypt', `--${field.replaceAll('_', '-')}`, value, 'a.yaml'])
      for (const { code, out, err } of [byRule, byOption]) {
        expect({ code, err }).toEqual({ code: 0, err: '' })
        expect(unsorted(sealedKeys(out))).toEqual(unsorted(sealed))
        expect(out).toMatch(new RegExp(`\\n {4}${field}: `))
        box.write('s.yaml', out)
        expect((await box.bulla(['decrypt', 's.yaml'])).out).toBe(YAML)
      }
    },
  )

  it.for(SELECTIONS)('is for $field what the real sops opens', { skip: noSops }, async ({ field, value }, { box }) => {
    box.policy(`${field}: '${value}'`)
    box.write('a.yaml', YAML)
    box.write('s.yaml', (await box.bulla(['encrypt', 'a.yaml'])).stdout)
    const { code, out } = await box.sops(['decrypt', 's.yaml'])
    expect(code).toBe(0)
    expect(out).toContain(SECRET)
    expect(out).not.toContain('ENC[')
  })

  it('takes the option instead of the same field of the rule', async ({ box }) => {
    box.policy('encrypted_regex: ^b$')
    box.write('a.yaml', YAML)
    const { out } = await box.bulla(['encrypt', '--encrypted-regex', '^a$', 'a.yaml'])
    expect(sealedKeys(out)).toEqual(['a'])
  })

  it('is nothing only with --allow-plaintext', async ({ box }) => {
    box.policy('encrypted_regex: ^nothing$')
    box.write('a.yaml', YAML)
    expect(await box.bulla(['encrypt', '-i', 'a.yaml'])).toMatchObject({ code: 23 })
    expect(box.read('a.yaml')).toBe(YAML)
    expect(await box.bulla(['encrypt', '-i', '--allow-plaintext', 'a.yaml'])).toMatchObject({ code: 0 })
    expect((await box.bulla(['decrypt', 'a.yaml'])).out).toBe(YAML)
  })

  it('is nothing without a word where there is nothing to seal', async ({ box }) => {
    box.policy('encrypted_regex: ^a$')
    for (const text of ['{}\n', 'b: null\n', 'a: ""\n', '---\nb: []\n']) {
      box.write('a.yaml', text)
      const { code, out } = await box.bulla(['encrypt', 'a.yaml'])
      box.write('s.yaml', out)
      expect(code).toBe(0)
      expect((await box.bulla(['decrypt', 's.yaml'])).out).toBe(text)
    }
  })
})

describe('what the MAC covers', () => {
  const changed = (text: string) => text.replace('c_unencrypted: three', 'c_unencrypted: 3333')

  it('is everything', async ({ box }) => {
    box.policy()
    box.write('a.yaml', YAML)
    const { out } = await box.bulla(['encrypt', 'a.yaml'])
    box.write('s.yaml', changed(out))
    expect(await box.bulla(['decrypt', 's.yaml'])).toMatchObject({ code: 51 })
    const ignored = await box.bulla(['decrypt', '--ignore-mac', 's.yaml'])
    expect(ignored).toMatchObject({ code: 0, out: changed(YAML) })
  })

  it.for(['option', 'rule'] as const)(
    'is only what is sealed with mac_only_encrypted, as %s',
    async (place, { box }) => {
      box.policy(...(place === 'rule' ? ['mac_only_encrypted: true'] : []))
      box.write('a.yaml', YAML)
      const { out } = await box.bulla(['encrypt', ...(place === 'option' ? ['--mac-only-encrypted'] : []), 'a.yaml'])
      expect(out).toContain('\n    mac_only_encrypted: true\n')
      box.write('s.yaml', changed(out))
      expect(await box.bulla(['decrypt', 's.yaml'])).toMatchObject({ code: 0, out: changed(YAML) })
      if (!noSops) expect(await box.sops(['decrypt', 's.yaml'])).toMatchObject({ code: 0 })
    },
  )

  it('is not asked with --ignore-mac, but every value still has to verify', async ({ box }) => {
    box.policy()
    box.write('a.yaml', YAML)
    const { out } = await box.bulla(['encrypt', 'a.yaml'])
    box.write('no-mac.yaml', out.replace(/\n {4}mac: .*/, ''))
    box.write('moved.yaml', out.replace(/^a: (.*)\nb: (.*)$/m, 'a: $2\nb: $1'))
    expect(await box.bulla(['decrypt', '--ignore-mac', 'no-mac.yaml'])).toMatchObject({ code: 0, out: YAML })
    expect(await box.bulla(['decrypt', '--ignore-mac', 'moved.yaml'])).toMatchObject({ code: 25, out: '' })
  })
})

describe('who reads a file', () => {
  const readers = (text: string) => [...text.matchAll(/recipient: (\S+)/g)].map((match) => match[1])

  it('is said by the rule, else by options, else by the environment: one of them alone', async ({ box }) => {
    const [rule, option, environment] = [newIdentity(), newIdentity(), newIdentity()].map(({ recipient }) => recipient)
    box.write('.sops.yaml', `creation_rules:\n  - age: ${rule}\n`)
    box.write('a.yaml', YAML)
    const env = { SOPS_AGE_RECIPIENTS: environment }
    const sealed = async (args: readonly string[], more: Record<string, string | undefined>) =>
      readers((await box.bulla(['encrypt', ...args, 'a.yaml'], { env: more })).out)
    expect(await sealed([], {})).toEqual([rule])
    expect(await sealed([], env)).toEqual([environment])
    expect(await sealed(['--age', `${option}`], env)).toEqual([option])
    expect(await sealed(['-a', `${option}, ${rule}`, '--age', `${environment}`], {})).toEqual([
      option,
      rule,
      environment,
    ])
    expect(await sealed([], { SOPS_AGE_RECIPIENTS: '' })).toEqual([rule])
  })

  it('is nobody whom the rule for another file names', async ({ box }) => {
    box.write('.sops.yaml', `creation_rules:\n  - path_regex: ^b\n    age: ${box.recipient}\n`)
    box.write('a.yaml', YAML)
    expect(await box.bulla(['encrypt', '-i', '--age', box.recipient, 'a.yaml'])).toMatchObject({ code: 1 })
    expect(await box.bulla(['encrypt', '-i', '--config', '/dev/null', '--age', box.recipient, 'a.yaml'])).toMatchObject(
      {
        code: process.platform === 'win32' ? 1 : 0,
      },
    )
  })

  it('is every group of a Shamir rule, as many as are needed', async ({ box }) => {
    const others = [newIdentity(), newIdentity()]
    const groups = [box.recipient, ...others.map(({ recipient }) => recipient)]
    const lines = groups.map((recipient) => `      - age: [${recipient}]\n`).join('')
    box.write('.sops.yaml', `creation_rules:\n  - shamir_threshold: 2\n    key_groups:\n${lines}`)
    box.write('a.yaml', YAML)
    await box.bulla(['encrypt', '--output', 's.yaml', 'a.yaml'])
    const open = async (identities: readonly string[], name = 's.yaml') => {
      const env = { SOPS_AGE_KEY_FILE: undefined, SOPS_AGE_KEY: identities.join('\n') }
      return (await box.bulla(['decrypt', name], { env })).code
    }
    const [second = '', third = ''] = others.map(({ identity }) => identity)
    expect(await open([box.identity])).toBe(128)
    for (const pair of [
      [box.identity, second],
      [box.identity, third],
      [second, third],
    ])
      expect(await open(pair)).toBe(0)

    await box.bulla(['encrypt', '--shamir-secret-sharing-threshold', '3', '--output', 't.yaml', 'a.yaml'])
    expect(await open([second, third], 't.yaml')).toBe(128)
    expect(await open([box.identity, second, third], 't.yaml')).toBe(0)
    const tooMany = await box.bulla(['encrypt', '--shamir-secret-sharing-threshold', '4', 'a.yaml'])
    expect(tooMany).toMatchObject({ code: 1, out: '' })
    if (noSops) return
    const env = { SOPS_AGE_KEY_FILE: undefined, SOPS_AGE_KEY: `${box.identity}\n${third}` }
    expect((await box.sops(['decrypt', 's.yaml'], { env })).code).toBe(0)
  })
})

describe('where identities come from', () => {
  async function sealedFor(box: Sandbox): Promise<void> {
    box.policy()
    box.write('a.yaml', YAML)
    await box.bulla(['encrypt', '-i', 'a.yaml'])
  }
  const none = { SOPS_AGE_KEY_FILE: undefined }

  it('is any of the places of sops', async ({ box }) => {
    await sealedFor(box)
    const key = box.write('../home/.config/sops/age/keys.txt', `${box.identity}\n`)
    const home = box.path('../home')
    const other = newIdentity().identity
    const places: Record<string, string | undefined>[] = [
      { ...none, SOPS_AGE_KEY: box.identity },
      { ...none, SOPS_AGE_KEY: `${other} ${box.identity}` },
      { SOPS_AGE_KEY_FILE: key },
      { SOPS_AGE_KEY_FILE: key, SOPS_AGE_KEY: other },
      { ...none, SOPS_AGE_KEY_CMD: `cat '${key}'` },
    ]
    if (process.platform === 'linux')
      places.push({ ...none, HOME: home, XDG_CONFIG_HOME: undefined }, { ...none, XDG_CONFIG_HOME: `${home}/.config` })
    for (const env of places)
      expect(await box.bulla(['decrypt', 'a.yaml'], { env })).toMatchObject({ code: 0, err: '' })
  })

  it('is asked only when a file has to be opened', async ({ box }) => {
    await sealedFor(box)
    box.write('b.yaml', YAML)
    const env = { ...none, ...box.observe(), SOPS_AGE_KEY_CMD: 'false' }
    expect(await box.bulla(['encrypt', '-i', 'b.yaml'], { env })).toMatchObject({ code: 0 })
    expect(await box.bulla(['filestatus', 'b.yaml'], { env })).toMatchObject({ code: 0 })
    expect(box.observed()).toEqual([])
  })

  it('is asked once for many files', async ({ box }) => {
    await sealedFor(box)
    for (const name of ['b', 'c', 'd', 'e']) box.write(`${name}.yaml`, box.read('a.yaml'))
    const env = { ...none, ...box.observe(), SOPS_AGE_KEY_CMD: `cat '${box.keyFile}'` }
    expect(await box.bulla(['decrypt', '--dry-run', '.'], { env })).toMatchObject({ code: 0 })
    expect(box.observed()).toEqual(['run cat'])
  })

  it.for([
    ['fails', 'sh -c "exit 3"', /SOPS_AGE_KEY_CMD: the command failed with exit code 3/],
    ['is not there', '/nowhere/program', /SOPS_AGE_KEY_CMD: the command could not be started \(ENOENT\)/],
    ['is empty', '', /SOPS_AGE_KEY_CMD: it is set, but empty/],
    ['has an open quote', "cat 'x", /SOPS_AGE_KEY_CMD: a quote is not closed/],
    ['prints something else', `echo ${SECRET}`, /SOPS_AGE_KEY_CMD: line 1 is not an age identity/],
  ] as const)('is a command that %s', async ([, command, message], { box }) => {
    await sealedFor(box)
    const { code, err } = await box.bulla(['decrypt', 'a.yaml'], { env: { ...none, SOPS_AGE_KEY_CMD: command } })
    expect(code).toBe(128)
    expect(err).toMatch(message)
    expectNoSecret(err)
  })

  it('is tried in the order asked for', async ({ box }) => {
    await sealedFor(box)
    for (const order of ['age', 'pgp,age', 'nonsense', 'kms,gcp_kms,hckms,azure_kv,hc_vault'])
      expect(await box.bulla(['decrypt', '--decryption-order', order, 'a.yaml'])).toMatchObject({ code: 0 })
    const env = { SOPS_DECRYPTION_ORDER: 'age,age' }
    expect(await box.bulla(['decrypt', 'a.yaml'], { env })).toMatchObject({ code: 112 })
    expect(await box.bulla(['decrypt', '--decryption-order', 'age', 'a.yaml'], { env })).toMatchObject({ code: 0 })
  })
})

describe('which policy counts', () => {
  const rule = (selector: string, recipient: string) => `creation_rules:\n  - age: ${recipient}\n    ${selector}\n`

  it('is the one that was named, by option before environment', async ({ box }) => {
    box.write('a.yaml', YAML)
    box.write('.sops.yaml', 'broken: [')
    box.write('p/a.conf', rule('encrypted_regex: ^a$', box.recipient))
    box.write('p/b.conf', rule('encrypted_regex: ^b$', box.recipient))
    const env = { SOPS_CONFIG: 'p/b.conf' }
    expect(sealedKeys((await box.bulla(['encrypt', 'a.yaml'], { env })).out)).toEqual(['b'])
    for (const args of [
      ['encrypt', '--config', 'p/a.conf', 'a.yaml'],
      ['--config=p/a.conf', 'encrypt', 'a.yaml'],
    ])
      expect(sealedKeys((await box.bulla(args, { env })).out)).toEqual(['a'])
    const missing = await box.bulla(['encrypt', '--config', 'nope', 'a.yaml'])
    expect(missing).toMatchObject({
      code: 1,
      err: expect.stringMatching(/nope: the policy that was named does not exist/),
    })
  })

  it.skipIf(process.platform === 'win32')('may be named as a pipe', async ({ box }) => {
    box.write('a.yaml', YAML)
    box.write('policy', rule('encrypted_regex: ^a$', box.recipient))
    const { out } = await box.sh('cat policy | bulla encrypt --config /dev/stdin a.yaml')
    expect(sealedKeys(out)).toEqual(['a'])
  })

  it('does not matter for opening a file in its own format, be it broken', async ({ box }) => {
    box.policy()
    box.write('a.yaml', YAML)
    await box.bulla(['encrypt', '-i', 'a.yaml'])
    box.write('.sops.yaml', 'broken: [')
    expect(await box.bulla(['decrypt', 'a.yaml'])).toMatchObject({ code: 0, out: YAML })
    expect(await box.bulla(['filestatus', 'a.yaml'])).toMatchObject({ code: 0 })
    expect(await box.bulla(['decrypt', '--output-type', 'json', 'a.yaml'])).toMatchObject({ code: 1 })
  })

  it('is asked for the name that stands in place of the path', async ({ box }) => {
    box.write('.sops.yaml', `creation_rules:\n  - path_regex: ^secrets/.*\\.yaml$\n    age: ${box.recipient}\n`)
    expect(await box.bulla(['encrypt', '--filename-override', 'a.yaml'], { stdin: YAML })).toMatchObject({ code: 1 })
    const sealed = await box.bulla(['encrypt', '--filename-override', 'secrets/a.yaml'], { stdin: YAML })
    expect(sealed).toMatchObject({ code: 0 })
    expect(sealedKeys(sealed.out)).toContain('a')
    box.write('plain.txt', YAML)
    const named = await box.bulla(['encrypt', '--filename-override', 'secrets/a.yaml', 'plain.txt'])
    expect(sealedKeys(named.out)).toContain('a')
  })

  it('speaks of a name at its top that means nothing', async ({ box }) => {
    box.write('.sops.yaml', `creation_rule:\n  - age: ${box.recipient}\n`)
    box.write('a.yaml', YAML)
    const { err } = await box.bulla(['encrypt', '--age', box.recipient, 'a.yaml'])
    expect(err).toMatch(
      /note: a\.yaml: .*\.sops\.yaml has a field creation_rule that means nothing; was creation_rules meant\?/,
    )
  })
})

describe.skipIf(noSops)(withJudge('the rule for a file', 'sops'), () => {
  const regexes = [
    'secrets/',
    '^secrets/',
    '^a\\.yaml$',
    'a.yaml',
    '\\.ya?ml$',
    '^/',
    '(?i)^SECRETS',
    '^sub/.*',
    'work',
    '[[:upper:]]',
    '^$',
    '.',
  ]
  const files = ['a.yaml', 'secrets/a.yaml', 'sub/secrets/B.yaml', 'sub/.sops.d/c.yml', 'ä ö.yaml']
  const places = ['.', 'sub', 'sub/secrets']

  it.for(files)('is the one that the real sops takes, from anywhere: %s', async (file, { box }) => {
    for (const name of files) box.write(name, 'value: x\n')
    // each rule leaves its mark: the expression that a file records
    const rules = regexes.map(
      (regex) =>
        `  - path_regex: '${regex}'\n    age: ${box.recipient}\n    encrypted_regex: 'v|${Buffer.from(regex).toString('hex')}'\n`,
    )
    const marks = (out: string) => /encrypted_regex: .*/.exec(out)?.[0] ?? ''
    for (const start of rules.keys()) {
      box.write('.sops.yaml', `creation_rules:\n${rules.slice(start).join('')}`)
      const cwd = places[start % places.length] ?? '.'
      const [ours, theirs] = await Promise.all([
        box.bulla(['encrypt', box.path(file)], { cwd }),
        box.sops(['encrypt', box.path(file)], { cwd }),
      ])
      expect({ code: ours.code, mark: marks(ours.out) }).toEqual({ code: theirs.code, mark: marks(theirs.out) })
    }
  })
})

describe('a policy under a wrong name', () => {
  it('is named where a policy is missed, and where readers come from elsewhere', async ({ box }) => {
    box.policy()
    renameSync(box.path('.sops.yaml'), box.path('.sops.yml'))
    box.write('sub/a.yaml', 'a: 1\n')
    const wrong = '.sops.yml is not read: the policy must be named .sops.yaml'
    const missed = await box.bulla(['encrypt', 'sub/a.yaml'])
    expect(missed).toMatchObject({ code: 1, out: '', err: expect.stringContaining(`hint: ${box.path(wrong)}`) })
    const given = await box.bulla(['encrypt', '-i', '--age', box.recipient, 'sub/a.yaml'])
    expect(given).toMatchObject({ code: 0, err: `bulla: note: sub/a.yaml: ${box.path(wrong)}\n` })
    expect((await box.bulla(['updatekeys', '-y', 'sub/a.yaml'])).err).toContain(wrong)
    expect((await box.bulla(['explain', 'sub/a.yaml'])).err).toContain(wrong)
    expect((await box.bulla(['doctor'])).out).toContain(`policy: ${box.path(wrong)}\n           to do: rename it`)
  })
})
