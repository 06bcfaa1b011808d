import fc from 'fast-check'
import { anyQuoted } from './text.ts'

/** Integers that do not fit 64 bits: sops makes floats of them, bulla refuses to seal them. */
const BEYOND_64_BITS = ['9223372036854775808', '-9223372036854775809', '12345678901234567890123'] as const

/** Whether a generated text holds an integer that bulla does not seal. */
export function hasIntegerBeyond64Bits(text: string): boolean {
  return BEYOND_64_BITS.some((digits) => text.includes(digits))
}

const NUMBERS = [
  ...['0', '-0', '1', '-1', '9007199254740993', '9223372036854775807', '-9223372036854775808'],
  ...['1.0', '1.50', '-0.0', '0.1', '1e3', '1E+02', '-1.5e-7', '1e21', '1e20', '100000000000000000000.0', '0e0'],
  ...['5e-324', '1e-400', '2.2250738585072014e-308', '1.7976931348623157e308', '123456789.123456789'],
] as const

/** Strings in every spelling, and those that another format would not take for strings. */
const STRINGS = [
  ...['""', '"x"', '" two  words "', '"ключ"', '"你好"', '"🔐"', '"\\ud83d\\udd10"', '"\\u00e9"', '"é"', '"e\\u0301"'],
  ...[
    '"\\"\\\\\\/\\b\\f\\n\\r\\t"',
    '"/"',
    '"<a href=\'x\'>&amp;</a>"',
    '"\\u003ca\\u003E"',
    '"\\u2028\\u2029"',
    '"\u2028"',
  ],
  ...['"\\u0000"', '"\\u001F"', '"\x7f"', '"\\ufeff"', '"\ufeff"', '"\uffff"', '"line\\nline\\n"'],
  ...['"true"', '"null"', '"5"', '"2024-01-02T03:04:05Z"', '"# no comment"', '"// no comment"', '"{}"'],
  ...['"ENC[AES256_GCM,data:,iv:,tag:,type:str]"', '"ENC[AES256_GCM,data:YQ==,iv:YQ==,tag:YQ==,type:str]"'],
] as const

/** What makes keys special; the selectors look for some of them. Keys may come twice. */
const KEYS = [
  ...[
    '"k1"',
    '"k2"',
    '"a"',
    '"data"',
    '"data_enc"',
    '"k_unencrypted"',
    '"x_enc"',
    '"b"',
    '"c"',
    '"d"',
    '"é"',
    '"\\u00e9"',
  ],
  ...['""', '" "', '"two words"', '"a:b"', '"a.b/c"', '"q \\"x\\""', '"it\'s"', '"\\n"', '"\\\\"', '"🔐"', '"ключ"'],
  ...[
    '"__proto__"',
    '"constructor"',
    '"toString"',
    '"hasOwnProperty"',
    '"0"',
    '"1"',
    '"-1"',
    '"true"',
    '"null"',
    '"<b>"',
  ],
] as const
const BELOW_ROOT = [...KEYS, '"sops"', '"mac"'] as const

const space = fc.constantFrom('', '', '', ' ', '\n', '\n\t', '\r\n  ', '\t ')

/** The signs of a collection with white space around them. */
const layout = fc.record({ open: space, before: space, behind: space, close: space })

function collection(
  [open, close]: readonly [string, string],
  parts: fc.Arbitrary<readonly string[]>,
): fc.Arbitrary<string> {
  return fc
    .tuple(parts, layout)
    .map(([texts, at]) => `${open}${at.open}${texts.join(`${at.before},${at.behind}`)}${at.close}${close}`)
}

function members(keys: readonly string[], value: fc.Arbitrary<string>, minLength = 0): fc.Arbitrary<string[]> {
  const member = fc
    .tuple(fc.constantFrom(...keys), space, space, value)
    .map(([key, before, behind, text]) => `${key}${before}:${behind}${text}`)
  return fc.array(member, { minLength, maxLength: 5 })
}

const scalar = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom<string>(...NUMBERS) },
  { weight: 8, arbitrary: fc.constantFrom<string>(...STRINGS) },
  { weight: 4, arbitrary: fc.constantFrom('true', 'false', 'null') },
  { weight: 4, arbitrary: anyQuoted },
  { weight: 2, arbitrary: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String) },
  { weight: 2, arbitrary: fc.double({ noDefaultInfinity: true, noNaN: true }).map(String) },
  { weight: 1, arbitrary: fc.constantFrom<string>(...BEYOND_64_BITS) },
)

const { value } = fc.letrec<{ value: string; object: string; list: string }>((tie) => ({
  object: collection(['{', '}'], members(BELOW_ROOT, tie('value'))),
  list: collection(['[', ']'], fc.array(tie('value'), { maxLength: 4 })),
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 4, arbitrary: scalar },
    { weight: 1, arbitrary: tie('object') },
    { weight: 1, arbitrary: tie('list') },
  ),
}))

/** JSON texts that sops can read: every kind of value, keys twice, any white space. */
export function jsonTexts(): fc.Arbitrary<string> {
  const full = collection(['{', '}'], members(KEYS, value, 1))
  const root = fc.oneof({ weight: 20, arbitrary: full }, { weight: 1, arbitrary: fc.constantFrom('{}', '{ \n}') })
  return fc.tuple(space, root, fc.constantFrom('', '\n', '\n', '\r\n\n')).map((parts) => parts.join(''))
}
