import { createCipheriv } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openValue, sealValue, tryOpenValue } from '../../../src/crypto/cipher.ts'
import { asDataKey } from '../../../src/crypto/data-key.ts'
import { IntegrityError } from '../../../src/errors.ts'
import { parseSealed, type SealedValue } from '../../../src/format/enc.ts'
import type { ScalarType } from '../../../src/format/tree.ts'
import { expectNoSecret, MARKER } from '../../helpers/canary.ts'
import { random } from '../../helpers/random.ts'
import { runs } from '../../helpers/runs.ts'

const dataKey = asDataKey(new Uint8Array(32).fill(0x66))
const COUNTING_IV = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8='
const bytes = (text: string) => Buffer.from(text, 'utf8')

function parsed(sealed: string): SealedValue {
  const value = parseSealed(sealed)
  if (value === undefined) throw new Error('not a sealed value')
  return value
}

const codeOf = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(IntegrityError)
    return (error as IntegrityError).code
  }
  return 'no error'
}

/** Recorded from sops 3.13.2, data key 32 times 0x66. */
const VECTORS: readonly (readonly [string, string, ScalarType | 'comment', string, string, string])[] = [
  ['hello', 'a:', 'str', COUNTING_IV, '07kG5Ts=', '1GdLT+URkCKAV9khDXYONA=='],
  ['42', 'm:n:', 'int', COUNTING_IV, 'j+4=', 'ox1Zt/M9z7UZ4zbsLVVcQA=='],
  ['1.5', 'f:', 'float', COUNTING_IV, 'ivJf', 'jqQumx67eFDBukTH4SWziQ=='],
  ['True', 't:', 'bool', COUNTING_IV, '764f7A==', 'tAQlr/+N046NVyraZbGFMQ=='],
  [' top', ':', 'comment', COUNTING_IV, 'm6gF+Q==', 'qqxGlI+dOB9iXsdeQW5RrA=='],
  ['2024-01-02T00:00:00Z', 'd:', 'time', COUNTING_IV, 'iexYvXmlaYgvPxMpb0EMYx6OUzY=', 'LnADIWg6Gg06lF3aTE38yw=='],
  ['foo', 'bar:', 'str', 'MyIDYbT718JRr11QtBkcj3Dwm4k1aCGZBVeZf0EyV8o=', 'oYyi', 't5z2Z023Up0kxwCgw1gNxg=='],
]

describe('sealing as sops does', () => {
  it.each(VECTORS)('seals %j under %s as %s and opens it again', (plaintext, aad, type, iv, data, tag) => {
    const sealed = `ENC[AES256_GCM,data:${data},iv:${iv},tag:${tag},type:${type}]`
    const request = { dataKey, iv: Buffer.from(iv, 'base64'), aad: bytes(aad), plaintext: bytes(plaintext), type }
    expect(sealValue(request)).toBe(sealed)
    expect(Buffer.from(openValue({ dataKey, sealed: parsed(sealed), aad: bytes(aad) })).toString()).toBe(plaintext)
  })
})

const plaintexts = fc.uint8Array({ minLength: 1, maxLength: 200 })
const aads = fc.string({ maxLength: 30 }).map((path) => bytes(`${path}:`))

function sealed(plaintext: Uint8Array, aad: Uint8Array): SealedValue {
  return parsed(sealValue({ dataKey, iv: random(32), aad, plaintext, type: 'str' }))
}

describe('openValue', () => {
  it('gives back what was sealed', () => {
    fc.assert(
      fc.property(plaintexts, aads, (plaintext, aad) => {
        const opened = openValue({ dataKey, sealed: sealed(plaintext, aad), aad })
        expect(Buffer.compare(opened, plaintext)).toBe(0)
      }),
      runs(100),
    )
  })

  it('fails with ERR_VALUE_AUTH when any bit of data, IV or tag is changed', () => {
    const part = fc.constantFrom('data' as const, 'iv' as const, 'tag' as const)
    fc.assert(
      fc.property(plaintexts, aads, part, fc.nat(), fc.integer({ min: 0, max: 7 }), (plaintext, aad, name, at, bit) => {
        const value = sealed(plaintext, aad)
        const changed = Uint8Array.from(value[name])
        const index = at % changed.length
        changed[index] = (changed[index] ?? 0) ^ (1 << bit)
        expect(codeOf(() => openValue({ dataKey, sealed: { ...value, [name]: changed }, aad }))).toBe('ERR_VALUE_AUTH')
      }),
      runs(200),
    )
  })

  it('fails with ERR_VALUE_AUTH at any other place', () => {
    fc.assert(
      fc.property(plaintexts, aads, aads, (plaintext, aad, other) => {
        fc.pre(Buffer.compare(aad, other) !== 0)
        expect(codeOf(() => openValue({ dataKey, sealed: sealed(plaintext, aad), aad: other }))).toBe('ERR_VALUE_AUTH')
      }),
      runs(100),
    )
  })

  it('fails in one way only, whatever is wrong', () => {
    const aad = bytes('a:')
    const value = sealed(bytes('hello'), aad)
    const other = asDataKey(new Uint8Array(32).fill(0x67))
    const faults: (() => unknown)[] = [
      () => openValue({ dataKey: other, sealed: value, aad }),
      () => openValue({ dataKey, sealed: value, aad: bytes('b:') }),
      () => openValue({ dataKey, sealed: { ...value, data: bytes('other') }, aad }),
      () => openValue({ dataKey, sealed: { ...value, tag: new Uint8Array(16) }, aad }),
      () => openValue({ dataKey, sealed: { ...value, tag: new Uint8Array(3) }, aad }),
      () => openValue({ dataKey, sealed: { ...value, data: new Uint8Array(0), tag: new Uint8Array(3) }, aad }),
      () => openValue({ dataKey, sealed: { ...value, iv: new Uint8Array(0) }, aad }),
      () => openValue({ dataKey, sealed: { ...value, iv: new Uint8Array(4096) }, aad }),
    ]
    const shown = faults.map((fault) => {
      try {
        return fault()
      } catch (error) {
        return JSON.stringify(error)
      }
    })
    expect(new Set(shown).size).toBe(1)
    expect(shown[0]).toContain('ERR_VALUE_AUTH')
  })

  it.each([1, 8, 12, 16, 32, 64, 128])('opens a value with an IV of %i bytes', (length) => {
    const iv = random(length)
    const cipher = createCipheriv('aes-256-gcm', dataKey, iv)
    cipher.setAAD(bytes('a:'))
    const data = Buffer.concat([cipher.update('hello'), cipher.final()])
    const value = { data, iv, tag: cipher.getAuthTag(), type: 'str' }
    expect(Buffer.from(openValue({ dataKey, sealed: value, aad: bytes('a:') })).toString()).toBe('hello')
  })

  it('takes the last 16 bytes of data and tag together as the tag', () => {
    const aad = bytes('a:')
    const { data, iv, tag } = sealed(bytes('hello world'), aad)
    const all = Buffer.concat([data, tag])
    for (let cut = 1; cut < all.length; cut += 1) {
      const value = { data: all.subarray(0, cut), iv, tag: all.subarray(cut), type: 'str' }
      expect(Buffer.from(openValue({ dataKey, sealed: value, aad })).toString()).toBe('hello world')
    }
  })

  it('does not put the plaintext or the data key into its error', () => {
    const secret = `${MARKER}-password-of-production`
    const value = sealed(bytes(secret), bytes('a:'))
    const tag = Uint8Array.from(value.tag, (byte) => byte ^ 1)
    try {
      openValue({ dataKey, sealed: { ...value, tag }, aad: bytes('a:') })
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({ code: 'ERR_VALUE_AUTH' })
      expectNoSecret(error, secret, dataKey)
    }
  })
})

describe('tryOpenValue', () => {
  it('says undefined where openValue throws', () => {
    const value = sealed(bytes('hello'), bytes('a:'))
    expect(tryOpenValue({ dataKey, sealed: value, aad: bytes('b:') })).toBeUndefined()
    expect(tryOpenValue({ dataKey, sealed: value, aad: bytes('a:') })).toEqual(bytes('hello'))
  })
})

describe('sealValue', () => {
  const request = { dataKey, iv: new Uint8Array(32), aad: bytes('a:'), plaintext: bytes('x'), type: 'str' as const }

  it.each([0, 12, 16, 31, 33])('refuses an IV of %i bytes, which sops could not save again', (length) => {
    expect(() => sealValue({ ...request, iv: new Uint8Array(length) })).toThrow(RangeError)
  })

  it('refuses an empty value, which sops could not read', () => {
    expect(() => sealValue({ ...request, plaintext: new Uint8Array(0) })).toThrow(RangeError)
  })

  it('gives the same text for the same key, IV, place, type and value', () => {
    expect(sealValue(request)).toBe(sealValue(request))
  })

  it('leaves the bytes it was given alone', () => {
    const iv = random(32)
    const before = Buffer.from(iv)
    const plaintext = bytes('hello')
    sealValue({ ...request, iv, plaintext })
    expect([iv, plaintext]).toEqual([new Uint8Array(before), bytes('hello')])
  })
})
