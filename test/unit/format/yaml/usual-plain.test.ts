import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readPlainYaml, readWhole } from '../../../../src/format/yaml/plain.ts'
import { readUsualPlain } from '../../../../src/format/yaml/usual-plain.ts'

const isText = (name: string) => name !== 'strict' && name !== 'shamir_threshold'
const SLOW = process.env['SLOW'] !== undefined

const POLICIES = [
  'creation_rules:\n  - path_regex: ^secrets/.*\\.yaml$\n    age: age1abc,age1def\n  - encrypted_regex: ^(data|stringData)$\n    strict: true\n',
  '# who reads what\ncreation_rules:\n- path_regex: \\.env$ # deploys\n  age: >-\n    age1abc,\n    age1def\n\n  shamir_threshold: 2\n- pgp: "FBC7B9E2A4F9289AC0C1D4843D16CEE4A27381B4"\n',
  "creation_rules:\n  - key_groups:\n      - age:\n          - age1abc\n          - age1def\n        kms:\n          - arn: 'arn:aws:kms:eu-west-1:1:key/2'\n            role:\n",
  'stores:\n  yaml:\n    indent: 2\nexceptions:\n  - rule: generic-secret\n    reason: |\n      a text\n      of two lines\n    expires: 2027-01-01\n',
  '# nothing yet\n',
]

/** What it gives, or that all of YAML has to be known. */
function whole(text: string): unknown {
  try {
    return readWhole(text, isText).value
  } catch {
    return 'refused'
  }
}

describe('settings as most are written', () => {
  it.each(POLICIES)('are read line by line: %j', (text) => {
    expect(readUsualPlain(text, isText)).toEqual({ value: whole(text) })
  })

  it('still say where something stands', () => {
    const yaml = readPlainYaml(POLICIES[0] ?? '', isText)
    expect(yaml.locate(['creation_rules', '1', 'strict'])).toEqual({ line: 5, column: 5 })
  })

  it.each([
    'a: [1, 2]\n',
    'a: &x 1\nb: *x\n',
    'a: 1\na: 2\n',
    'a:\n  b: 1\n c: 2\n',
    'a: one\n  two\n',
    '- - a\n',
    'a: |2\n  x\n',
    'a: 1.5\n',
    'strict: yes\n',
    '---\na: 1\n',
    'a:\tb\n',
    'a: ä\n',
    'a: 1',
  ])('are left to who knows all of YAML: %j', (text) => {
    expect(readUsualPlain(text, () => false)).toBeUndefined()
  })

  const words = fc.constantFrom(
    ...'a b key: path_regex: strict: shamir_threshold: - -- --- ... : # , [ ] { } & * ! | > |- >- >+ |2 % @ ` ? " \' \\ / ^ $ ( ) ~ = < << null Null true false yes 0 1 010 0x1F 1.5 12:30 .inf 2027-01-01 x:y a#b'.split(
      ' ',
    ),
    '"x y"',
    "'x # y'",
    ' # comment',
    ' ',
    '  ',
    '    ',
  )
  const lines = fc
    .tuple(
      fc.constantFrom('', '', '  ', '    ', '      ', ' '),
      fc.constantFrom('', '- ', '-   '),
      fc.array(words, { maxLength: 4 }),
    )
    .map(([indent, dash, some]) => `${indent}${dash}${some.join('')}`)
  const texts = fc.array(lines, { maxLength: 9 }).map((all) => `${all.join('\n')}\n`)
  /** Policies in which something was changed. */
  const changed = fc
    .record({
      text: fc.constantFrom(...POLICIES),
      at: fc.nat(250),
      length: fc.nat(3),
      by: fc.array(words, { maxLength: 2 }),
    })
    .map(({ text, at, length, by }) => text.slice(0, at) + by.join('') + text.slice(at + length))

  it.each([
    { what: 'any lines', from: texts },
    { what: 'policies with something changed in them', from: changed },
  ])('are what all of YAML says, in $what', ({ from }) => {
    fc.assert(
      fc.property(from, (text) => {
        const usual = readUsualPlain(text, isText)
        if (usual !== undefined) expect(usual.value).toEqual(whole(text))
      }),
      { numRuns: SLOW ? 300_000 : 3000 },
    )
  })
})
