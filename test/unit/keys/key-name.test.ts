import { describe, expect, it } from 'vitest'
import { displayName, keyName } from '../../../src/keys/key-name.ts'
import type { KeyDescription } from '../../../src/keys/master-key.ts'

const ARN = 'arn:aws:kms:eu-west-1:111122223333:key/abc'
const CASES: readonly (readonly [KeyDescription, string])[] = [
  [{ type: 'age', fields: { recipient: 'age1abc' } }, 'age1abc'],
  [{ type: 'pgp', fields: { fp: 'FBC7B9E2' } }, 'FBC7B9E2'],
  [{ type: 'kms', fields: { arn: ARN, aws_profile: '' } }, ARN],
  [
    { type: 'kms', fields: { arn: ARN, aws_profile: '', role: 'arn:aws:iam::1:role/r' } },
    `${ARN}+arn:aws:iam::1:role/r`,
  ],
  [{ type: 'kms', fields: { arn: ARN, aws_profile: '' }, context: { b: '2', a: '1' } }, `${ARN}|a:1,b:2`],
  [{ type: 'kms', fields: { arn: ARN, aws_profile: 'dev' } }, `${ARN}||dev`],
  [{ type: 'kms', fields: { arn: ARN, aws_profile: 'dev' }, context: { a: null } }, `${ARN}|a:|dev`],
  [{ type: 'gcp_kms', fields: { resource_id: 'projects/p/locations/l' } }, 'projects/p/locations/l'],
  [{ type: 'azure_kv', fields: { vault_url: 'https://v', name: 'n', version: '1' } }, 'https://v/keys/n/1'],
  [{ type: 'azure_kv', fields: { vault_url: 'https://v', name: 'n', version: '' } }, 'https://v/keys/n/'],
  [
    { type: 'hc_vault', fields: { vault_address: 'https://v', engine_path: 'transit', key_name: 'k' } },
    'https://v/v1/transit/keys/k',
  ],
  [{ type: 'hckms', fields: { key_id: 'eu:uuid' } }, 'eu:uuid'],
]

describe('keyName', () => {
  it.each(CASES)('names %j as sops does', (description, name) => {
    expect(keyName(description)).toBe(name)
  })
})

describe('displayName', () => {
  it('shows type and name', () => {
    expect(displayName('age', 'age1abc')).toBe('age age1abc')
  })

  it('takes line breaks and terminal escapes out of a name that came from a file', () => {
    expect(displayName('pgp', 'AB\u001b[31mCD\nEF\u202e')).toBe('pgp AB?[31mCD?EF?')
  })

  it('shortens a name that is too long for a line', () => {
    const shown = displayName('age', `age1pq1${'q'.repeat(1950)}end`)
    expect(shown.length).toBeLessThan(60)
    expect(shown).toMatch(/^age age1pq1q+…q+end$/)
  })

  it('says so when there is no name', () => {
    expect(displayName('pgp', '')).toBe('pgp (without a name)')
  })
})
