import { canonicalFloat } from '../scalars.ts'
import type { Scalar } from '../tree.ts'

const JSON_NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/

/**
 * A float as sops writes it into JSON: an exponent below 1e-6 and from 1e21, as JavaScript; undefined for NaN, ±Inf.
 * But not `-0`, which reads as an integer and so loses its sign.
 */
export function jsonFloat(canonical: string): string | undefined {
  if (canonical === '-0') return '-0.0'
  const value = Number(canonical)
  return Number.isFinite(value) && canonical !== '' ? String(value) : undefined
}

/**
 * Spellings of one number that programs are known to write. The index of a spelling is its slot, see `slots.ts`: the
 * order is part of the file format that bulla writes. Empty when JSON has no word for the number.
 */
export function numberSpellings(number: Scalar): readonly string[] {
  if (number.type === 'int') return number.value === '0' ? ['0', '-0'] : [number.value]
  const canonical = jsonFloat(number.value)
  if (canonical === undefined) return []
  const exact = number.exact !== undefined && JSON_NUMBER.test(number.exact) ? number.exact : canonical
  const { mantissa, exponent } = scientific(Number(number.value))
  const signed = (width: number): string =>
    `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(width, '0')}`
  const withPoint = mantissa.includes('.') ? mantissa : `${mantissa}.0`
  return [
    exact,
    `${mantissa}e${exponent}`,
    `${mantissa}E${exponent}`,
    `${mantissa}e${signed(2)}`,
    `${mantissa}E${signed(2)}`,
    `${withPoint}E${exponent}`,
    canonicalFloat(Number(number.value)),
    `${mantissa}e${signed(1)}`,
    `${withPoint}e${exponent}`,
  ]
}

function scientific(value: number): { mantissa: string; exponent: number } {
  const [mantissa = '0', exponent = '0'] = value.toExponential().split('e')
  return { mantissa: Object.is(value, -0) ? '-0' : mantissa, exponent: Number(exponent) }
}
