import { describe, expect, it } from 'vitest'
import { grantKey, replaceKey, ungrantKey } from '../../../../src/config/edit/edit-policy.ts'
import type { BullaError } from '../../../../src/errors.ts'
import { failure } from '../../../helpers/failure.ts'

const PATH = '/repo/.sops.yaml'
const [A, B, N] = ['age1aaaa', 'age1bbbb', 'age1nnnn']
interface Given {
  readonly key?: string
  readonly name?: string
  readonly rule?: number
  readonly group?: number
  readonly isSharedAllowed?: boolean
  readonly isEmptyAllowed?: boolean
}
const request = (text: string, { key, name, rule = 0, group, ...more }: Given) => ({
  bytes: Buffer.from(text),
  path: PATH,
  rule,
  group,
  name,
  ...more,
  key: key ?? N,
})
const grant = (text: string, given: Given = {}) => Buffer.from(grantKey(request(text, given)).bytes).toString()
const ungrant = (text: string, given: Given = {}) =>
  Buffer.from(ungrantKey(request(text, { key: B, ...given })).bytes).toString()
const refusedGrant = (text: string, given: Given = {}): BullaError => failure(() => grantKey(request(text, given)))
const refusedUngrant = (text: string, given: Given = {}): BullaError =>
  failure(() => ungrantKey(request(text, { key: B, ...given })))

/** A rule with these lines at its fields. */
const rule = (...lines: readonly string[]) =>
  `# policy\ncreation_rules:\n  - path_regex: x # all\n${lines.map((line) => `    ${line}\n`).join('')}    # end\n\n  - age: age1other\n`

describe('grant', () => {
  it.each([
    ['a plain text', [`age: ${A}`], [`age: ${A},${N}`]],
    ['a quoted text', [`age: '${A}, ${B}' # us`], [`age: '${A}, ${B}, ${N}' # us`]],
    ['a folded block', ['age: >-', `  ${A},`, `  ${B}`], ['age: >-', `  ${A},`, `  ${B},`, `  ${N}`]],
    ['a block of one key', ['age: |', `  ${A}`], ['age: |', `  ${A},`, `  ${N}`]],
    ['a comma at the end', ['age: >-', `  ${A},`, `  ${B},`], ['age: >-', `  ${A},`, `  ${B},`, `  ${N},`]],
    ['commas in front', ['age: >-', `  ${A}`, `  ,${B}`], ['age: >-', `  ${A}`, `  ,${B}`, `  ,${N}`]],
    ['plain lines', [`age: ${A},`, `  ${B}`, 'pgp: x'], [`age: ${A},`, `  ${B},`, `  ${N}`, 'pgp: x']],
    ['a list in brackets', [`age: [${A}, ${B}]`], [`age: [${A}, ${B}, ${N}]`]],
    ['a quoted list in brackets', [`age: ["${A}"]`], [`age: ["${A}", "${N}"]`]],
    ['no field', ['pgp: x'], ['pgp: x', `age: ${N}`]],
    ['an empty field', ['age:', 'pgp: x'], [`age: ${N}`, 'pgp: x']],
    ['an empty text', ['age: ""', 'pgp: x'], [`age: "${N}"`, 'pgp: x']],
    ['an empty list', ['age: []', 'pgp: x'], [`age: ${N}`, 'pgp: x']],
  ])('adds a key to %s', (_, before, after) => {
    expect(grant(rule(...before))).toBe(rule(...after))
  })

  it('writes the name behind a key that has a line of its own', () => {
    const name = 'prod-deploy'
    expect(grant(rule('age:', `  - ${A}  # alice`, `  - ${B}`), { name })).toBe(
      rule('age:', `  - ${A}  # alice`, `  - ${B}`, `  - ${N} # ${name}`),
    )
    expect(grant(rule('age:', `- "${A}"  # alice`), { name })).toBe(
      rule('age:', `- "${A}"  # alice`, `- "${N}"  # ${name}`),
    )
    expect(grant(rule('age: [', `  ${A}, # alice`, `  ${B} # bob`, ']'), { name })).toBe(
      rule('age: [', `  ${A}, # alice`, `  ${B}, # bob`, `  ${N} # ${name}`, ']'),
    )
    expect(grant(rule('age: [', `  ${A},`, ']'), { name })).toBe(rule('age: [', `  ${A},`, `  ${N}, # ${name}`, ']'))
    expect(grant(rule('age: [', `  ${A}]`), { name })).toBe(rule('age: [', `  ${A},`, `  ${N}]`))
  })

  it('writes a list where the other rules have lists', () => {
    const text = `creation_rules:\n  - path_regex: x\n    pgp: y\n  - age:\n      - ${A}\n`
    expect(grant(text)).toBe(
      `creation_rules:\n  - path_regex: x\n    pgp: y\n    age:\n      - ${N}\n  - age:\n      - ${A}\n`,
    )
  })

  it('quotes in a flow collection what a comma would end', () => {
    expect(grant(`creation_rules: [{age: ${A}}]`)).toBe(`creation_rules: [{age: "${A},${N}"}]`)
  })

  it('keeps CRLF, a BOM and a missing line break at the end', () => {
    const text = `\ufeffcreation_rules:\r\n  - age:\r\n      - ${A} # a\r\n      - ${B}`
    expect(grant(text)).toBe(`${text}\r\n      - ${N}`)
    expect(grant(`creation_rules:\r\n  - age: >-\r\n      ${A},\r\n      ${B}\r\n`)).toBe(
      `creation_rules:\r\n  - age: >-\r\n      ${A},\r\n      ${B},\r\n      ${N}\r\n`,
    )
  })

  it('uses the anchor of the key where the other keys are aliases', () => {
    const text = (more: string) =>
      `keys:\n  - &alice ${A}\n  - &new ${N}\ncreation_rules:\n  - key_groups:\n      - age:\n          - *alice\n${more}`
    expect(grant(text(''))).toBe(text('          - *new\n'))
    const without = text('').replace('  - &new age1nnnn\n', '')
    expect(grant(without, { name: 'new' })).toBe(`${without}          - ${N} # new\n`)
  })

  it('adds to a key group, and asks which one when there are several', () => {
    const text = (first: string, second: string) =>
      `creation_rules:\n  - shamir_threshold: 2\n    key_groups:\n      - age: [${first}]\n      - pgp: [x]\n${second}`
    expect(refusedGrant(text(A, ''))).toMatchObject({
      code: 'ERR_USAGE',
      message: 'the rule has 2 key groups: it is not clear which one is meant',
      hint: 'name it with --group, 0 to 1',
    })
    expect(refusedGrant(text(A, ''), { group: 2 }).code).toBe('ERR_USAGE')
    expect(grant(text(A, ''), { group: 0 })).toBe(text(`${A}, ${N}`, ''))
    expect(grant(text(A, ''), { group: 1 })).toBe(text(A, `        age:\n          - ${N}\n`))
  })

  it('leaves a rule alone that has the key', () => {
    const text = rule(`age: '${A}, ${N}'`)
    expect(grantKey(request(text, {})).isChanged).toBe(false)
    expect(grant(text)).toBe(text)
  })

  it('does not change keys that other rules repeat, unless that is meant', () => {
    const text = (keys: string) =>
      `creation_rules:\n  - path_regex: a\n    age: &team ${keys}\n  - path_regex: b\n    age: *team\n  - age: ${B}\n`
    expect(refusedGrant(text(A), { rule: 1 })).toMatchObject({
      code: 'ERR_CONFIG',
      message: 'rule 1 has the same keys by an alias, and would change too',
      where: { file: PATH },
    })
    const edit = grantKey(request(text(A), { rule: 1, isSharedAllowed: true }))
    expect(Buffer.from(edit.bytes).toString()).toBe(text(`${A},${N}`))
    expect(edit.alsoRules).toEqual([1])
  })

  it('follows merged fields', () => {
    const text = (keys: string) => `base: &base\n  age: ${keys}\ncreation_rules:\n  - <<: *base\n    path_regex: x\n`
    expect(grant(text(A))).toBe(text(`${A},${N}`))
  })

  it('refuses what cannot be read in the text', () => {
    expect(refusedGrant(rule('age: "age1\\u0061aaa"'))).toMatchObject({
      code: 'ERR_CONFIG',
      where: { file: PATH, line: 4, column: 10 },
    })
  })
})

describe('ungrant', () => {
  it.each([
    ['the first of a text', [`age: ${B},${A}`], [`age: ${A}`]],
    ['the last of a text', [`age: "${A}, ${B}"`], [`age: "${A}"`]],
    ['the middle of a text', [`age: ${A}, ${B}, ${N}`], [`age: ${A}, ${N}`]],
    ['a folded block', ['age: >-', `  ${A},`, `  ${B},`, `  ${N}`], ['age: >-', `  ${A},`, `  ${N}`]],
    ['the first of a block', ['age: >-', `  ${B},`, `  ${A}`], ['age: >-', `  ${A}`]],
    ['the last of a block', ['age: >-', `  ${A},`, `  ${B},`], ['age: >-', `  ${A},`]],
    ['every time it stands in a text', [`age: ${B},${A},${B}`], [`age: ${A}`]],
    [
      'a list',
      ['age:', `  - ${A} # a`, `  - ${B} # b`, '  # c', `  - ${N}`],
      ['age:', `  - ${A} # a`, '  # c', `  - ${N}`],
    ],
    ['a list in brackets', [`age: [${A}, ${B}]`], [`age: [${A}]`]],
    ['brackets with lines', ['age: [', `  ${A}, # a`, `  ${B} # b`, ']'], ['age: [', `  ${A} # a`, ']']],
    ['the first of brackets with lines', ['age: [', `  ${B}, # b`, `  ${A} # a`, ']'], ['age: [', `  ${A} # a`, ']']],
    ['a field beside other keys', ['pgp: x', `age: ${B}`], ['pgp: x']],
    [
      'a list beside other keys',
      ['pgp: x', 'age:', `  - ${B}`, 'mac_only_encrypted: true'],
      ['pgp: x', 'mac_only_encrypted: true'],
    ],
  ])('takes a key out of %s', (_, before, after) => {
    expect(ungrant(rule(...before))).toBe(rule(...after))
  })

  it('leaves a rule alone that does not have the key', () => {
    expect(ungrantKey(request(rule(`age: ${A}`), { key: B })).isChanged).toBe(false)
  })

  it('takes the last key out only when that is meant', () => {
    expect(refusedUngrant(rule(`age: ${B}`))).toMatchObject({
      code: 'ERR_NO_RECIPIENT',
      message: 'it is the last key of rule 1: nobody could open what is sealed then',
      where: { file: PATH },
    })
    expect(ungrant(rule(`age: ${B}`), { isEmptyAllowed: true })).toBe(rule())
    const groups = `creation_rules:\n  - key_groups:\n      - age: [${B}]\n      - age: [${A}]\n`
    expect(refusedUngrant(groups).message).toBe(
      'it is the last key of a key group of rule 1: nobody could open what is sealed then',
    )
  })

  it('takes a key out of all groups, or of one', () => {
    const text = (one: string, two: string) =>
      `creation_rules:\n  - key_groups:\n      - age: [${one}]\n      - age: [${two}]\n`
    expect(ungrant(text(`${A}, ${B}`, `${B}, ${N}`))).toBe(text(A, N))
    expect(ungrant(text(`${A}, ${B}`, `${B}, ${N}`), { group: 1 })).toBe(text(`${A}, ${B}`, N))
    expect(refusedUngrant(text(`${A}, ${B}`, `${B}, ${N}`), { group: 7 }).code).toBe('ERR_USAGE')
  })

  it('takes a key out of merged groups', () => {
    const text = (keys: string) =>
      `creation_rules:\n  - key_groups:\n      - merge:\n          - age: [${keys}]\n        age: [${A}]\n`
    expect(ungrant(text(`${N}, ${B}`))).toBe(text(N))
  })

  it('takes aliases out and leaves their anchors', () => {
    const text = (more: string) => `keys: [&a ${A}, &b ${B}]\ncreation_rules:\n  - age:\n      - *a\n${more}`
    expect(ungrant(text('      - *b # bob\n'))).toBe(text(''))
  })

  it('moves an anchor to the next place that needs it', () => {
    expect(
      ungrant(`creation_rules:\n  - age:\n      - &b ${B}\n      - ${A}\n  - age:\n      - *b\n  - age: [*b]\n`),
    ).toBe(`creation_rules:\n  - age:\n      - ${A}\n  - age:\n      - &b ${B}\n  - age: [*b]\n`)
    expect(ungrant(`creation_rules:\n  - pgp: x\n    age: &b ${B}\n  - age: *b\n`)).toBe(
      `creation_rules:\n  - pgp: x\n  - age: &b ${B}\n`,
    )
  })

  it('does not change keys that other rules repeat, unless that is meant', () => {
    const text = (keys: string) =>
      `team: &team\n${keys}creation_rules:\n  - path_regex: a\n    age: *team\n  - age: *team\n`
    const [both, one] = [text(`  - ${A}\n  - ${B}\n`), text(`  - ${A}\n`)]
    expect(refusedUngrant(both).code).toBe('ERR_CONFIG')
    expect(ungrant(both, { isSharedAllowed: true })).toBe(one)
  })
})

describe('a key in the place of another', () => {
  it('is put wherever the other stands', () => {
    const text = (key: string) =>
      `keys:\n  - &b ${key} # ${B}\ncreation_rules:\n  - age: '${A},${key}'\n  - key_groups:\n    - age: [*b, "${key}"]\n      pgp: [x]\n`
    const edit = replaceKey({ bytes: Buffer.from(text(B)), path: PATH, old: B, key: N })
    expect(Buffer.from(edit.bytes).toString()).toBe(text(N).replace(`# ${B}`, `# ${B}`))
    expect(replaceKey({ bytes: edit.bytes, path: PATH, old: B, key: N })).toEqual({
      bytes: edit.bytes,
      isChanged: false,
      alsoRules: [],
    })
  })
})
