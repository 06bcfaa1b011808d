import { describe, expect, it } from 'vitest'
import type { SelectorField, SelectorSpec } from '../../../../src/format/metadata.ts'
import type { StoreName } from '../../../../src/format/tree.ts'
import { templateFor } from '../../../../src/operations/edit/template.ts'
import { rejection } from '../../../helpers/failure.ts'
import { open, seal } from '../../../helpers/sealing.ts'

const DEFAULT: SelectorSpec = { field: 'unencrypted_suffix', pattern: '_unencrypted' }
const STORES: readonly StoreName[] = ['yaml', 'json', 'dotenv', 'ini']

const SELECTORS: readonly [SelectorField, string][] = [
  ['unencrypted_suffix', '_unencrypted'],
  ['unencrypted_suffix', '_key'],
  ['encrypted_suffix', '_secret'],
  ['encrypted_regex', '^(data|stringData)$'],
  ['encrypted_regex', '^[A-Z_]+$'],
  ['encrypted_regex', 'pass|token'],
  ['encrypted_regex', ''],
  ['encrypted_regex', '(?i)^DB_'],
  ['unencrypted_regex', '^(kind|metadata|example_key)$'],
  ['unencrypted_regex', '^example'],
]

describe('what a new file starts with', () => {
  it.each(STORES.flatMap((store) => SELECTORS.map(([field, pattern]) => [store, field, pattern] as const)))(
    'has a value that is sealed: %s, %s %s',
    async (store, field, pattern) => {
      const selector = { field, pattern }
      const template = await templateFor(store, selector)
      const sealed = await seal(template, store, { selector })
      expect(sealed.sealedCount).toBeGreaterThan(0)
      expect((await open(sealed.bytes, store)).text).toBe(template)
    },
  )

  it.each([
    ['yaml', 'encrypted_comment_regex', 'sealed|secret', '# sealed\nexample_key: example_value\n'],
    ['yaml', 'unencrypted_comment_regex', 'clear', '# Replace this example.\nexample_key: example_value\n'],
  ] as const)('has the comment that a selector looks for: %s, %s', async (store, field, pattern, expected) => {
    const template = await templateFor(store, { field, pattern })
    expect(template).toBe(expected)
    expect((await seal(template, store, { selector: { field, pattern } })).sealedCount).toBeGreaterThan(0)
  })

  it('says which keys are sealed when only some are', async () => {
    expect(await templateFor('yaml', { field: 'encrypted_regex', pattern: '^(data|stringData)$' })).toBe(
      '# Sealed are only keys that match ^(data|stringData)$\ndata: example_value\n',
    )
    expect(await templateFor('dotenv', { field: 'encrypted_suffix', pattern: '_KEY' })).toBe(
      '# Sealed are only keys that end in _KEY\nexample_key_KEY=example_value\n',
    )
  })

  it('is an example all the same when no key is found that fits', async () => {
    const pattern = '^[0-9]{40}\n$'
    expect(await templateFor('ini', { field: 'encrypted_regex', pattern })).toBe(
      '[example]\n; Sealed are only keys that match ^[0-9]{40} $\nexample_key = example_value\n',
    )
  })

  it('is a text for a binary file', async () => {
    expect(await templateFor('binary', undefined)).toMatch(/^Replace this text.*\n$/)
    expect(await templateFor('json', DEFAULT)).toBe('{\n    "example_key": "example_value"\n}\n')
  })

  it('fails with a selector that is no expression', async () => {
    const error = await rejection(templateFor('yaml', { field: 'encrypted_regex', pattern: '(' }))
    expect(error.code).toBe('ERR_SELECTOR')
  })
})
