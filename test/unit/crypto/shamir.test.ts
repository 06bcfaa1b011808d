import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { combineShares, multiply, splitSecret } from '../../../src/crypto/shamir.ts'
import { KeyError } from '../../../src/errors.ts'
import { expectNoSecret } from '../../helpers/canary.ts'
import { knownRandom, random } from '../../helpers/random.ts'
import { runs } from '../../helpers/runs.ts'

const hex = (share: Uint8Array) => Buffer.from(share).toString('hex')
const fromHex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'))

function codeOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(KeyError)
    return (error as KeyError).code
  }
  return 'no error'
}

describe('multiplication in GF(2^8)', () => {
  it('gives the known products', () => {
    expect(multiply(3, 7)).toBe(9)
    // FIPS 197, section 4.2
    expect(multiply(0x57, 0x83)).toBe(0xc1)
    expect(multiply(0x57, 0x13)).toBe(0xfe)
  })

  it('agrees for all pairs with multiplication by logarithms to base 3', () => {
    const powers: number[] = []
    let power = 1
    for (let exponent = 0; exponent < 255; exponent += 1) {
      powers.push(power)
      const doubled = power << 1
      power = power ^ doubled ^ (doubled > 0xff ? 0x11b : 0)
    }
    for (let a = 0; a < 256; a += 1) {
      for (let b = 0; b < 256; b += 1) {
        const expected = a === 0 || b === 0 ? 0 : powers[(powers.indexOf(a) + powers.indexOf(b)) % 255]
        if (multiply(a, b) !== expected) expect.fail(`${a} times ${b}`)
      }
    }
  })
})

describe('splitSecret', () => {
  it('makes the shares of sops: values first, then x', () => {
    const shares = splitSecret(Uint8Array.of(0x42), { shares: 3, threshold: 2, random: knownRandom([0x05]) })
    expect(shares.map(hex)).toEqual(['4701', '4802', '4d03'])
  })

  it.each([
    [1, 1],
    [3, 1],
    [3, 0],
    [3, -2],
    [2, 3],
    [256, 2],
    [3, 2.5],
  ])('refuses %i shares with a threshold of %d with ERR_KEY_GROUPS', (shares, threshold) => {
    expect(codeOf(() => splitSecret(new Uint8Array(32), { shares, threshold, random }))).toBe('ERR_KEY_GROUPS')
  })

  it('refuses an empty secret', () => {
    expect(() => splitSecret(new Uint8Array(0), { shares: 2, threshold: 2, random })).toThrow(RangeError)
  })

  it('serves 255 groups', () => {
    const secret = random(32)
    const shares = splitSecret(secret, { shares: 255, threshold: 255, random })
    expect(hex(combineShares(shares))).toBe(hex(secret))
  })
})

describe('combineShares', () => {
  it('combines the shares of sops, any two of three', () => {
    const [a, b, c] = ['4701', '4802', '4d03'].map(fromHex)
    if (a === undefined || b === undefined || c === undefined) return expect.unreachable()
    for (const pair of [
      [a, b],
      [b, a],
      [a, c],
      [c, b],
      [a, b, c],
    ])
      expect(hex(combineShares(pair))).toBe('42')
  })

  it('gives the secret back from any k of n shares in any order', () => {
    const counts = fc
      .integer({ min: 2, max: 8 })
      .chain((shares) => fc.tuple(fc.constant(shares), fc.integer({ min: 2, max: shares })))
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 40 }),
        counts,
        fc.infiniteStream(fc.nat()),
        (secret, [shares, threshold], order) => {
          const split = splitSecret(secret, { shares, threshold, random })
          const shuffled = split
            .map((share) => ({ share, rank: order.next().value ?? 0 }))
            .sort((a, b) => a.rank - b.rank)
          for (let count = threshold; count <= shares; count += 1) {
            expect(hex(combineShares(shuffled.slice(0, count).map(({ share }) => share)))).toBe(hex(secret))
          }
        },
      ),
      runs(50),
    )
  })

  it('says nothing about the secret with one share too few', () => {
    // with one coefficient each, every secret has exactly one polynomial through a given share
    const seen = new Set<number>()
    for (let coefficient = 0; coefficient < 256; coefficient += 1) {
      for (let secret = 0; secret < 256; secret += 1) {
        const [share] = splitSecret(Uint8Array.of(secret), {
          shares: 2,
          threshold: 2,
          random: knownRandom([coefficient]),
        })
        if (share?.[0] === 0x99) seen.add(secret)
      }
    }
    expect(seen.size).toBe(256)
  })

  it.each([
    ['no share', []],
    ['one share', ['4701']],
    ['the same x twice', ['4701', '4801']],
    ['different lengths', ['4701', '484802']],
    ['shares without a value', ['01', '02']],
    ['x = 0, which would be the secret itself', ['4200', '4802']],
  ])('refuses %s with ERR_KEY_GROUPS', (_, shares) => {
    expect(codeOf(() => combineShares(shares.map(fromHex)))).toBe('ERR_KEY_GROUPS')
  })

  it('does not show a share in its errors', () => {
    const share = random(33)
    try {
      combineShares([share, share])
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({ code: 'ERR_KEY_GROUPS' })
      expectNoSecret(error, share)
    }
  })
})
