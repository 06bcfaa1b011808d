import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import schema from '../../../schemas/sops-config.schema.json' with { type: 'json' }
import { SELECTOR_FIELDS } from '../../../src/format/metadata.ts'
import { Comparison, readInterfaces } from '../../helpers/interfaces.ts'

const SOURCE = readFileSync(join(import.meta.dirname, '../../../src/config/raw.ts'), 'utf8')
// bulla does not read these: destination_rules, and stores that have no settings
const UNREAD = [
  /^RawConfig\.destination_rules: only in the schema$/,
  /^RawConfig\.stores\.(dotenv|ini): only in the schema$/,
]

function differences(source: string, given: object = schema): string[] {
  const interfaces = new Map(readInterfaces(source))
  const rule = interfaces.get('RawRule')
  if (rule === undefined || typeof rule === 'string') throw new Error('the types of a rule were not found')
  const selectors = SELECTOR_FIELDS.map((name) => ({ name, isOptional: true, type: 'string | null' }))
  interfaces.set('RawRule', [...rule, ...selectors])
  const comparison = new Comparison(given, interfaces)
  comparison.type('RawConfig', given, 'RawConfig')
  return comparison.differences.filter((line) => !UNREAD.some((unread) => unread.test(line)))
}

describe('the types of .sops.yaml', () => {
  it('say the same as its schema', () => {
    expect(differences(SOURCE)).toEqual([])
  })

  it.each([
    ['readonly path_regex?: string | null', '', 'RawConfig.creation_rules[].path_regex: only in the schema'],
    [
      'readonly arn: string',
      'readonly arn?: string',
      'RawConfig.creation_rules[].key_groups[].kms[].arn: required only in the schema',
    ],
    [
      'readonly age?: Strings',
      'readonly age?: string',
      'RawConfig.creation_rules[].age: string is not array or null or string',
    ],
    [
      'readonly indent?: number | null',
      'readonly indent?: string | null',
      'RawConfig.stores.yaml.indent: string | null is not integer or null',
    ],
    ['readonly merge?', 'readonly merged?', 'RawConfig.creation_rules[].key_groups[].merge: only in the schema'],
  ])('would be found wrong: %s', (from, to, expected) => {
    expect(SOURCE).toContain(from)
    expect(differences(SOURCE.replace(from, to))).toContain(expected)
  })
})
