import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  canonicalFloat,
  canonicalInt,
  exponentFloat,
  floatScalar,
  isInt64,
  openedLeaf,
  parseGoFloat,
} from '../../../src/format/scalars.ts'
import { expectNoSecret, MARKER } from '../../helpers/canary.ts'
import { failure } from '../../helpers/failure.ts'
import { runs } from '../../helpers/runs.ts'

describe('an integer', () => {
  it.each([
    ['0', '0'],
    ['-0', '0'],
    ['+7', '7'],
    ['007', '7'],
    ['-000000000000000000000000', '0'],
    ['0000000000000000000000012', '12'],
    ['9223372036854775807', '9223372036854775807'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['+9223372036854775807', '9223372036854775807'],
  ])('%s is read as Go reads it', (text, value) => {
    expect(canonicalInt(text)).toBe(value)
  })

  it.each([
    '',
    '-',
    '+-1',
    '1.0',
    '1e3',
    '0x1',
    '1_0',
    ' 1',
    '9223372036854775808',
    '-9223372036854775809',
    '9'.repeat(1_000_000),
  ])('is not %.25s', (text) => {
    expect(canonicalInt(text)).toBeUndefined()
  })

  it('has 64 bits', () => {
    expect(isInt64(2n ** 63n - 1n) && isInt64(-(2n ** 63n))).toBe(true)
    expect(isInt64(2n ** 63n) || isInt64(-(2n ** 63n) - 1n)).toBe(false)
  })
})

/** Recorded from Go 1.26: formats f, g and G with shortest digits. */
const FLOATS: readonly (readonly [number, string, string])[] = [
  [0, '0', '0'],
  [-0, '-0', '-0'],
  [1, '1', '1'],
  [100000, '100000', '100000'],
  [1000000, '1000000', '1e+06'],
  [1234567, '1234567', '1.234567e+06'],
  [0.0001, '0.0001', '0.0001'],
  [0.00001, '0.00001', '1e-05'],
  [-0.000015, '-0.000015', '-1.5e-05'],
  [1e21, '1000000000000000000000', '1e+21'],
  [1.5e-7, '0.00000015', '1.5e-07'],
  [5e-324, `0.${'0'.repeat(323)}5`, '5e-324'],
  [1.7976931348623157e308, `17976931348623157${'0'.repeat(292)}`, '1.7976931348623157e+308'],
  [Number.NaN, 'NaN', 'NaN'],
  [Number.POSITIVE_INFINITY, '+Inf', '+Inf'],
  [Number.NEGATIVE_INFINITY, '-Inf', '-Inf'],
]

describe('a float', () => {
  it.each(FLOATS)('%d has the spellings of Go', (value, plain, exponent) => {
    expect(canonicalFloat(value)).toBe(plain)
    expect(exponentFloat(value, 'e')).toBe(exponent)
    expect(exponentFloat(value, 'E')).toBe(exponent.replace('e', 'E'))
  })

  it('is the same number in every spelling', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(parseGoFloat(canonicalFloat(value))).toBe(value)
        expect(parseGoFloat(exponentFloat(value, 'e'))).toBe(value)
        expect(/e/i.test(canonicalFloat(value)) && Number.isFinite(value)).toBe(false)
      }),
      runs(300),
    )
  })

  it.each([
    ['.5', 0.5],
    ['5.', 5],
    ['+1E3', 1000],
    ['nan', Number.NaN],
    ['inf', Number.POSITIVE_INFINITY],
    ['+Infinity', Number.POSITIVE_INFINITY],
    ['-INF', Number.NEGATIVE_INFINITY],
    ['1e-400', 0],
  ])('%s is read as Go reads it', (text, value) => {
    expect(parseGoFloat(text)).toBe(value)
  })

  it.each(['', '.', 'e5', '1e', '--1', '1e400', '-1e400', '+nan', ' 1', '1 ', '0x', 'infin'])('%j is none', (text) => {
    expect(parseGoFloat(text)).toBeUndefined()
  })

  it.each([
    [1.1, '1.1', undefined],
    [1.1, '1.10', '1.10'],
    [2, '2.0', '2.0'],
    [2, '2', undefined],
    [1000, '1e3', '1000.0'],
    [-0, '-0.0', '-0.0'],
    [0.5, '5e-1', undefined],
    [0.5, '+.5', undefined],
    [1000000, '1_000_000.0', '1000000.0'],
  ])('%d spelled %s remembers what is safe to seal', (value, spelling, exact) => {
    expect(floatScalar(value, spelling).exact).toBe(exact)
  })

  it('is sealed as a text that starts with its canonical spelling, and is the same number', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.constantFrom('', '0', '.0', '.00', 'e0'),
        (value, tail) => {
          fc.pre(Number(`${value}${tail}`) === value)
          const scalar = floatScalar(value, `${value}${tail}`)
          const sealed = scalar.exact ?? scalar.value
          expect(sealed.startsWith(scalar.value)).toBe(true)
          expect(Number(sealed)).toBe(Number(scalar.value))
        },
      ),
      runs(200),
    )
  })
})

describe('an opened value', () => {
  it.each([
    ['str', ' x\n', { kind: 'scalar', type: 'str', value: ' x\n' }],
    ['comment', ' c', { kind: 'comment', text: ' c', inline: false }],
    ['int', '-5', { kind: 'scalar', type: 'int', value: '-5' }],
    ['float', '1.10', { kind: 'scalar', type: 'float', value: '1.1', exact: '1.10' }],
    ['float', '1.1', { kind: 'scalar', type: 'float', value: '1.1' }],
    ['float', 'NaN', { kind: 'scalar', type: 'float', value: 'NaN' }],
    ['bool', 'T', { kind: 'scalar', type: 'bool', value: 'True' }],
    ['bool', 'false', { kind: 'scalar', type: 'bool', value: 'False' }],
    ['time', '2026-01-02T03:04:05.50+00:00', { kind: 'scalar', type: 'time', value: '2026-01-02T03:04:05.5Z' }],
  ])('of type %s from %j is a leaf', (type, plaintext, leaf) => {
    expect(openedLeaf(type, plaintext)).toEqual(leaf)
  })

  it.each([
    ['int', '5.0'],
    ['int', '9223372036854775808'],
    ['float', 'x'],
    ['bool', 'yes'],
    ['time', '2026-01-02'],
    ['bytes', 'x'],
    ['str]', 'x'],
  ])('of type %s from %j is refused', (type, plaintext) => {
    expect(failure(() => openedLeaf(type, plaintext)).code).toBe('ERR_VALUE_FORMAT')
  })

  it('is not shown when it is refused', () => {
    const error = failure(() => openedLeaf('int', `${MARKER}-secret`))
    expect(error.code).toBe('ERR_VALUE_FORMAT')
    expectNoSecret(error)
  })
})
