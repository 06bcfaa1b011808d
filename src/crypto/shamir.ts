import { KeyError } from '../errors.ts'
import type { RandomSource } from './random.ts'

/**
 * Shamir's secret sharing over GF(2^8) in the share format of Vault, which sops uses: per secret byte one random
 * polynomial with the byte as constant term; share `i` holds the values at x = i + 1, then x itself as last byte.
 *
 * Nothing here branches on a secret or uses one as an index, so neither timing nor the cache shows it: multiplication
 * walks all eight bits under masks instead of looking up logarithms. It is slower than tables, for 33 bytes that does
 * not matter.
 *
 * @see sops `shamir/shamir.go`
 */
export const MAX_SHARES = 255

/**
 * Split `secret` so that any `threshold` of the shares give it back and fewer say nothing.
 *
 * @returns `shares` arrays, each one byte longer than `secret`; the caller wipes them.
 * @throws {@link KeyError} `ERR_KEY_GROUPS` unless 2 ≤ threshold ≤ shares ≤ 255
 */
export function splitSecret(
  secret: Uint8Array,
  { shares, threshold, random }: { shares: number; threshold: number; random: RandomSource },
): Uint8Array[] {
  if (secret.length === 0) throw new RangeError('an empty secret cannot be split')
  checkCounts(shares, threshold)
  const split = Array.from({ length: shares }, (_, index) => {
    const share = new Uint8Array(secret.length + 1)
    share[secret.length] = index + 1
    return share
  })
  const coefficients = new Uint8Array(threshold)
  for (const [index, byte] of secret.entries()) {
    coefficients[0] = byte
    coefficients.set(random(threshold - 1), 1)
    for (const [i, share] of split.entries()) share[index] = evaluate(coefficients, i + 1)
  }
  // wiped: with one share these coefficients give the secret
  coefficients.fill(0)
  return split
}

function checkCounts(shares: number, threshold: number): void {
  if (!Number.isInteger(threshold) || threshold < 2)
    throw broken('the threshold of a file with several key groups is at least 2')
  if (shares > MAX_SHARES) throw broken(`a file has at most ${MAX_SHARES} key groups`)
  if (threshold > shares) throw broken(`the threshold is ${threshold}, but there are only ${shares} key groups`)
}

/**
 * Give back what {@link splitSecret} split. All shares handed in count; shares of different splits, or too few of them,
 * give other bytes without any error, so the result has to be checked by what it opens.
 *
 * @throws {@link KeyError} `ERR_KEY_GROUPS` for fewer than two shares, lengths that differ or are under 2, an x that is
 *   zero or stands twice
 */
export function combineShares(shares: readonly Uint8Array[]): Uint8Array {
  const [first] = shares
  if (first === undefined || shares.length < 2) throw broken('fewer than two shares of the data key cannot be combined')
  if (first.length < 2 || shares.some((share) => share.length !== first.length)) {
    throw broken('the shares of the data key do not have the same length')
  }
  const last = first.length - 1
  const xs = shares.map((share) => share[last] ?? 0)
  if (xs.includes(0)) throw broken('a share of the data key has no number')
  if (new Set(xs).size !== xs.length) throw broken('two key groups hold the same share of the data key')
  const weights = xs.map((x) => lagrangeAtZero(x, xs))
  const secret = new Uint8Array(last)
  for (const [i, share] of shares.entries()) {
    for (let index = 0; index < last; index += 1) {
      secret[index] = (secret[index] ?? 0) ^ multiply(share[index] ?? 0, weights[i] ?? 0)
    }
  }
  return secret
}

/** Horner's rule: the polynomial with these coefficients, constant term first, at `x`. */
function evaluate(coefficients: Uint8Array, x: number): number {
  return coefficients.reduceRight((sum, coefficient) => multiply(sum, x) ^ coefficient, 0)
}

/** The weight of the share at `x`: product of other / (other - x); subtraction is XOR. */
function lagrangeAtZero(x: number, xs: readonly number[]): number {
  return xs.reduce((weight, other) => (other === x ? weight : multiply(weight, multiply(other, invert(other ^ x)))), 1)
}

/** Multiply in GF(2)[X] / (X^8 + X^4 + X^3 + X + 1), one bit of `b` after the other, always all eight. */
export function multiply(a: number, b: number): number {
  let product = 0
  for (let bit = 7; bit >= 0; bit -= 1) {
    const carry = -(product >> 7) & 0x11b
    product = (product << 1) ^ carry ^ (-((b >> bit) & 1) & a)
  }
  return product
}

/** a^254, which is 1/a because the 255 elements other than zero form a group. Only of differences of public numbers. */
function invert(a: number): number {
  let result = 1
  for (let power = 0; power < 7; power += 1) result = multiply(multiply(result, result), a)
  return multiply(result, result)
}

function broken(message: string): KeyError {
  return new KeyError('ERR_KEY_GROUPS', message, {
    hint: 'the threshold lies between 2 and the number of key groups; 0 means all of them',
  })
}
