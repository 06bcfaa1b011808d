import { describe, expect, it } from 'vitest'
import { AgeFileError } from '../../../../src/keys/age/age-file-error.ts'
import { encodeUnpaddedBase64 } from '../../../../src/keys/age/base64.ts'
import { decodeBech32 } from '../../../../src/keys/age/bech32.ts'
import { formatHeader, parseHeader, type Stanza } from '../../../../src/keys/age/header.ts'
import { wrapForX25519, X25519Identity } from '../../../../src/keys/age/x25519.ts'
import { expectNoSecret } from '../../../helpers/canary.ts'
import { random } from '../../../helpers/random.ts'

const fromHex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'))
const headerOf = (...stanzas: Stanza[]) => parseHeader(formatHeader(stanzas, new Uint8Array(16)))

/** RFC 7748, section 6.1 */
const ALICE = fromHex('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a')
const ALICE_PUBLIC = fromHex('8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a')

/** Every point of low order. https://cr.yp.to/ecdh.html, "How do I validate Curve25519 public keys?" */
const LOW_ORDER = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]

function stageOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(AgeFileError)
    expectNoSecret(error, ALICE)
    return (error as AgeFileError).stage
  }
  return 'no error'
}

describe('an X25519 identity', () => {
  const alice = new X25519Identity(ALICE)

  it('has the public key of RFC 7748', () => {
    expect(decodeBech32(alice.recipient)).toEqual({ prefix: 'age', bytes: ALICE_PUBLIC })
  })

  it('leaves the scalar to its caller, and does not show it', () => {
    const scalar = Uint8Array.from(ALICE)
    const identity = new X25519Identity(scalar)
    expect(scalar).toEqual(ALICE)
    scalar.fill(0)
    expect(identity.recipient).toBe(alice.recipient)
    expectNoSecret({ identity }, ALICE)
  })

  it('unwraps what was wrapped for it, among other stanzas', () => {
    const fileKey = random(16)
    const mine = wrapForX25519(fileKey, ALICE_PUBLIC)
    const other = wrapForX25519(random(16), random(32))
    if (mine === undefined || other === undefined) return expect.unreachable()
    const grease = { type: 'grease', args: ['x'], body: new Uint8Array(7) }
    expect(Buffer.from(alice.unwrapFileKey(headerOf(grease, other, mine)) ?? [])).toEqual(Buffer.from(fileKey))
    expect(alice.unwrapFileKey(headerOf(grease, other))).toBeNull()
  })

  it('wraps differently every time', () => {
    const stanzas = Array.from({ length: 5 }, () => wrapForX25519(new Uint8Array(16), ALICE_PUBLIC)?.args[0])
    expect(new Set(stanzas).size).toBe(5)
  })

  it.runIf(process.env['SLOW'])(
    'wraps very often without stopping for ever in a lock of Node 20',
    () => {
      for (let count = 0; count < 200_000; count += 1) {
        if (wrapForX25519(new Uint8Array(16), ALICE_PUBLIC) === undefined) expect.fail('not wrapped')
      }
    },
    300_000,
  )

  it.each(LOW_ORDER)('is not wrapped for, and not asked with, the point of low order %s', (point) => {
    const peer = fromHex(point)
    expect(wrapForX25519(new Uint8Array(16), peer)).toBeUndefined()
    const stanza = { type: 'X25519', args: [encodeUnpaddedBase64(peer)], body: new Uint8Array(32) }
    expect(stageOf(() => alice.unwrapFileKey(headerOf(stanza)))).toBe('header')
  })

  it.each([
    ['no argument', { args: [] }],
    ['two arguments', { args: [encodeUnpaddedBase64(ALICE_PUBLIC), 'x'] }],
    ['an argument that is not base64', { args: ['!'] }],
    ['a short share', { args: [encodeUnpaddedBase64(ALICE_PUBLIC.subarray(1))] }],
    ['a long body', { body: new Uint8Array(33) }],
    ['no body', { body: new Uint8Array(0) }],
  ])('refuses a stanza with %s', (_, change) => {
    const stanza = { type: 'X25519', args: [encodeUnpaddedBase64(ALICE_PUBLIC)], body: new Uint8Array(32), ...change }
    expect(stageOf(() => alice.unwrapFileKey(headerOf(stanza)))).toBe('header')
  })
})
