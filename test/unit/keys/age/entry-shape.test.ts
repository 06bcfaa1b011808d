import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { encodeArmor } from '../../../../src/keys/age/armor.ts'
import { entryShape } from '../../../../src/keys/age/entry-shape.ts'
import { formatHeader, type Stanza } from '../../../../src/keys/age/header.ts'
import { newIdentity } from '../../../helpers/age.ts'

const { recipient } = newIdentity()
const SSH_KEY = Buffer.from('no key, and nobody parses it here')
const SSH = `ssh-ed25519 ${SSH_KEY.toString('base64')} alice@example`
const SSH_TAG = createHash('sha256').update(SSH_KEY).digest().subarray(0, 4).toString('base64').replaceAll('=', '')

const stanza = (type: string, ...args: string[]): Stanza => ({ type, args, body: Buffer.alloc(32) })
const entry = (...stanzas: Stanza[]) => encodeArmor(formatHeader(stanzas, Buffer.alloc(16)))

describe('the entry of a reader', () => {
  it.each([
    ['a key of age', recipient, [stanza('X25519', 'a')]],
    ['a key of age, with grease', recipient, [stanza('X25519', 'a'), stanza('abc-grease'), stanza('x-grease', 'b')]],
    ['a post-quantum key', 'age1pq1qqqqqq', [stanza('mlkem768x25519', 'a')]],
    ['an SSH key', SSH, [stanza('ssh-ed25519', SSH_TAG, 'a')]],
    ['an SSH key that is none', 'ssh-rsa AAAA?', [stanza('ssh-rsa', 'anything')]],
    ['a key of a plugin', 'age1yubikey1qqqqqq', [stanza('piv-p256', 'a')]],
    ['a key of a plugin that writes two stanzas', 'age1two1qqqqqq', [stanza('two', 'a'), stanza('two', 'b')]],
  ])('may be for %s', (_, name, stanzas) => {
    expect(entryShape(name, entry(...stanzas))).toEqual({})
  })

  const another = 'wrapped for another key than it names'
  const two = 'wrapped for 2 keys, and names one'
  it.each([
    ['two keys of age', recipient, [stanza('X25519', 'a'), stanza('X25519', 'b')], two],
    ['two keys of several kinds', recipient, [stanza('X25519', 'a'), stanza('piv-p256', 'b')], two],
    ['a key of a plugin, and one of age', 'age1two1qqqqqq', [stanza('two', 'a'), stanza('X25519', 'b')], two],
    ['a passphrase', recipient, [stanza('scrypt', 'a', '18')], another],
    ['a key that is not post-quantum', 'age1pq1qqqqqq', [stanza('X25519', 'a')], another],
    ['another SSH key', SSH, [stanza('ssh-ed25519', 'AAAAAA', 'a')], another],
    ['an SSH key of another kind', SSH, [stanza('ssh-rsa', SSH_TAG)], another],
  ])('that names one reader and is for %s is told', (_, name, stanzas, mismatch) => {
    expect(entryShape(name, entry(...stanzas))).toEqual({ mismatch })
  })

  it('that is for nobody, or cannot be read, is told', () => {
    expect(entryShape(recipient, entry(stanza('x-grease')))).toEqual({ problem: 'wrapped for no key' })
    const unreadable = { problem: expect.stringContaining('its age file cannot be read: ') }
    expect(entryShape(recipient, 'hello')).toEqual(unreadable)
    expect(entryShape(recipient, encodeArmor(Buffer.alloc(200_000)))).toEqual(unreadable)
  })
})
