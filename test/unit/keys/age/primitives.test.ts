import { createHmac, createSecretKey, hkdfSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deriveKey, hmacOnce, openChunk, openOnce, sealChunk, sealOnce } from '../../../../src/keys/age/primitives.ts'
import { runs } from '../../../helpers/runs.ts'

const fromHex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'))
const range = (first: number, last: number) =>
  Uint8Array.from({ length: last - first + 1 }, (_, index) => first + index)

describe('deriveKey', () => {
  it('gives the first 32 bytes of RFC 5869, appendix A.1', () => {
    const label = Buffer.from(range(0xf0, 0xf9)).toString('latin1')
    const key = deriveKey({ secret: new Uint8Array(22).fill(0x0b), salt: range(0x00, 0x0c), label })
    expect(key.export().toString('hex')).toBe('3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf')
  })

  it('gives the first 32 bytes of RFC 5869, appendix A.3, without salt and label', () => {
    const key = deriveKey({ secret: new Uint8Array(22).fill(0x0b), salt: new Uint8Array(0), label: '' })
    expect(key.export().toString('hex')).toBe('8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d')
  })

  it('agrees with the HKDF of Node', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1 }),
        fc.uint8Array(),
        fc.stringMatching(/^[ -~]*$/),
        (secret, salt, label) => {
          expect(deriveKey({ secret, salt, label }).export()).toEqual(
            Buffer.from(hkdfSync('sha256', secret, salt, label, 32)),
          )
        },
      ),
      runs(100),
    )
  })
})

describe('hmacOnce, sealOnce and openOnce', () => {
  it('do the same the first time, when OpenSSL does it, and later', () => {
    const nonce = range(1, 12)
    for (let count = 0; count < 60; count += 1) {
      const source = { secret: range(count, count + 15), salt: range(0, count), label: 'payload' }
      const text = range(0, (count * 7) % 50)
      const key = Buffer.from(hkdfSync('sha256', source.secret, source.salt, source.label, 32))
      expect(Buffer.from(hmacOnce(source, text))).toEqual(createHmac('sha256', key).update(text).digest())
      const sealed = sealChunk(createSecretKey(key), nonce, text)
      expect(sealOnce(source, nonce, text)).toEqual(sealed)
      expect(openOnce(source, nonce, sealed)).toEqual(Buffer.from(text))
      expect(openOnce(source, range(2, 13), sealed)).toBeUndefined()
    }
  })

  it.each([0, 1, 15])('open nothing of %i bytes, which cannot hold a tag', (length) => {
    const source = { secret: range(0, 15), salt: range(0, 15), label: 'payload' }
    expect(openOnce(source, range(1, 12), new Uint8Array(length))).toBeUndefined()
  })

  it('take what is too long for the kernel', () => {
    const source = { secret: new Uint8Array(100).fill(1), salt: range(0, 99), label: 'payload' }
    const text = new Uint8Array(70_000).fill(7)
    expect(openOnce(source, range(1, 12), sealOnce(source, range(1, 12), text))).toEqual(Buffer.from(text))
  })
})

describe('sealChunk and openChunk', () => {
  const key = createSecretKey(range(0x80, 0x9f))
  const nonce = fromHex('070000004041424344454647')

  it('encrypt as RFC 8439, section 2.8.2 (whose tag covers associated data, which age has not)', () => {
    const text =
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it."
    const sealed = Buffer.from(sealChunk(key, nonce, Buffer.from(text))).toString('hex')
    expect(sealed.slice(0, 64)).toBe('d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6')
  })

  it('are inverse, and a changed bit, another key or another nonce fails', () => {
    const changes = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 7 }))
    fc.assert(
      fc.property(fc.uint8Array(), changes, (plaintext, [at, bit]) => {
        const sealed = sealChunk(key, nonce, plaintext)
        expect(openChunk(key, nonce, sealed)).toEqual(Buffer.from(plaintext))
        expect(openChunk(createSecretKey(range(0x81, 0xa0)), nonce, sealed)).toBeUndefined()
        expect(openChunk(key, new Uint8Array(12), sealed)).toBeUndefined()
        const changed = Uint8Array.from(sealed)
        const index = at % changed.length
        changed[index] = (changed[index] ?? 0) ^ (1 << bit)
        expect(openChunk(key, nonce, changed)).toBeUndefined()
      }),
      runs(100),
    )
  })

  it.each([0, 1, 15])('fail on %i bytes, which cannot hold a tag', (length) => {
    expect(openChunk(key, nonce, new Uint8Array(length))).toBeUndefined()
  })
})
