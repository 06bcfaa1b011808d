import { FormatError } from '../errors.ts'
import { parseRfc3339 } from './time.ts'
import type { Leaf, Scalar, ScalarType } from './tree.ts'

const INT64_MIN = -(2n ** 63n)
const INT64_MAX = 2n ** 63n - 1n

export const TRUE = 'True'
export const FALSE = 'False'

/** Whether `value` fits the signed 64 bits that sops has for integers. */
export function isInt64(value: bigint): boolean {
  return value >= INT64_MIN && value <= INT64_MAX
}

/** A decimal integer as Go's `strconv.Atoi` reads it, in canonical spelling; undefined when it is none or too large. */
export function canonicalInt(text: string): string | undefined {
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined
  // 18 digits always fit: the common case needs no BigInt
  if (text.length <= 18) return /^(0|-?[1-9][0-9]*)$/.test(text) ? text : String(BigInt(text.replace('+', '')))
  const digits = text.replace(/^[+-]?0*(?=[0-9])/, '')
  if (digits.length > 19) return undefined // before BigInt, whose time grows with the square of the length
  const value = BigInt(`${text.startsWith('-') ? '-' : ''}${digits}`)
  return isInt64(value) ? String(value) : undefined
}

/**
 * A float as sops writes it into ciphertext and MAC: shortest digits that read back the same, never an exponent, no
 * trailing zeros. Go `strconv.FormatFloat(v, 'f', -1, 64)`.
 */
export function canonicalFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  if (value === Number.NEGATIVE_INFINITY) return '-Inf'
  if (Object.is(value, -0)) return '-0'
  const text = String(value)
  return text.includes('e') ? expandExponent(text) : text
}

function expandExponent(text: string): string {
  const { sign, digits, point } = decimalDigits(text)
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  if (point >= digits.length) return `${sign}${digits}${'0'.repeat(point - digits.length)}`
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`
}

/** Digits without outer zeros, and where the decimal point stands relative to their start. */
function decimalDigits(text: string): { sign: string; digits: string; point: number } {
  const match = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:e([+-]?[0-9]+))?$/.exec(text)
  const sign = match?.[1] ?? ''
  const whole = match?.[2] ?? ''
  const all = whole + (match?.[3] ?? '')
  const leading = all.length - all.replace(/^0+/, '').length
  const digits = all.slice(leading).replace(/0+$/, '')
  return { sign, digits, point: whole.length - leading + Number(match?.[4] ?? 0) }
}

/**
 * A float as Go prints it with format `g` or `G` and shortest digits: an exponent of at least two digits when the
 * decimal exponent is below -4 or at least 6, whatever the number of digits.
 *
 * @see Go `strconv/ftoa.go`: "if precision was the shortest possible, use precision 6 for this decision"
 */
export function exponentFloat(value: number, letter: 'e' | 'E'): string {
  const text = canonicalFloat(value)
  if (!/^-?[0-9]/.test(text) || value === 0) return text
  const { sign, digits, point } = decimalDigits(text)
  const exponent = point - 1
  if (exponent >= -4 && exponent < 6) return text
  const size = String(Math.abs(exponent)).padStart(2, '0')
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : ''
  return `${sign}${digits.slice(0, 1)}${fraction}${letter}${exponent < 0 ? '-' : '+'}${size}`
}

/** Read a float as Go's `strconv.ParseFloat` does; undefined when it is none or out of range. */
export function parseGoFloat(text: string): number | undefined {
  if (/^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$/.test(text)) {
    const value = Number(text)
    return Number.isFinite(value) ? value : undefined
  }
  if (/^nan$/i.test(text)) return Number.NaN
  const infinite = /^([+-]?)inf(inity)?$/i.exec(text)
  if (infinite === null) return undefined
  return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
}

/**
 * A float leaf that remembers how it was spelled, as far as that is safe.
 *
 * The spelling goes into the ciphertext only when it *starts with* the canonical one (`1.10`, `2.0`): sops seals the
 * canonical spelling again under the same IV when it saves the file, and then the two plaintexts must not differ where
 * they overlap. A spelling such as `1e3` is kept as `1000.0`: the same number, and still a float.
 *
 * @see docs/decisions/0004-float-spelling.md
 */
export function floatScalar(value: number, spelling: string): Omit<Scalar, 'place'> {
  const canonical = canonicalFloat(value)
  if (spelling === canonical) return { kind: 'scalar', type: 'float', value: canonical }
  if (spelling.startsWith(canonical) && /^[0-9.]+$/.test(spelling.slice(canonical.length))) {
    return { kind: 'scalar', type: 'float', value: canonical, exact: spelling }
  }
  const integral = /^-?[0-9]+$/.test(canonical)
  return { kind: 'scalar', type: 'float', value: canonical, ...(integral ? { exact: `${canonical}.0` } : {}) }
}

/**
 * The leaf that an opened value stands for.
 *
 * @param type - the `type:` of the sealed value, not authenticated
 * @param plaintext - what the ciphertext held
 * @throws FormatError `ERR_VALUE_FORMAT` when type and plaintext do not fit, or the type is unknown
 */
export function openedLeaf(type: string, plaintext: string): Leaf {
  switch (type) {
    case 'str':
      return scalar('str', plaintext)
    case 'comment':
      return { kind: 'comment', text: plaintext, inline: false }
    case 'int': {
      const value = canonicalInt(plaintext)
      if (value !== undefined) return scalar('int', value)
      break
    }
    case 'float': {
      const value = parseGoFloat(plaintext)
      if (value !== undefined) return scalar('float', canonicalFloat(value), plaintext)
      break
    }
    case 'bool':
      if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(plaintext)) return scalar('bool', TRUE)
      if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(plaintext)) return scalar('bool', FALSE)
      break
    case 'time': {
      const value = parseRfc3339(plaintext)
      if (value !== undefined) return scalar('time', value)
      break
    }
    default:
      throw new FormatError('ERR_VALUE_FORMAT', 'a sealed value has an unknown data type', {
        hint: 'the file was damaged or written by a newer program; restore it from git',
      })
  }
  throw new FormatError('ERR_VALUE_FORMAT', `a sealed value does not hold what its type says (${type})`, {
    hint: 'the type of a sealed value was changed by hand or by a merge; restore the line from git',
  })
}

function scalar(type: ScalarType, value: string, exact = value): Scalar {
  return exact === value ? { kind: 'scalar', type, value } : { kind: 'scalar', type, value, exact }
}
