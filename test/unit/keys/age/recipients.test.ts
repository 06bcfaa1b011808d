import { generateHybridIdentity, identityToRecipient } from 'age-encryption'
import { describe, expect, it } from 'vitest'
import { KeyError } from '../../../../src/errors.ts'
import { parseRecipient, parseRecipientList } from '../../../../src/keys/age/recipients.ts'
import { mistyped, newIdentity } from '../../../helpers/age.ts'
import { expectNoSecret } from '../../../helpers/canary.ts'

const { identity, recipient } = newIdentity()

function failure(run: () => unknown): KeyError {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(KeyError)
    return error as KeyError
  }
  throw new Error('nothing failed')
}

describe('parseRecipient', () => {
  it('reads an X25519 recipient, without the blanks around it', () => {
    expect(parseRecipient(` ${recipient}\n`)).toMatchObject({ kind: 'x25519', text: recipient })
    expect(parseRecipient(recipient).publicKey).toHaveLength(32)
  })

  it('reads a hybrid recipient', async () => {
    const hybrid = await identityToRecipient(await generateHybridIdentity())
    expect(parseRecipient(hybrid)).toMatchObject({ kind: 'hybrid', text: hybrid })
    expect(parseRecipient(hybrid).publicKey).toHaveLength(1216)
  })

  it.each([
    ['a plugin', 'age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t'],
    ['a tag', 'age1tag1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t'],
    ['an SSH key', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAID+Wi8WZw2bXfBpcs/WECttCzP39OkenS6pHWHWGFJvN Test'],
    ['an RSA key', 'ssh-rsa AAAAB3NzaC1yc2E'],
  ])('says of %s that it cannot be used yet, with ERR_KEY_UNSUPPORTED', (_, text) => {
    const error = failure(() => parseRecipient(text))
    expect(error.code).toBe('ERR_KEY_UNSUPPORTED')
    expect(error.message).toContain('cannot be used yet')
  })

  it.each([
    ['empty', ''],
    ['mistyped', mistyped(recipient, 20)],
    ['cut off', recipient.slice(0, -3)],
    ['too short inside', 'age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq'],
    ['in upper case', recipient.toUpperCase()],
    ['hybrid, but cut off', 'age1pq1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq'],
    ['something else', 'FBC7B9E2A4F9289AC0C1D4843D16CEE4A27381B4'],
  ])('refuses a recipient that is %s with ERR_RECIPIENT', (_, text) => {
    expect(failure(() => parseRecipient(text)).code).toBe('ERR_RECIPIENT')
  })

  it('shows a mistyped recipient, which is public, but not what a terminal would act on', () => {
    expect(failure(() => parseRecipient(mistyped(recipient, 20))).message).toContain(mistyped(recipient, 20))
    expect(failure(() => parseRecipient(`age1\u001b[2J${recipient}`)).message).not.toContain('\u001b')
  })

  it.each([
    ['an identity', identity],
    ['an identity in lower case', identity.toLowerCase()],
    ['a mistyped identity', mistyped(identity, 30)],
    ['an identity after another word', `age1 ${identity}`],
    ['an SSH private key', `-----BEGIN OPENSSH PRIVATE KEY-----\n${identity.slice(20)}`],
  ])('never shows %s that was given where a recipient belongs, and says so', (_, text) => {
    const error = failure(() => parseRecipient(text))
    expect(error).toMatchObject({ code: 'ERR_RECIPIENT' })
    expect(error.message).toContain('an identity (secret key) was given')
    expectNoSecret(error, identity, mistyped(identity, 30))
  })

  it('does not show a text that is not meant to be public for all we know', () => {
    const text = 'AGE-SCERET-KEY-1QQQQSECRETSECRETSECRETSECRET'
    expectNoSecret(
      failure(() => parseRecipient(text)),
      text,
    )
  })
})

describe('parseRecipientList', () => {
  it('reads a comma list, and nothing as none', () => {
    const other = newIdentity().recipient
    expect(parseRecipientList(`${recipient} , ${other}`).map(({ text }) => text)).toEqual([recipient, other])
    expect(parseRecipientList('')).toEqual([])
  })

  it('refuses an empty item with ERR_RECIPIENT, as sops', () => {
    expect(failure(() => parseRecipientList(`${recipient},`)).code).toBe('ERR_RECIPIENT')
  })
})
