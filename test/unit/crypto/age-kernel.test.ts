import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AgeKernel, MOST_INPUT } from '../../../src/crypto/age-kernel.ts'

const RUNS = process.env['SLOW'] === undefined ? 300 : 20_000
const ALGORITHM = 'chacha20-poly1305'
const OPTIONS = { authTagLength: 16 } as const

const sources = fc.record({
  secret: fc.uint8Array({ minLength: 1, maxLength: 64 }),
  salt: fc.uint8Array({ maxLength: 64 }),
  label: fc.string({ unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz./-0123456789'), maxLength: 63 }),
})
const nonces = fc.uint8Array({ minLength: 12, maxLength: 12 })
/** Each length up to a few blocks, and some long ones; bytes of ones carry furthest. */
const texts = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.nat(MOST_INPUT).map((length) => new Uint8Array(length).fill(255)),
  fc.uint8Array({ minLength: MOST_INPUT - 70, maxLength: MOST_INPUT }),
)

function kernel(): AgeKernel {
  const found = AgeKernel.get()
  if (found === undefined) throw new Error('there is no WebAssembly here')
  return found
}

function keyOf({ secret, salt, label }: { secret: Uint8Array; salt: Uint8Array; label: string }): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, label, 32))
}

function sealByNode(key: Buffer, nonce: Uint8Array, text: Uint8Array): Buffer {
  const cipher = createCipheriv(ALGORITHM, key, nonce, OPTIONS)
  return Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()])
}

describe('the kernel for age headers', () => {
  it('makes the HMACs that Node makes', () => {
    fc.assert(
      fc.property(sources, texts, (source, text) => {
        const expected = createHmac('sha256', keyOf(source)).update(text).digest('hex')
        expect(Buffer.from(kernel().mac(source, text)).toString('hex')).toBe(expected)
      }),
      { numRuns: RUNS },
    )
  })

  it('seals as Node does, and opens what Node sealed', () => {
    fc.assert(
      fc.property(sources, nonces, texts, (source, nonce, text) => {
        const sealed = sealByNode(keyOf(source), nonce, text)
        expect(sealed.equals(kernel().seal(source, nonce, text))).toBe(true)
        expect(Buffer.from(text).equals(kernel().open(source, nonce, sealed) ?? Buffer.from('refused'))).toBe(true)
      }),
      { numRuns: RUNS },
    )
  })

  it('opens nothing that was changed in any byte', () => {
    fc.assert(
      fc.property(
        sources,
        nonces,
        fc.uint8Array({ maxLength: 80 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (source, nonce, text, at, by) => {
          const sealed = sealByNode(keyOf(source), nonce, text)
          sealed[at % sealed.length] = (sealed[at % sealed.length] ?? 0) ^ by
          expect(kernel().open(source, nonce, sealed)).toBeUndefined()
        },
      ),
      { numRuns: RUNS },
    )
  })

  it('computes tags where sums are just below and above the prime', () => {
    // the one-time key of a block is what its texts are multiplied by: with texts of ones and zeros carries go all the way
    const nonce = new Uint8Array(12)
    for (let index = 0; index < 500; index += 1) {
      const source = { secret: Uint8Array.of(index, index >> 8), salt: new Uint8Array(0), label: 'x' }
      const text = new Uint8Array(16 * (1 + (index % 9))).fill(index % 2 === 0 ? 255 : 0)
      const key = keyOf(source)
      // what is sealed is such a text
      const plain = createDecipheriv(ALGORITHM, key, nonce, OPTIONS).update(text)
      expect(sealByNode(key, nonce, plain).equals(kernel().seal(source, nonce, plain))).toBe(true)
    }
  })

  it('is asked only what it can take', () => {
    const source = { secret: new Uint8Array(64), salt: new Uint8Array(64), label: 'x'.repeat(63) }
    const text = new Uint8Array(MOST_INPUT)
    expect(AgeKernel.takes(source, text)).toBe(true)
    expect(AgeKernel.takes(source, new Uint8Array(MOST_INPUT + 1))).toBe(false)
    expect(AgeKernel.takes({ ...source, secret: new Uint8Array(65) }, text)).toBe(false)
    expect(AgeKernel.takes({ ...source, salt: new Uint8Array(65) }, text)).toBe(false)
    expect(AgeKernel.takes({ ...source, label: 'x'.repeat(64) }, text)).toBe(false)
  })
})
