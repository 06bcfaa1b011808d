import { exponentFloat } from '../scalars.ts'
import type { Scalar } from '../tree.ts'
import {
  analyseStyle,
  asciiQuoted,
  doubleQuoted,
  isPlainString,
  singleQuoted,
  sopsDoubleQuoted,
  sopsStyle,
} from './scalar-style.ts'

/**
 * How a scalar is spelled on one line, by number. Sealing notes the number in the way the `ENC[…]` text is quoted
 * (see {@link sealedSpelling}), opening writes the value in that spelling again: `0x1F` comes back as `0x1F` although
 * SOPS carries only the number 31. Spelling 0 is sops's own.
 *
 * @see docs/decisions/0003-style-of-sealed-scalars.md
 */
type Spelling = (scalar: Scalar, context: SpellingContext) => string | undefined

export interface SpellingContext {
  readonly flow: boolean
  /** A tag that stays in front of the scalar makes it a string, whatever it looks like. */
  readonly tagged: boolean
}

/** What a plain scalar in a flow collection cannot hold. A colon it can (`http://…`), though sops never writes it so. */
const ENDS_FLOW_PLAIN = /^[?:]|[,?[\]{}]|:$/

const STRING: readonly Spelling[] = [
  (scalar, context) => sopsSpelling(scalar, context),
  ({ value }) => (analyseStyle(value, true).single ? singleQuoted(value) : undefined),
  ({ value }) => doubleQuoted(value),
  ({ value }, { flow, tagged }) => {
    const isReadable = analyseStyle(value, true).blockPlain && !(flow && ENDS_FLOW_PLAIN.test(value))
    return isReadable && (tagged || isPlainString(value)) ? value : undefined
  },
  ({ value }) => asciiQuoted(value),
]

const BOOL: readonly Spelling[] = [
  (scalar) => scalar.value.toLowerCase(),
  (scalar) => scalar.value,
  (scalar) => scalar.value.toUpperCase(),
]

const INT: readonly Spelling[] = [
  (scalar) => scalar.value,
  (scalar) => radix(scalar, 16, '0x'),
  (scalar) => radix(scalar, 16, '0x')?.toUpperCase().replace('X', 'x'),
  (scalar) => radix(scalar, 8, '0'),
  (scalar) => radix(scalar, 8, '0o'),
  // as umasks are written
  ({ value }) => (value.startsWith('-') ? undefined : BigInt(value).toString(8).padStart(4, '0')),
]

const FLOAT: readonly Spelling[] = [
  (scalar) => floatText(scalar),
  (scalar) => otherFloatText(floatText(scalar)),
  (scalar) => compactExponent(scalar, 'e'),
  (scalar) => compactExponent(scalar, 'E'),
  (scalar) => compactExponent(scalar, 'e')?.replace(/e(?=[0-9])/, 'e+'),
]

const TIME: readonly Spelling[] = [
  (scalar) => scalar.value,
  ({ value }) => (value.endsWith('T00:00:00Z') ? value.slice(0, 10) : undefined),
  ({ value }) => (value.endsWith('Z') ? value.slice(0, -1).replace('T', ' ') : undefined),
]

const SPELLINGS_OF: Record<Scalar['type'], readonly Spelling[]> = {
  str: STRING,
  bool: BOOL,
  int: INT,
  float: FLOAT,
  time: TIME,
}

/** The scalar in spelling `number`; in sops's own when there is no such spelling of it. */
export function spell(scalar: Scalar, number: number, context: SpellingContext): string {
  return SPELLINGS_OF[scalar.type][number]?.(scalar, context) ?? sopsSpelling(scalar, context)
}

/** The number of the spelling that `written` is; 0 when it is none of them, and then only the value will come back. */
export function spellingOf(scalar: Scalar, written: string, context: SpellingContext): number {
  const spellings = SPELLINGS_OF[scalar.type]
  // the quotes of a string say which one to try first
  const quoted = scalar.type === 'str' ? (written.startsWith("'") ? 1 : written.startsWith('"') ? 2 : 0) : 0
  for (const number of [quoted, 0, 1, 2, 3, 4, 5]) if (spellings[number]?.(scalar, context) === written) return number
  return quoted
}

/** One line as sops writes it. Strings that need a block are double-quoted here. */
export function sopsSpelling(scalar: Scalar, { flow, tagged }: SpellingContext): string {
  const { type, value } = scalar
  switch (type) {
    case 'str': {
      if (tagged && analyseStyle(value, true)[flow ? 'flowPlain' : 'blockPlain']) return value
      const style = sopsStyle(value, flow)
      return style === 'plain' ? value : style === 'single' ? singleQuoted(value) : sopsDoubleQuoted(value)
    }
    case 'bool':
      return value.toLowerCase()
    case 'float':
      return goFloat(scalar)
    default:
      return value
  }
}

/** As go-yaml writes it, but a float that was spelled as one does not turn into an integer: `1.0`. */
function goFloat(scalar: Scalar): string {
  const text = floatText({ kind: 'scalar', type: 'float', value: scalar.value })
  return scalar.exact !== undefined && /^-?[0-9]+$/.test(text) ? `${text}.0` : text
}

function floatText({ value, exact }: Scalar): string {
  if (exact !== undefined && exact !== value) return exact
  switch (value) {
    case 'NaN':
      return '.nan'
    case '+Inf':
      return '.inf'
    case '-Inf':
      return '-.inf'
    case '-0':
      // sops writes -0, which is the integer 0
      return '-0.0'
    default:
      return exponentFloat(Number(value), 'e')
  }
}

/** `.5` for `0.5`, `.Inf`, `.NaN`. */
function otherFloatText(text: string): string {
  return /^-?0\.[0-9]/.test(text) ? text.replace('0', '') : text.replace('inf', 'Inf').replace('nan', 'NaN')
}

/** `1e6`, `2.5e-8`: the exponent as people write it. */
function compactExponent({ value }: Scalar, letter: 'e' | 'E'): string | undefined {
  const match = /^(-?[0-9])(?:\.([0-9]+))?e([+-][0-9]+)$/.exec(Number(value).toExponential())
  if (match === null) return undefined
  const fraction = match[2] === undefined ? '' : `.${match[2]}`
  return `${match[1]}${fraction}${letter}${Number(match[3])}`
}

function radix({ value }: Scalar, base: 8 | 16, prefix: string): string | undefined {
  return value.startsWith('-') ? undefined : prefix + BigInt(value).toString(base)
}

/**
 * Quotes around a sealed value, by spelling number. The closing bracket may be escaped: every reader of YAML undoes it.
 * In a flow collection a plain `ENC[…]` is not possible, so the numbers move.
 */
export function sealedSpelling(sealed: string, number: number, flow: boolean): string {
  const body = sealed.slice(0, -1)
  switch (number) {
    case 0:
      return flow ? `'${sealed}'` : sealed
    case 1:
      return flow ? `"${body}\\u005D"` : `'${sealed}'`
    case 2:
      return `"${sealed}"`
    case 3:
      return `"${body}\\x5D"`
    case 4:
      return `"${body}\\x5d"`
    default:
      return `"${body}\\u005d"`
  }
}

/** The spelling number that a sealed value carries; inverse of {@link sealedSpelling}. */
export function sealedSpellingNumber(written: string, flow: boolean): number {
  if (written.startsWith("'")) return flow ? 0 : 1
  if (!written.startsWith('"')) return 0
  if (written.endsWith('\\u005D"')) return 1
  if (written.endsWith('\\u005d"')) return 5
  if (written.endsWith('\\x5D"')) return 3
  return written.endsWith('\\x5d"') ? 4 : 2
}
