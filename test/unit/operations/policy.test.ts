import { describe, expect, it } from 'vitest'
import { ConfigError, FormatError, KeyError } from '../../../src/errors.ts'
import { atItsSource, PolicyFinder, type PolicyOptions } from '../../../src/operations/policy.ts'
import { rejection } from '../../helpers/failure.ts'
import { memoryFiles } from '../../helpers/memory-files.ts'

const POLICY = `creation_rules:
  - path_regex: ^sub/
    age: age1sub
    encrypted_regex: ^a$
    mac_only_encrypted: true
    shamir_threshold: 2
  - path_regex: nobody
  - age: age1all
`
const KEY = { type: 'age', fields: { recipient: 'age1given' } } as const

function finderWith(policy: string | undefined = POLICY) {
  const files = memoryFiles(policy === undefined ? {} : { '/w/.sops.yaml': policy })
  let reads = 0
  const read = (path: string) => {
    reads += 1
    return files.read(path)
  }
  return { finder: new PolicyFinder({ read }, '/w', undefined), reads: () => reads }
}

const policyFor = (file: string, options: PolicyOptions = {}, policy?: string) =>
  finderWith(policy).finder.policy(file, file.endsWith('.bin') ? 'binary' : 'yaml', options)

describe('how a file is sealed', () => {
  it('is what its rule says', async () => {
    const { policy, rule, keysAt, selectorAt } = await policyFor('/w/sub/a.yaml')
    expect(policy).toEqual({
      groups: [[{ type: 'age', fields: { recipient: 'age1sub' } }]],
      shamirThreshold: 2,
      selector: { field: 'encrypted_regex', pattern: '^a$' },
      macOnlyEncrypted: true,
    })
    expect(rule?.index).toBe(0)
    expect(keysAt).toEqual({ file: '/w/.sops.yaml', line: 3, column: 5 })
    expect(selectorAt).toEqual({ file: '/w/.sops.yaml', line: 4, column: 5 })
  })

  it('has a place for what is wrong with its keys: their field, or the rule where several have some', async () => {
    const at = async (...fields: readonly string[]) => {
      const policy = `creation_rules:\n  - path_regex: a\n${fields.map((field) => `    ${field}\n`).join('')}`
      return (await policyFor('/w/a.yaml', {}, policy)).keysAt
    }
    const pgp = 'pgp: FBC7B9E2A4F9289AC0C1D4843D16CEE4A27381B4'
    expect(await at('encrypted_regex: x', pgp)).toEqual({ file: '/w/.sops.yaml', line: 4, column: 5 })
    expect(await at('age: age1sub', pgp)).toEqual({ file: '/w/.sops.yaml', line: 2, column: 5 })
  })

  it('is what options say, and else the rule', async () => {
    const options = {
      keys: [KEY],
      selectors: [{ field: 'encrypted_regex', pattern: 'x' }],
      shamirThreshold: 3,
    } as const
    const { policy, keysAt, selectorAt } = await policyFor('/w/sub/a.yaml', options)
    expect(policy).toMatchObject({
      groups: [[KEY]],
      selector: { pattern: 'x' },
      shamirThreshold: 3,
      macOnlyEncrypted: true,
    })
    expect([keysAt, selectorAt]).toEqual([undefined, undefined])
    expect((await policyFor('/w/a.yaml', { shamirThreshold: 0, macOnlyEncrypted: true })).policy).toMatchObject({
      shamirThreshold: 0,
      macOnlyEncrypted: true,
    })
  })

  it('is the default of sops where nobody says anything', async () => {
    expect((await policyFor('/w/a.yaml')).policy.selector).toEqual({
      field: 'unencrypted_suffix',
      pattern: '_unencrypted',
    })
  })

  it('has no selector and the whole MAC for a binary file', async () => {
    const options = { selectors: [{ field: 'encrypted_regex', pattern: 'x' }], macOnlyEncrypted: true } as const
    expect((await policyFor('/w/sub/a.bin', options)).policy).toMatchObject({
      selector: undefined,
      macOnlyEncrypted: false,
    })
  })

  it('needs no policy when keys are given', async () => {
    for (const policy of ['', 'creation_rules: null'])
      expect((await policyFor('/w/a.yaml', { keys: [KEY] }, policy)).policy.groups).toEqual([[KEY]])
  })

  it.each([
    ['nobody is named', '/w/a.yaml', '', 'ERR_NO_RECIPIENT', { file: '/w/a.yaml' }],
    [
      'the rule names nobody',
      '/w/nobody.yaml',
      POLICY,
      'ERR_NO_RECIPIENT',
      { file: '/w/.sops.yaml', line: 7, column: 5 },
    ],
    [
      'a group is empty',
      '/w/a.yaml',
      'creation_rules: [{ key_groups: [{ age: [a] }, {}] }]',
      'ERR_NO_RECIPIENT',
      { file: '/w/.sops.yaml', line: 1, column: 20 },
    ],
    ['no rule matches', '/w/a.yaml', 'creation_rules: []', 'ERR_NO_RULE', { file: '/w/a.yaml' }],
  ])('is not known: %s', async (_name, file, policy, code, where) => {
    expect(await rejection(policyFor(file, {}, policy))).toMatchObject({ code, where })
  })

  it.each([
    [{ field: 'encrypted_suffix', pattern: 'x' }, undefined, 'encrypted_suffix and encrypted_regex of the rule'],
    [
      { field: 'encrypted_regex', pattern: 'x' },
      { field: 'encrypted_suffix', pattern: 'y' },
      'encrypted_regex and encrypted_suffix',
    ],
  ] as const)('has one selector: %j %j', async (first, second, message) => {
    const selectors = second === undefined ? [first] : [first, second]
    const error = await rejection(policyFor('/w/sub/a.yaml', { selectors }))
    expect(error.code).toBe('ERR_CONFLICT')
    expect(error.message).toContain(message)
  })
})

describe('a finder of policies', () => {
  it('reads each file once for many', async () => {
    const { finder, reads } = finderWith()
    await finder.policy('/w/a.yaml', 'yaml', {})
    const first = reads()
    for (let index = 0; index < 50; index += 1) await finder.policy(`/w/f${index}.yaml`, 'yaml', {})
    expect(reads()).toBe(first)
  })
})

describe('an error of keys or selector', () => {
  it('is placed where they stand in the policy', async () => {
    const found = await policyFor('/w/sub/a.yaml')
    const key = new KeyError('ERR_RECIPIENT', 'x')
    expect(atItsSource(key, found)).toMatchObject({ code: 'ERR_RECIPIENT', where: { file: '/w/.sops.yaml', line: 3 } })
    const selector = new ConfigError('ERR_SELECTOR', 'x')
    expect(atItsSource(selector, found)).toMatchObject({ where: { file: '/w/.sops.yaml', line: 4 } })
  })

  it('stays as it is when the policy has nothing to do with it', async () => {
    const found = await policyFor('/w/sub/a.yaml', { keys: [KEY] })
    for (const error of [new KeyError('ERR_RECIPIENT', 'x'), new FormatError('ERR_SYNTAX', 'x'), new Error('x')])
      expect(atItsSource(error, found)).toBe(error)
  })
})
