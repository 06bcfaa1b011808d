import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../../src/config/config.ts'
import { grantKey, replaceKey, ungrantKey } from '../../../../src/config/edit/edit-policy.ts'
import { runs } from '../../../helpers/runs.ts'

const PATH = '/repo/.sops.yaml'
const NEW = 'age1new'
const KEYS = ['age1a', 'age1bb', 'age1ccc', 'age1dddd']

const keys = fc.uniqueArray(fc.constantFrom(...KEYS), { minLength: 1 })
type Layout = (keys: readonly string[]) => string

/** Ways to write the keys of a rule, at fields in column 4. */
const LAYOUTS: readonly Layout[] = [
  (all) => `age: ${all.join(',')}`,
  (all) => `age: '${all.join(', ')}' # who`,
  (all) => `"age": "${all.join(' ,')}"`,
  (all) => `age: >-\n      ${all.join(',\n      ')}`,
  (all) => `age: |\n      ${all.join(',\n      ')},`,
  (all) => `age: ${all.join(',\n      ')}`,
  (all) => `age: >2\n      ${all.join('\n      ,')}\n`,
  (all) => `age: [${all.join(', ')}]`,
  (all) => `age: [\n      ${all.map((key) => `"${key}"`).join(', # x\n      ')} ]`,
  (all) => `age: [\n      ${all.join(',\n      ')}, # last\n    ]`,
  (all) => `age:${all.map((key) => `\n      - ${key}`).join('')} # last`,
  (all) => `age:${all.map((key) => `\n    - '${key}'   # ${key.slice(4)}\n`).join('')}`,
  (all) => `key_groups:\n      - age:${all.map((key) => `\n          - ${key}`).join('')}`,
  (all) => `key_groups: [{age: [${all.join(',')}], pgp: [x]}]`,
  (all) => `key_groups:\n    - merge:\n      - age: [${all.join(', ')}]\n      pgp:\n        - x`,
]

const rule = fc.record({ keys, layout: fc.constantFrom(...LAYOUTS), before: fc.boolean(), after: fc.boolean() })
const policy = fc
  .record({ rules: fc.array(rule, { minLength: 1, maxLength: 4 }), crlf: fc.boolean(), end: fc.boolean() })
  .map(({ rules, crlf, end }) => {
    const texts = rules.map(({ keys: all, layout, before, after }) => {
      const path = before ? 'path_regex: ^x\n    ' : ''
      return `  # rule\n  - ${path}${layout(all)}\n${after ? '    mac_only_encrypted: true # why\n' : ''}`
    })
    const text = `# top\ncreation_rules:\n${texts.join('')}${end ? 'stores: {yaml: {indent: 2}}\n' : ''}`
    return { text: crlf ? text.replaceAll('\n', '\r\n') : text, rules }
  })

const request = (text: string, index: number, key = NEW) => ({
  bytes: Buffer.from(text),
  path: PATH,
  rule: index,
  group: undefined,
  name: undefined,
  key,
})
const groupsOf = (bytes: Uint8Array) => (parseConfig(bytes, PATH).rules ?? []).map(({ groups }) => groups)
const age = (key: string) => ({ type: 'age', fields: { recipient: key } })
/** Lines without what an edit may add to them. */
const lines = (text: string) => text.split(/\r?\n/)

describe('an edited policy', () => {
  it('has the key, and nothing else is other', () => {
    const property = fc.property(policy, fc.nat(), ({ text, rules }, number) => {
      const index = number % rules.length
      const { bytes } = grantKey(request(text, index))
      const expected = groupsOf(Buffer.from(text)).map((groups, at) =>
        at === index ? groups.map((group) => new Set([...group, age(NEW)].map((key) => JSON.stringify(key)))) : groups,
      )
      const found = groupsOf(bytes).map((groups, at) =>
        at === index ? groups.map((group) => new Set(group.map((key) => JSON.stringify(key)))) : groups,
      )
      expect(found).toEqual(expected)
      const after = new Set(lines(Buffer.from(bytes).toString()))
      expect(lines(text).filter((line) => !after.has(line)).length).toBeLessThanOrEqual(1)
      expect(/\r(?!\n)|(?<!\r)\n/.test(Buffer.from(bytes).toString()) && text.includes('\r')).toBe(false)
    })
    fc.assert(property, runs(50))
  })

  it('is as it was once the key is taken out again, but for quotes that it needed', () => {
    const property = fc.property(policy, fc.nat(), ({ text, rules }, number) => {
      const index = number % rules.length
      const { bytes } = ungrantKey(request(Buffer.from(grantKey(request(text, index)).bytes).toString(), index))
      expect(groupsOf(bytes)).toEqual(groupsOf(Buffer.from(text)))
      // merged groups got a field of their own
      if (!text.includes('merge')) expect(Buffer.from(bytes).toString()).toBe(text)
    })
    fc.assert(property, runs(50))
  })

  it('loses a key, and nothing else', () => {
    const property = fc.property(policy, fc.nat(), fc.nat(), ({ text, rules }, number, other) => {
      const index = number % rules.length
      const all = rules[index]?.keys ?? []
      const gone = all[other % all.length] ?? ''
      const before = groupsOf(Buffer.from(text))
      const isKey = (key: { fields: Readonly<Record<string, string>> }) => key.fields['recipient'] === gone
      fc.pre(before[index]?.every((group) => !group.every(isKey)) === true)
      const { bytes } = ungrantKey(request(text, index, gone))
      const expected = before.map((groups, at) =>
        at === index ? groups.map((group) => group.filter((key) => !isKey(key))) : groups,
      )
      expect(groupsOf(bytes)).toEqual(expected)
    })
    fc.assert(property, runs(50))
  })

  it('has another key wherever one stood', () => {
    const property = fc.property(policy, fc.constantFrom(...KEYS), ({ text }, old) => {
      const { bytes } = replaceKey({ bytes: Buffer.from(text), path: PATH, key: NEW, old })
      const swapped = JSON.stringify(groupsOf(Buffer.from(text))).replaceAll(`"${old}"`, `"${NEW}"`)
      expect(JSON.stringify(groupsOf(bytes))).toBe(swapped)
    })
    fc.assert(property, runs(50))
  })
})
