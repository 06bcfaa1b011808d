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
