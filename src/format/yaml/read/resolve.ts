import { FALSE, floatScalar, isInt64, parseGoFloat, TRUE } from '../../scalars.ts'
import { parseYamlTime } from '../../time.ts'
import type { NullNode, Scalar } from '../../tree.ts'

const NULL: NullNode = { kind: 'null' }

const NAMED = new Map<string, Scalar | NullNode>([
  ...['', '~', 'null', 'Null', 'NULL'].map((name): [string, NullNode] => [name, NULL]),
  ...['true', 'True', 'TRUE'].map((name): [string, Scalar] => [name, scalar('bool', TRUE)]),
  ...['false', 'False', 'FALSE'].map((name): [string, Scalar] => [name, scalar('bool', FALSE)]),
  ...['.nan', '.NaN', '.NAN'].map((name): [string, Scalar] => [name, scalar('float', 'NaN')]),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((name): [string, Scalar] => [
    name,
    scalar('float', '+Inf'),
  ]),
  ...['-.inf', '-.Inf', '-.INF'].map((name): [string, Scalar] => [name, scalar('float', '-Inf')]),
])

const LONGEST_NAME = Math.max(...[...NAMED.keys()].map((name) => name.length))

/** An integer of 2^63 to 2^64-1: go-yaml reads it, sops has no type for it. */
export const UINT64 = 'uint64'

export type Resolved = Scalar | NullNode | typeof UINT64

function scalar(type: Scalar['type'], value: string): Scalar {
  return { kind: 'scalar', type, value }
}

/**
 * The value of a plain scalar without a tag, as go-yaml v3 resolves it: a mixture of YAML 1.1 and 1.2.
 *
 * @param times - whether timestamps are looked for; not where a tag says that the scalar is something else
 */
export function resolvePlain(text: string, times = true): Resolved {
  return resolveUnlessText(text, times) ?? scalar('str', text)
}

/** As {@link resolvePlain}; undefined for a string. */
export function resolveUnlessText(text: string, times = true): Resolved | undefined {
  const first = text.charCodeAt(0)
  const isNumber = (first >= 0x30 && first <= 0x39) || first === 0x2b || first === 0x2d // digit, sign
  if (isNumber) return (times ? resolveTime(text) : undefined) ?? NAMED.get(text) ?? resolveNumber(text)
  // to look a long text up would be to hash it
  const named = text.length > LONGEST_NAME ? undefined : NAMED.get(text)
  return named ?? (first === 0x2e ? resolvePoint(text) : undefined)
}

function resolveTime(text: string): Scalar | undefined {
  const value = parseYamlTime(text)
  return value === undefined ? undefined : scalar('time', value)
}

function resolveNumber(text: string): Resolved | undefined {
  const digits = text.includes('_') ? text.replaceAll('_', '') : text
  const integer = parseInteger(digits)
  if (integer !== undefined) {
    if (isInt64(integer)) return scalar('int', String(integer))
    if (integer >= 0n && integer < 2n ** 64n && !digits.startsWith('+')) return UINT64
  }
  return resolveFloat(digits, text)
}

/**
 * Go's `strconv.ParseInt` with base 0: `0x`, `0o`, `0b` in either case, and a leading 0 for octal. go-yaml also takes a
 * sign behind `0b` and `0o`.
 */
function parseInteger(text: string): bigint | undefined {
  const match = /^([+-]?)(?:(0|[1-9][0-9]*)|0([0-7]+)|0[oO]([0-7]+)|0[xX]([0-9a-fA-F]+)|0[bB]([01]+))$/.exec(text)
  if (match === null)
    return /^0[bo][+-]/.test(text) ? parseInteger(text.slice(2, 3) + text.slice(0, 2) + text.slice(3)) : undefined
  // 64 binary digits are the longest that can fit; leading zeros may stand before any number of them
  if (text.replace(/^[+-]?0+/, '').length > 66) return undefined
  const [, sign, decimal, octal = match[4], , hex, binary] = match
  const digits = decimal ?? (octal !== undefined ? `0o${octal}` : hex !== undefined ? `0x${hex}` : `0b${binary}`)
  const value = BigInt(digits)
  return sign === '-' ? -value : value
}

/** Behind a leading point, an underscore counts only between two digits: this goes to Go's own parser as it is. */
function resolvePoint(text: string): Scalar | undefined {
  return /_(?![0-9])|[^0-9]_/.test(text) ? undefined : resolveFloat(text.replaceAll('_', ''), text)
}

function resolveFloat(digits: string, spelling: string): Scalar | undefined {
  if (!/^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/.test(digits)) return undefined
  const value = parseGoFloat(digits)
  return value === undefined ? undefined : floatScalar(value, spelling)
}

/** The value of a scalar with a tag of the YAML core; undefined when the text does not fit the tag. */
export function resolveTagged(
  text: string,
  tag: 'bool' | 'int' | 'float' | 'null' | 'timestamp',
): Resolved | undefined {
  const found = resolvePlain(text, tag === 'timestamp')
  if (found === UINT64) return tag === 'int' ? found : undefined
  if (found.kind === 'null') return tag === 'null' ? found : undefined
  if (tag === 'timestamp') return found.type === 'time' ? found : undefined
  // without the tag, only a decimal point tells that it is a float
  if (tag === 'float' && found.type === 'int') return floatScalar(Number(found.value), `${Number(found.value)}.0`)
  return found.type === tag ? found : undefined
}
