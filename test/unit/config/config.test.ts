import { describe, expect, it } from 'vitest'
import { type CreationRule, parseConfig, type SopsConfig } from '../../../src/config/config.ts'
import type { BullaError } from '../../../src/errors.ts'
import { SELECTOR_FIELDS } from '../../../src/format/metadata.ts'
import { failure } from '../../helpers/failure.ts'

const PATH = '/repo/.sops.yaml'
const parse = (text: string | Uint8Array): SopsConfig => parseConfig(Buffer.from(text as string), PATH)
const problem = (text: string | Uint8Array): BullaError => failure(() => parse(text))

/** A policy with one rule that has these fields. */
const withRule = (...lines: readonly string[]) =>
  `creation_rules:\n  - path_regex: x\n${lines.map((line) => `    ${line}\n`).join('')}`

function ruleOf(text: string): CreationRule {
  const rule = parse(text).rules?.[0]
  if (rule === undefined) throw new Error('there is no rule')
  return rule
}

const names = (rule: CreationRule) => rule.groups.map((group) => group.map(({ fields }) => Object.values(fields)[0]))

describe('a policy', () => {
  it.each(['', '{}', '# nothing\n', 'creation_rules:\n', 'creation_rules: null', 'other: [1, 2]'])(
    'without rules counts as none: %j',
    (text) => {
      expect(parse(text).rules).toBeUndefined()
    },
  )

  it('with an empty list of rules has rules, of which none matches', () => {
    expect(parse('creation_rules: []').rules).toEqual([])
  })

  it('knows where it stands', () => {
    expect(parse('')).toMatchObject({ path: PATH, folder: '/repo' })
  })

  it('may hold anything at its top: other programs read it too', () => {
    expect(parse('keys: &k [a]\nx: { y: z }\n__proto__: 1\nconstructor: 2\ncreation_rules: []').notes).toEqual([])
  })

  it.each(['creation_rule', 'creation-rules', 'creationRules', 'Creation_rules', 'store'])(
    'says so when a name at its top was probably meant otherwise: %s',
    (name) => {
      const meant = name === 'store' ? 'stores' : 'creation_rules'
      expect(parse(`${name}: []`).notes).toEqual([
        `${PATH} has a field ${name} that means nothing; was ${meant} meant?`,
      ])
    },
  )

  it('has layout for three stores', () => {
    const text =
      'stores:\n  yaml: { indent: 2 }\n  json: { indent: -1 }\n  json_binary: { indent: 0 }\n  dotenv: {}\n  ini:\n'
    expect(parse(text).indent).toEqual({ yaml: 2, json: -1, binary: 0 })
    expect(parse('stores: null').indent).toEqual({ yaml: undefined, json: undefined, binary: undefined })
    expect(parse('stores: { yaml: { indent: null } }').indent.yaml).toBeUndefined()
  })

  it('is read in any of the ways of YAML', () => {
    const flow = '{"creation_rules": [{"path_regex": "x", "age": "age1a"}]}'
    const crlf = 'creation_rules:\r\n  - path_regex: x\r\n    age: age1a\r\n'
    const bom = '\ufeff---\ncreation_rules:\n- path_regex: x\n  age: >-\n    age1a\n...\n'
    for (const text of [flow, crlf, bom]) expect(names(ruleOf(text))).toEqual([['age1a']])
  })
})

describe('a rule', () => {
  it('has what it needs when it says nothing', () => {
    expect(ruleOf('creation_rules: [{}]')).toMatchObject({
      index: 0,
      pathRegex: undefined,
      groups: [[]],
      shamirThreshold: 0,
      selector: undefined,
      macOnlyEncrypted: false,
    })
  })

  it.each(['path_regex: null', 'path_regex: ""', 'path_regex:'])('matches everything with %s', (field) => {
    expect(ruleOf(`creation_rules:\n  - ${field}\n`).pathRegex).toBeUndefined()
  })

  it('takes plain scalars for text, however they look', () => {
    expect(ruleOf('creation_rules:\n  - path_regex: 1.50\n    encrypted_suffix: yes\n')).toMatchObject({
      pathRegex: '1.50',
      selector: { field: 'encrypted_suffix', pattern: 'yes' },
    })
    expect(ruleOf(withRule('unencrypted_suffix: 2024-01-02')).selector?.pattern).toBe('2024-01-02')
  })

  it.each(SELECTOR_FIELDS)('has the selector %s', (field) => {
    expect(ruleOf(withRule(`${field}: ^a$`)).selector).toEqual({ field, pattern: '^a$' })
    expect(ruleOf(withRule(`${field}: ""`)).selector).toBeUndefined()
    expect(ruleOf(withRule(`${field}:`)).selector).toBeUndefined()
  })

  it('has at most one selector', () => {
    expect(problem(withRule('age: a', 'encrypted_regex: a', 'unencrypted_suffix: b'))).toMatchObject({
      code: 'ERR_SELECTOR',
      message: 'a rule can have one selector, this one has unencrypted_suffix and encrypted_regex',
      where: { file: PATH, line: 2, column: 5 },
    })
  })

  it('has threshold and MAC', () => {
    expect(ruleOf(withRule('shamir_threshold: 2', 'mac_only_encrypted: true'))).toMatchObject({
      shamirThreshold: 2,
      macOnlyEncrypted: true,
    })
    expect(ruleOf(withRule('shamir_threshold: null', 'mac_only_encrypted: null'))).toMatchObject({
      shamirThreshold: 0,
      macOnlyEncrypted: false,
    })
  })

  it('says how strict hooks are; without a word they tell of drift, and want what matches sealed', () => {
    expect(ruleOf(withRule('strict: true', 'must_encrypt: false'))).toMatchObject({
      isStrict: true,
      mustEncrypt: false,
    })
    expect(ruleOf(withRule('strict: null'))).toMatchObject({ isStrict: false, mustEncrypt: true })
  })

  it('knows where its fields stand', () => {
    const rule = ruleOf(withRule('age: age1a', '', 'encrypted_regex: a'))
    expect(rule.place('age')).toEqual({ line: 3, column: 5 })
    expect(rule.place('encrypted_regex')).toEqual({ line: 5, column: 5 })
    expect(rule.place('nope')).toEqual({ line: 2, column: 5 })
  })
})

describe('the keys of a rule', () => {
  it('are one group, in the order of sops', () => {
    const rule = ruleOf(
      withRule(
        'hc_vault_transit_uri: https://vault/v1/transit/keys/v',
        'azure_keyvault: https://a.vault.azure.net/keys/z/1',
        'hckms: [eu:1]',
        'gcp_kms: projects/p',
        'kms: arn:k1, arn:k2',
        'aws_profile: prod',
        'pgp: "AB CD"',
        'age: age1a, age1b',
      ),
    )
    expect(rule.groups).toEqual([
      [
        { type: 'age', fields: { recipient: 'age1a' } },
        { type: 'age', fields: { recipient: 'age1b' } },
        { type: 'pgp', fields: { fp: 'ABCD' } },
        { type: 'kms', fields: { arn: 'arn:k1', aws_profile: 'prod' } },
        { type: 'kms', fields: { arn: 'arn:k2', aws_profile: 'prod' } },
        { type: 'gcp_kms', fields: { resource_id: 'projects/p' } },
        { type: 'hckms', fields: { key_id: 'eu:1' } },
        { type: 'azure_kv', fields: { name: 'z', vault_url: 'https://a.vault.azure.net', version: '1' } },
        { type: 'hc_vault', fields: { engine_path: 'transit', key_name: 'v', vault_address: 'https://vault' } },
      ],
    ])
  })

  it.each(['age', 'pgp', 'kms', 'gcp_kms', 'hckms'])('are a text or a list: %s', (field) => {
    expect(names(ruleOf(withRule(`${field}: a1,a2`)))).toEqual([['a1', 'a2']])
    expect(names(ruleOf(withRule(`${field}: [a1, "a2,a3"]`)))).toEqual([['a1', 'a2', 'a3']])
    expect(names(ruleOf(withRule(`${field}:`)))).toEqual([[]])
  })

  it('are the key groups when there are some, and the others do not count', () => {
    const text = withRule('age: age1flat', 'key_groups:', '  - age: [age1a]', '  - { pgp: [AB], age: [age1b] }')
    expect(names(ruleOf(text))).toEqual([['age1a'], ['age1b', 'AB']])
    expect(names(ruleOf(withRule('age: age1flat', 'key_groups: []')))).toEqual([['age1flat']])
    expect(names(ruleOf(withRule('age: age1flat', 'key_groups:')))).toEqual([['age1flat']])
  })

  it('stand in groups with every field', () => {
    const group = [
      'key_groups:',
      '  - hc_vault: [https://vault/v1/t/x/keys/v]',
      '    azure_keyvault: [{ vaultUrl: https://a, key: z, version: "1" }, { vaultUrl: https://b, key: y }]',
      '    hckms: [{ key_id: eu:1 }]',
      '    gcp_kms: [{ resource_id: projects/p }]',
      '    kms: [{ arn: arn:k, role: arn:r, aws_profile: prod, context: { a: b, c: null } }, { arn: arn:l }]',
      '    pgp: [AB]',
      '    age: [age1a]',
    ]
    expect(ruleOf(withRule(...group)).groups[0]).toEqual([
      { type: 'age', fields: { recipient: 'age1a' } },
      { type: 'pgp', fields: { fp: 'AB' } },
      { type: 'kms', fields: { arn: 'arn:k', aws_profile: 'prod', role: 'arn:r' }, context: { a: 'b', c: null } },
      { type: 'kms', fields: { arn: 'arn:l', aws_profile: '' } },
      { type: 'gcp_kms', fields: { resource_id: 'projects/p' } },
      { type: 'hckms', fields: { key_id: 'eu:1' } },
      { type: 'azure_kv', fields: { name: 'z', vault_url: 'https://a', version: '1' } },
      { type: 'azure_kv', fields: { name: 'y', vault_url: 'https://b', version: '' } },
      { type: 'hc_vault', fields: { engine_path: 't/x', key_name: 'v', vault_address: 'https://vault' } },
    ])
  })

  it('may be shared by anchors, aliases, merge keys and merge lists', () => {
    const text = `
teams:
  ops: &ops { age: [age1ops] }
  dev: &dev
    merge: [*ops]
    age: [age1dev, age1ops]
rule: &rule { shamir_threshold: 2, path_regex: never }
creation_rules:
  - <<: *rule
    path_regex: x
    key_groups:
      - merge: [*dev, { pgp: [AB] }]
        age: [age1own]
      - *ops
`
    const rule = ruleOf(text)
    expect(names(rule)).toEqual([['age1ops', 'age1dev', 'AB', 'age1own'], ['age1ops']])
    expect(rule).toMatchObject({ pathRegex: 'x', shamirThreshold: 2 })
  })

  it('stand once in a group, by kind and name', () => {
    const text = withRule(
      'key_groups:',
      '  - age: [age1a, age1b, age1a]',
      '    kms: [{ arn: k }, { arn: k, context: { a: b } }, { arn: k }, { arn: k, role: r }]',
    )
    expect(names(ruleOf(text))).toEqual([['age1a', 'age1b', 'k', 'k', 'k']])
  })

  it.each([
    ['azure_keyvault: somewhere', 'azure_keyvault', /^its form is https:\/\/VAULT/],
    ['hc_vault_transit_uri: https://vault/x', 'hc_vault_transit_uri', /^its form is https:\/\/HOST/],
    ['key_groups: [{ hc_vault: [nope] }]', 'hc_vault', /^its form is https:\/\/HOST/],
  ])('must be readable: %s', (field, name, hint) => {
    const error = problem(withRule(field))
    expect(error).toMatchObject({ code: 'ERR_RECIPIENT', where: { file: PATH, line: 2 } })
    expect(error.message).toContain(name)
    expect(error.hint).toMatch(hint)
  })
})

describe('a policy that is wrong', () => {
  const cases: [string, string, string, number, number, RegExp][] = [
    ['is no mapping', '- a', 'the file must be a mapping', 1, 1, /./],
    ['is a text', 'text', 'the file must be a mapping', 1, 1, /./],
    ['has rules in a mapping', 'creation_rules:\n  a: 1', 'creation_rules must be a list', 1, 1, /"- "/],
    ['has a rule that is a list', 'creation_rules:\n  - - age: a', 'creation_rules[0] must be a mapping', 2, 5, /"- "/],
    ['has a rule that is nothing', 'creation_rules:\n  -\n', 'creation_rules[0] must be a mapping', 2, 4, /"- "/],
    [
      'has an unknown field',
      withRule('path_regx: a'),
      'unknown field creation_rules[0].path_regx',
      3,
      5,
      /^did you mean path_regex\?$/,
    ],
    [
      'has a field with a dash',
      withRule('encrypted-regex: a'),
      'unknown field creation_rules[0].encrypted-regex',
      3,
      5,
      /^did you mean encrypted_regex\?$/,
    ],
    [
      'has a field from the documentation',
      withRule('hc_vault_uris: a'),
      'unknown field creation_rules[0].hc_vault_uris',
      3,
      5,
      /hc_vault_transit_uri/,
    ],
    [
      'has a made-up field',
      withRule('input_type: yaml'),
      'unknown field creation_rules[0].input_type',
      3,
      5,
      /^known fields are path_regex, age, /,
    ],
    [
      'has __proto__ in a rule',
      withRule('__proto__: a'),
      'unknown field creation_rules[0].__proto__',
      3,
      5,
      /^known fields are /,
    ],
    [
      'has constructor in a rule',
      withRule('constructor: a'),
      'unknown field creation_rules[0].constructor',
      3,
      5,
      /^known fields are /,
    ],
    [
      'has an unknown field in a group',
      withRule('key_groups:', '  - agee: [a]'),
      'unknown field creation_rules[0].key_groups[0].agee',
      4,
      9,
      /^did you mean age\?$/,
    ],
    [
      'has one deep in merged groups',
      withRule('key_groups: [{ merge: [{ kms: [{ arn: a, rolle: b }] }] }]'),
      'unknown field creation_rules[0].key_groups[0].merge[0].kms[0].rolle',
      3,
      46,
      /^did you mean role\?$/,
    ],
    [
      'lacks a field of a key',
      withRule('key_groups: [{ azure_keyvault: [{ key: a }] }]'),
      'creation_rules[0].key_groups[0].azure_keyvault[0] needs the field vaultUrl',
      3,
      37,
      /vaultUrl, key, version/,
    ],
    [
      'has a mapping for a key',
      withRule('age: { a: b }'),
      'creation_rules[0].age must be text or a list',
      3,
      5,
      /"- "/,
    ],
    [
      'has a text for a list in a group',
      withRule('key_groups:', '  - age: a'),
      'creation_rules[0].key_groups[0].age must be a list',
      4,
      9,
      /"- "/,
    ],
    [
      'has a text for a number',
      withRule('shamir_threshold: two'),
      'creation_rules[0].shamir_threshold must be a whole number',
      3,
      5,
      /./,
    ],
    [
      'has a fraction',
      withRule('shamir_threshold: 1.5'),
      'creation_rules[0].shamir_threshold must be a whole number',
      3,
      5,
      /./,
    ],
    [
      'has a negative threshold',
      withRule('shamir_threshold: -1'),
      'creation_rules[0].shamir_threshold must be at least 0',
      3,
      5,
      /number/,
    ],
    [
      'has a huge threshold',
      withRule('shamir_threshold: 256'),
      'creation_rules[0].shamir_threshold must be at most 255',
      3,
      5,
      /number/,
    ],
    [
      'has a text for a switch',
      withRule('mac_only_encrypted: "true"'),
      'creation_rules[0].mac_only_encrypted must be true or false',
      3,
      5,
      /./,
    ],
    [
      'has a list for an expression',
      withRule('encrypted_regex: [a]'),
      'creation_rules[0].encrypted_regex must be text',
      3,
      5,
      /./,
    ],
    ['has a wrong indent', 'stores: { yaml: { indent: x } }', 'stores.yaml.indent must be a whole number', 1, 19, /./],
    ['has stores that are none', 'stores: [yaml]', 'stores must be a mapping', 1, 1, /./],
    ['ends too early', 'creation_rules: [', 'invalid YAML: ', 1, 18, /./],
    ['has a tab', '\tcreation_rules: 1', 'invalid YAML: ', 1, 1, /./],
    ['has a key twice', withRule('age: a', 'age: b'), 'invalid YAML: this key stands twice in its mapping', 4, 5, /./],
    ['has an alias to nothing', 'a: *b', 'invalid YAML: ', 1, 4, /./],
    ['has an alias to what it stands in', 'a: &a [*a]', 'invalid YAML: ', 1, 8, /./],
    ['has two documents', 'a: 1\n---\nb: 2', 'invalid YAML: only one document is expected here', 2, 1, /./],
  ]

  it.each(cases)(
    'is refused with file, line, column, field and what to do: it %s',
    (_name, text, message, line, column, hint) => {
      const error = problem(text)
      expect(error).toMatchObject({ code: 'ERR_CONFIG', where: { file: PATH, line, column } })
      expect(error.message).toContain(message)
      expect(error.hint).toMatch(hint)
    },
  )

  it('is told about all that is wrong at once', () => {
    const error = problem(withRule('age: {}', 'shamir_threshold: x', 'nope: 1'))
    expect(error.where).toMatchObject({ line: 5 })
    expect(error.message.split('\n')).toEqual([
      'unknown field creation_rules[0].nope',
      '  line 3: creation_rules[0].age must be text or a list',
      '  line 4: creation_rules[0].shamir_threshold must be a whole number',
    ])
  })

  it('is not told about more than can be read', () => {
    const error = problem(withRule(...Array.from({ length: 1000 }, (_, index) => `field${index}: 1`)))
    expect(error.message.split('\n')).toHaveLength(11)
    expect(error.message).toMatch(/\n {2}and 990 more$/)
  })

  it('is not UTF-8', () => {
    expect(problem(Buffer.from('a: \xff', 'latin1'))).toMatchObject({ code: 'ERR_CONFIG', where: { file: PATH } })
  })
})

describe('a hostile policy', () => {
  it('cannot grow without bounds by aliases', () => {
    const levels = Array.from(
      { length: 30 },
      (_, index) => `l${index + 1}: &l${index + 1} [*l${index}, *l${index}, *l${index}]\n`,
    )
    // written out these would be 3^30 elements
    expect(problem(`l0: &l0 [a]\n${levels.join('')}`)).toMatchObject({ code: 'ERR_CONFIG' })
  })

  it('cannot be too deep', () => {
    expect(problem(`a: ${'['.repeat(100_000)}`).code).toBe('ERR_CONFIG')
    expect(problem(`creation_rules: [{ key_groups: [${'{ merge: ['.repeat(2_000)}`).code).toBe('ERR_CONFIG')
  })

  it('cannot reach a prototype', () => {
    const text =
      '__proto__: { polluted: yes }\nconstructor: { prototype: { polluted: yes } }\ncreation_rules: [{ <<: { __proto__: { polluted: yes } } }]'
    expect(problem(text).message).toContain('unknown field creation_rules[0].__proto__')
    expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('polluted')
  })

  it('may have names of fields that are no names', () => {
    expect(parse('toString: 1\nhasOwnProperty: 2\nvalueOf: 3\ncreation_rules: []').rules).toEqual([])
  })

  it('may be large', () => {
    const rules = Array.from({ length: 10_000 }, (_, index) => `  - { path_regex: ^f${index}$, age: age1x }\n`).join('')
    expect(parse(`creation_rules:\n${rules}`).rules).toHaveLength(10_000)
  })
})
