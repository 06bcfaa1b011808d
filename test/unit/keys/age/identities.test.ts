import { generateHybridIdentity, identityToRecipient } from 'age-encryption'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KeyError } from '../../../../src/errors.ts'
import { decodeBech32, encodeBech32 } from '../../../../src/keys/age/bech32.ts'
import { HybridIdentity } from '../../../../src/keys/age/hybrid.ts'
import { generateIdentity, parseIdentities } from '../../../../src/keys/age/identities.ts'
import { mistyped, newIdentity } from '../../../helpers/age.ts'
import { expectNoSecret } from '../../../helpers/canary.ts'
import { random } from '../../../helpers/random.ts'
import { runs } from '../../../helpers/runs.ts'

const { identity, recipient } = newIdentity()
const other = newIdentity()

function failure(text: string, options?: { wordsPerLine: boolean }): KeyError {
  try {
    parseIdentities(text, options)
  } catch (error) {
    expect(error).toBeInstanceOf(KeyError)
    return error as KeyError
  }
  throw new Error('nothing failed')
}

const recipients = (text: string, options?: { wordsPerLine: boolean }) =>
  parseIdentities(text, options).identities.map((found) =>
    found instanceof HybridIdentity ? 'hybrid' : found.recipient,
  )

describe('parseIdentities', () => {
  it('reads one identity a line, without comments and empty lines', () => {
    const text = `# created: 2026-01-02\n# public key: ${recipient}\n${identity}\n\n${other.identity}`
    expect(recipients(text)).toEqual([recipient, other.recipient])
  })

  it('reads lines that end with CRLF', () => {
    expect(recipients(`${identity}\r\n# end\r\n`)).toEqual([recipient])
  })

  it('reads words separated by blanks where that is allowed', () => {
    const text = `${identity} ${other.identity}\n\t${identity}`
    expect(recipients(text, { wordsPerLine: true })).toEqual([recipient, other.recipient, recipient])
    expect(failure(text).code).toBe('ERR_IDENTITY')
  })

  it('reads hybrid identities', async () => {
    expect(recipients(`${await generateHybridIdentity()}\n${identity}`)).toEqual(['hybrid', recipient])
  })

  it('counts plugin identities, which cannot be used yet', () => {
    expect(parseIdentities(`AGE-PLUGIN-YUBIKEY-1QQQQQQ\n${identity}`)).toMatchObject({
      pluginCount: 1,
      identities: [{ recipient }],
    })
  })

  it('finds nothing in nothing', () => {
    expect(parseIdentities('')).toEqual({ identities: [], pluginCount: 0 })
  })

  it.each([
    ['a mistyped identity', mistyped(identity, 40), 'mistyped or cut off'],
    ['a cut off identity', identity.slice(0, 50), 'mistyped or cut off'],
    [
      'an identity of the wrong length',
      encodeBech32('age-secret-key-', random(31)).toUpperCase(),
      'wrong kind or length',
    ],
    [
      'an identity of another kind',
      encodeBech32('age-secret-key-1other-', random(32)).toUpperCase(),
      'wrong kind or length',
    ],
    ['an identity in lower case', identity.toLowerCase(), 'not in upper case'],
    ['a blank before the identity', ` ${identity}`, 'blanks'],
    ['a blank after the identity', `${identity} `, 'mistyped or cut off'],
    ['a recipient', recipient, 'holds a recipient'],
    ['an SSH key', '-----BEGIN OPENSSH PRIVATE KEY-----', 'another kind'],
    ['something else', 'hunter2hunter2', 'not an age identity'],
  ])('refuses %s with ERR_IDENTITY, by the number of its line', (_, line, reason) => {
    const error = failure(`# comment\n${identity}\n${line}`)
    expect(error.code).toBe('ERR_IDENTITY')
    expect(error.message).toContain('line 3')
    expect(error.message).toContain(reason)
    expectNoSecret(error, identity, 'hunter2hunter2')
  })

  it('never shows a mistyped identity, wherever the mistake is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: identity.length - 1 }), fc.boolean(), (index, wordsPerLine) => {
        const wrong = mistyped(identity, index)
        const error = failure(wrong, { wordsPerLine })
        expect(error.code).toBe('ERR_IDENTITY')
        expectNoSecret(error, identity.slice(17), wrong.slice(17))
      }),
      runs(60),
    )
  })

  it('agrees with the age library about the public half', async () => {
    for (let count = 0; count < 5; count += 1) {
      const pair = newIdentity()
      expect(await identityToRecipient(pair.identity)).toBe(pair.recipient)
    }
  })
})

describe('generateIdentity', () => {
  it('gives a pair that belongs together', () => {
    const pair = generateIdentity(random)
    expect(pair.identity).toMatch(/^AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}$/)
    expect(recipients(pair.identity)).toEqual([pair.recipient])
  })

  it('takes its scalar from the source it is given, and wipes it', () => {
    const scalar = new Uint8Array(32).fill(9)
    const { identity: made } = generateIdentity(() => scalar)
    expect(decodeBech32(made)?.bytes).toEqual(new Uint8Array(32).fill(9))
    expect(scalar).toEqual(new Uint8Array(32))
  })
})
