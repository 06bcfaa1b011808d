import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBech32, encodeBech32 } from '../../../../src/keys/age/bech32.ts'
import { runs } from '../../../helpers/runs.ts'

/** BIP 173, "Test vectors"; the ones about its limit of 90 characters do not apply. */
const VALID = [
  'A12UEL5L',
  'a12uel5l',
  'an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs',
  'abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw',
  `11${'q'.repeat(82)}c8247j`,
  'split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w',
  '?1ezyfcl',
]
const INVALID = [
  '\x201nwldj5',
  '\x7f1axkwrx',
  '\x801eym55h',
  'pzry9x0s0muk',
  '1pzry9x0s0muk',
  'x1b4n0q5v',
  'li1dgmt3',
  'de1lg7wt\xff',
  'A1G7SGD8',
  '10a06t8',
  '1qzzfhee',
  '',
]

const prefixes = fc.stringMatching(/^[a-z!-/]{1,12}$/)
const contents = fc.uint8Array({ maxLength: 60 })

describe('decodeBech32', () => {
  it.each(VALID)('reads the valid vector %s', (text) => {
    expect(decodeBech32(text)?.prefix).toBe(text.slice(0, text.lastIndexOf('1')))
  })

  it.each(INVALID)('refuses the invalid vector %j', (text) => {
    expect(decodeBech32(text)).toBeUndefined()
  })

  it('reads back what encodeBech32 wrote, in lower and in upper case', () => {
    fc.assert(
      fc.property(prefixes, contents, (prefix, bytes) => {
        const text = encodeBech32(prefix, bytes)
        expect(decodeBech32(text)).toEqual({ prefix, bytes })
        expect(decodeBech32(text.toUpperCase())).toEqual({ prefix: prefix.toUpperCase(), bytes })
      }),
      runs(100),
    )
  })

  it('refuses mixed case', () => {
    expect(decodeBech32('A12uEL5L')).toBeUndefined()
  })

  it('refuses any text with up to four changed characters, as its checksum promises', () => {
    const letters = [...'qpzry9x8gf2tvdw0s3jn54khce6mua7l']
    const changes = fc.uniqueArray(fc.integer({ min: 0, max: 57 }), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        changes,
        fc.integer({ min: 1, max: 31 }),
        (bytes, places, shift) => {
          const text = [...encodeBech32('age', bytes)]
          for (const place of places) {
            const old = letters.indexOf(text[4 + place] ?? '')
            text[4 + place] = letters[(old + shift) % 32] ?? ''
          }
          expect(decodeBech32(text.join(''))).toBeUndefined()
        },
      ),
      runs(200),
    )
  })

  it('refuses letters that only look like ASCII when their case is changed', () => {
    // KELVIN SIGN, whose lower case is k
    const text = encodeBech32('age', new Uint8Array(32).fill(0xb7)).toUpperCase()
    expect(text).toContain('K')
    expect(decodeBech32(text)).toBeDefined()
    expect(decodeBech32(text.replace('K', '\u212a'))).toBeUndefined()
  })

  it.each([
    ['bits left over that are not zero', 'a1llttal5m'],
    ['five bits left over', 'a1q3g6mn3'],
    ['five bits left over that are not zero', 'a1pv7wwwr'],
  ])('refuses %s, though the checksum is right', (_, text) => {
    expect(decodeBech32(text)).toBeUndefined()
  })

  it('reads zero bits left over', () => {
    expect(decodeBech32('a1lu9cgf6y')).toEqual({ prefix: 'a', bytes: Uint8Array.of(0xff) })
  })
})

describe('encodeBech32', () => {
  it('writes what the age library writes', async () => {
    const identity = await generateX25519Identity()
    const recipient = await identityToRecipient(identity)
    for (const text of [identity.toLowerCase(), recipient]) {
      const decoded = decodeBech32(text)
      expect(decoded && encodeBech32(decoded.prefix, decoded.bytes)).toBe(text)
    }
  })
})
