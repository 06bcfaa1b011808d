import { describe, expect, it } from 'vitest'
import { scanText } from '../../../../src/scan/engine.ts'
import { isSecretKeyring, keyringProtection } from '../../../../src/scan/formats/openpgp.ts'
import { unusualText } from '../../../../src/scan/text/unusual-text.ts'
import { dice } from '../../../helpers/credentials/draw.ts'
import {
  FRAMES,
  keyring,
  makeSecretKey,
  type Protection,
  PUBLIC,
  PUBLIC_KEYS,
  packet,
  SECRET,
} from '../../../helpers/credentials/keyring.ts'

const random = dice(83)
const secretKey = (kind: string, protection: Protection, version = 4) =>
  makeSecretKey({ kind, protection, version }, random)

const found = (bytes: Buffer, fileName: string) =>
  scanText(unusualText(bytes) ?? bytes.toString('utf8'), { fileName }).map(
    ({ level, message }) => `${level} ${message}`,
  )

describe('binary keyrings of OpenPGP', () => {
  it.each(Object.keys(PUBLIC_KEYS))('block without a passphrase, and warn with one: %s', (kind) => {
    for (const frame of FRAMES) {
      for (const version of kind === 'RSA' ? [3, 4, 5, 6] : [4, 6]) {
        const key = (protection: Protection) => keyring(secretKey(kind, protection, version), undefined, frame)
        expect(keyringProtection(key('none'))).toBe('none')
        expect(found(key('none'), 'secring.gpg')).toEqual(['block PGP private key'])
        expect(found(key('passphrase'), 'secring.gpg')).toEqual(['warn PGP private key with a passphrase'])
      }
    }
  })

  it('are as weak as their weakest key, and hold none where the keys are elsewhere', () => {
    const key = (first: Protection, second: Protection) => keyring(secretKey('RSA', first), secretKey('ECDH', second))
    expect(found(key('passphrase', 'none'), 'a')).toEqual(['block PGP private key'])
    expect(found(key('stubs', 'none'), 'a')).toEqual(['block PGP private key'])
    expect(found(key('stubs', 'passphrase'), 'a')).toEqual(['warn PGP private key with a passphrase'])
    expect(found(key('stubs', 'stubs'), 'a')).toEqual([])
  })

  it('block when what stands behind the first key cannot be read', () => {
    const whole = keyring(secretKey('RSA', 'passphrase'), secretKey('RSA', 'none'))
    expect(found(whole.subarray(0, -10), 'a')).toEqual(['block PGP private key'])
  })

  it('are judged as armoured ones are', () => {
    for (const protection of ['none', 'passphrase', 'stubs'] as const) {
      const bytes = keyring(secretKey('EdDSA', protection), secretKey('ECDH', protection))
      const text = unusualText(bytes) ?? ''
      const old = text
        .replace('BLOCK-----\n', 'BLOCK-----\nVersion: GnuPG v2.0.22 (GNU/Linux)\nComment: of nobody\n')
        .replace('\n-----END', '\n=aB3d\n-----END')
      for (const armoured of [
        text,
        old,
        text.replaceAll('\n', '\r\n'),
        JSON.stringify({ key: old }),
        `key: |\n${old.replaceAll(/^/gm, '  ')}`,
      ])
        expect(found(Buffer.from(armoured), 'a.yaml')).toEqual(found(bytes, 'a.yaml'))
    }
  })

  it('are no public ones, no texts, and nothing else that begins so', () => {
    const key = secretKey('RSA', 'none')
    // without what is secret
    const open = key.subarray(0, -35)
    for (const bytes of [
      packet(PUBLIC, open),
      Buffer.from('ńǄ: text\n'),
      Buffer.from(''),
      Buffer.from([0x95]),
      packet(SECRET, Buffer.alloc(0)),
      packet(SECRET, open),
      packet(SECRET, Buffer.concat([Buffer.from([9]), key.subarray(1)])),
      packet(SECRET, Buffer.concat([key.subarray(0, 5), Buffer.from([99]), key.subarray(6)])),
      keyring(key).subarray(0, 200),
    ]) {
      expect(isSecretKeyring(bytes)).toBe(false)
    }
    for (let index = 0; index < 2000; index += 1) {
      const bytes = random.bytes(300)
      bytes[0] = [0x95, 0x94, 0xc5, 0xc7][index % 4] ?? 0
      expect(isSecretKeyring(bytes)).toBe(false)
    }
  })
})

describe('keyrings in base64', () => {
  const base64 = (bytes: Buffer) => bytes.toString('base64')
  const lines = (text: string) => text.replaceAll(/.{76}/g, '$&\n')

  it.each(['RSA', 'DSA', 'ElGamal'])('block without a passphrase, and warn with one: %s', (kind) => {
    const key = (protection: Protection) => base64(keyring(secretKey(kind, protection)))
    for (const [protection, told] of [
      ['none', ['block PGP private key, in base64']],
      ['passphrase', ['warn PGP private key with a passphrase, in base64']],
      ['stubs', []],
    ] as const) {
      const text = key(protection)
      expect(found(Buffer.from(text), 'key.b64')).toEqual(told)
      expect(found(Buffer.from(lines(text)), 'key.b64')).toEqual(told)
      expect(found(Buffer.from(`variables:\n  GPG: ${text}\n  other: words\n`), '.gitlab-ci.yml')).toEqual(told)
      expect(found(Buffer.from(`key: |\n${lines(text).replaceAll(/^/gm, '  ')}\nother: words\n`), 'a.yaml')).toEqual(
        told,
      )
      expect(found(Buffer.from(JSON.stringify({ a: text })), 'a.json')).toEqual(told)
    }
  })

  it.each([
    ['Ed25519', 22, '092b06010401da470f01', 33, 32],
    ['P-256', 19, '082a8648ce3d030107', 65, 32],
    ['P-384', 19, '052b81040022', 97, 48],
    ['P-521', 19, '052b81040023', 133, 66],
  ])('are known on a curve too: %s', (_name, algorithm, curve, pointBytes, secretBytes) => {
    const number = (length: number) =>
      Buffer.concat([Buffer.from([(length * 8) >> 8, (length * 8) & 255]), random.bytes(length)])
    const open = Buffer.concat([
      Buffer.from([4, 0x6b, 1, 2, 3, algorithm]),
      Buffer.from(curve, 'hex'),
      number(pointBytes),
    ])
    const plain = Buffer.concat([open, Buffer.from([0]), number(secretBytes), random.bytes(2)])
    const sealed = Buffer.concat([open, Buffer.from([254, 7, 3, 8]), random.bytes(8 + 1 + 16 + 2 + secretBytes + 20)])
    expect(found(Buffer.from(base64(keyring(plain))), 'a.txt')).toEqual(['block PGP private key, in base64'])
    expect(found(Buffer.from(base64(keyring(sealed))), 'a.txt')).toEqual([
      'warn PGP private key with a passphrase, in base64',
    ])
  })

  it('are no public ones, and nothing that only begins so', () => {
    const text = base64(keyring(secretKey('RSA', 'none')))
    expect(found(Buffer.from(base64(packet(PUBLIC, secretKey('RSA', 'none')))), 'a.yaml')).toEqual([])
    expect(found(Buffer.from(`a${text}`), 'a.txt')).toEqual([])
    expect(found(Buffer.from(text.slice(0, 200)), 'a.txt')).toEqual([])
  })
})

describe('keys that GnuPG keeps', () => {
  const hex = (length: number) => random.bytes(length).toString('hex').toUpperCase()
  const asText = (head: string) =>
    `Created: 20260101T000000\nKey: (${head} (rsa (n #00${hex(20)}\n ${hex(200)}#)(e #010001#)\n (d #${hex(100)}#)))\n`
  const asBytes = (head: string) =>
    Buffer.concat([Buffer.from(`(${head}(3:rsa(1:n257:\0`), random.bytes(256), Buffer.from(')))')])

  it('block without a passphrase, and warn with one', () => {
    const told = ['block PGP private key, of GnuPG']
    expect(found(Buffer.from(asText('private-key')), 'A.key')).toEqual(told)
    expect(found(asBytes('11:private-key'), 'A.key')).toEqual(told)
    expect(
      found(Buffer.from(`Key: (private-key (ecc (curve Ed25519)(flags eddsa)(q\n  #40${hex(32)}#)(d #00#)))`), 'A.key'),
    ).toEqual(told)
    const warned = ['warn PGP private key with a passphrase, of GnuPG']
    expect(found(Buffer.from(asText('protected-private-key')), 'A.key')).toEqual(warned)
    expect(found(asBytes('21:protected-private-key'), 'A.key')).toEqual(warned)
  })

  it('are not those that are on a card, nor public ones', () => {
    expect(found(Buffer.from(asText('shadowed-private-key')), 'A.key')).toEqual([])
    expect(found(Buffer.from(asText('public-key')), 'A.key')).toEqual([])
    expect(unusualText(asBytes('20:shadowed-private-key'))).toBeUndefined()
    expect(found(Buffer.from('(private-key (rsa (n #…#)))'), 'a.md')).toEqual([])
  })
})
