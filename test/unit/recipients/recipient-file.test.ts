import { describe, expect, it } from 'vitest'
import type { BullaError } from '../../../src/errors.ts'
import { keysOf, parseRecipientFile, type Recipient } from '../../../src/recipients/recipient-file.ts'
import { failure } from '../../helpers/failure.ts'

const PATH = '/repo/.bulla/recipients/prod.yaml'
const parse = (text: string): Recipient => parseRecipientFile(Buffer.from(text), 'prod', PATH)
const problem = (text: string): BullaError => failure(() => parse(text))

const AGE = `age1${'q'.repeat(58)}`
const OLD = `age1${'p'.repeat(58)}`
const withIdentity = (...lines: readonly string[]) => `recipient: ${AGE}\nidentity:\n  - ${lines.join('\n    ')}\n`
const SEALED = ['ciphertext: c2VhbGVk', 'payload: c2VhbGVk']

describe("a recipient's file", () => {
  it('of a person has a public key', () => {
    expect(parse(`recipient: ${AGE}`)).toEqual({ name: 'prod', recipient: AGE, wrappings: [], previous: [] })
  })

  it.each([
    `age1pq1${'q'.repeat(1950)}`,
    'age1yubikey1qfjskdfhs',
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ alice@example.org',
    'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ==',
  ])('may have a key of any kind: %.30s', (recipient) => {
    expect(parse(`recipient: ${recipient}`).recipient).toBe(recipient)
  })

  it('of a machine has its wrappings, in their order', () => {
    const text = `recipient: ${AGE}
description: deploys to production
identity:
  - aws_kms: { arn: arn:aws:kms:eu-west-1:111122223333:key/1, role: arn:aws:iam::111122223333:role/r, context: { env: prod }, aws_profile: p }
    ciphertext: c2VhbGVk
    payload: c2VhbGVk
    created_at: 2026-11-22T10:00:00Z
  - gcp_kms: { resource_id: projects/p/locations/global/keyRings/r/cryptoKeys/k }
    ciphertext: c2VhbGVk
    payload: c2VhbGVk
  - azure_kv: { vault_url: https://v.vault.azure.net, name: k, version: "0123" }
    ciphertext: c2VhbGVk
    payload: c2VhbGVk
  - hc_vault: { vault_address: https://vault, engine_path: transit, key_name: 1 }
    ciphertext: vault:v1:x
    payload: c2VhbGVk
  - local: { name: development }
    ciphertext: c2VhbGVk
    payload: c2VhbGVk
`
    const { wrappings, description } = parse(text)
    expect(description).toBe('deploys to production')
    expect(wrappings.map(({ key }) => key)).toEqual([
      {
        type: 'kms',
        fields: {
          arn: 'arn:aws:kms:eu-west-1:111122223333:key/1',
          role: 'arn:aws:iam::111122223333:role/r',
          aws_profile: 'p',
        },
        context: { env: 'prod' },
      },
      { type: 'gcp_kms', fields: { resource_id: 'projects/p/locations/global/keyRings/r/cryptoKeys/k' } },
      { type: 'azure_kv', fields: { vault_url: 'https://v.vault.azure.net', name: 'k', version: '0123' } },
      { type: 'hc_vault', fields: { vault_address: 'https://vault', engine_path: 'transit', key_name: '1' } },
      { type: 'local', fields: { name: 'development' } },
    ])
    expect(wrappings[0]).toMatchObject({ ciphertext: 'c2VhbGVk', createdAt: '2026-11-22T10:00:00Z' })
  })

  it('has the keys of before, behind that of today', () => {
    const recipient = parse(`recipient: ${AGE}
previous:
  - recipient: ${OLD}
    retired_at: 2026-01-02T03:04:05Z
    identity: [{ local: { name: x }, ciphertext: c2VhbGVk, payload: c2VhbGVk }]
`)
    expect(recipient.previous).toMatchObject([{ recipient: OLD, retiredAt: '2026-01-02T03:04:05Z' }])
    expect(keysOf(recipient).map((key) => [key.recipient, key.wrappings.length])).toEqual([
      [AGE, 0],
      [OLD, 1],
    ])
  })

  it.each([
    ['', 'needs the field recipient', 1, 1],
    ['[]', 'must be a mapping', 1, 1],
    ['recipient: [a]', 'recipient must be text', 1, 1],
    [`recipient: ${AGE}\nnmae: x`, 'unknown field nmae', 2, 1],
    [`recipient: ${AGE}\nrecipient: ${OLD}`, 'stands twice', 2, 1],
    [`recipient: ${AGE}\n---\na: b`, 'only one document', 2, 1],
    ['recipient: prod-deploy', 'no public key', 1, 1],
    [`recipient: "${AGE}\\nx"`, 'no public key', 1, 1],
    [withIdentity('local: { name: x }', 'ciphertext: x'), 'needs the field payload', 3, 5],
    [withIdentity('local: { name: x, nam: x }', ...SEALED), 'unknown field identity[0].local.nam', 3, 23],
    [withIdentity('endpoint: https://evil.example', 'local: { name: x }', ...SEALED), 'unknown field', 3, 5],
    [withIdentity('aws_kms: { arn: x, endpoint: https://evil.example }', ...SEALED), 'unknown field', 3, 24],
    [withIdentity(...SEALED), 'exactly one key', 3, 5],
    [withIdentity('local: { name: x }', 'gcp_kms: { resource_id: x }', ...SEALED), 'exactly one key', 3, 5],
    [withIdentity('local: { name: x }', 'ciphertext: ""', 'payload: c2VhbGVk'), 'ciphertext is empty', 4, 5],
    [withIdentity('local: { name: x }', 'ciphertext: x', 'payload: "%%"'), 'payload is not base64', 5, 5],
    [withIdentity('local: { name: x }', ...SEALED, 'created_at: today'), 'RFC 3339', 6, 5],
    [`recipient: ${AGE}\nprevious: [{ recipient: ${AGE} }]`, 'stands twice', 2, 14],
    [
      `recipient: age1yubikey1qq\nidentity: [{ local: { name: x }, ciphertext: x, payload: aaaa }]`,
      'only age keys',
      2,
      1,
    ],
  ])('is refused where it is wrong: %j', (text, message, line, column) => {
    const error = problem(text)
    expect(error.code).toBe('ERR_RECIPIENT_FILE')
    expect(error.message).toContain(message)
    expect(error.where).toEqual({ file: PATH, line, column })
    expect(error.hint).toBeDefined()
  })

  it('with a secret key in it is refused, and the key is not shown', () => {
    const error = problem(`recipient: AGE-SECRET-KEY-1${'Q'.repeat(58)}`)
    expect(error.code).toBe('ERR_RECIPIENT_FILE')
    expect(error.message).toContain('secret key')
    expect(JSON.stringify(error)).not.toContain('QQQ')
  })

  it('with aliases that grow without end is refused', () => {
    const bomb = `a0: &a0 [x,x,x,x,x,x,x,x,x]\n${Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`).join('\n')}`
    expect(problem(bomb).code).toBe('ERR_RECIPIENT_FILE')
  })
})
