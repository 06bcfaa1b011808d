import { type Dice, dice, fill } from '../credentials/draw.ts'

/** What changes from one run of a scenario to the next: names, forms, encodings. */
export interface Variant {
  readonly random: Dice
  /** Ends in no slash. */
  readonly folder: string
  readonly stem: string
  readonly format: Format
  readonly lines: Lines
  /** Whether the policy stands in the folder of the files instead of the root. */
  readonly isNested: boolean
  /** How the rule that counts is written. */
  readonly shape: Shape
  /** Whether a last rule matches everything. */
  readonly hasCatchAll: boolean
}

export const FORMATS = ['yaml', 'json', 'env', 'ini'] as const
export type Format = (typeof FORMATS)[number]
type Lines = 'lf' | 'crlf' | 'mark'
/** `second`: behind one that matches other files. */
type Shape = 'plain' | 'second' | 'groups' | 'any case'

const FOLDERS = ['secrets', 'deploy/prod', 'a b/c', 'geheim/прод', 'clusters/eu.west-1']
const STEMS = ['db', 'api keys', 'zugänge', 'values-prod', '.hidden', 'it’s']

export function variant(seed: number): Variant {
  const random = dice(seed * 7919 + 17)
  return {
    random,
    folder: random.pick(FOLDERS),
    stem: random.pick(STEMS),
    format: random.pick(FORMATS),
    lines: random.pick(['lf', 'lf', 'crlf', 'mark'] as const),
    isNested: random.below(3) === 0,
    hasCatchAll: random.below(2) === 0,
    shape: random.pick(['plain', 'second', 'groups', 'any case'] as const),
  }
}

const WORDS = ['winter', 'hummel', 'orchid', 'kaffee', 'bridge', 'sturm', 'walnut', 'piano', 'meadow', 'anchor']

/** What a person would choose. */
export function password({ random }: Variant): string {
  return `${random.pick(WORDS)}${random.pick(['-', '!', '_'])}${random.pick(WORDS)}${fill('{d3}', random)}`
}

/** Words that no scanner could take for a secret. */
export function words({ random }: Variant): string {
  return `${random.pick(WORDS)} ${random.pick(WORDS)} ${random.pick(WORDS)}`
}

/** Pairs in a format; the first two levels of maps where it has such. */
export function pairs(format: Format, values: Readonly<Record<string, string>>): string {
  const entries = Object.entries(values)
  if (format === 'json') return `${JSON.stringify({ app: values }, undefined, 2)}\n`
  if (format === 'yaml')
    return `app:\n${entries.map(([key, value]) => `    ${key}: ${JSON.stringify(value)}\n`).join('')}`
  const lines = entries.map(([key, value]) =>
    format === 'env' ? `${key.toUpperCase()}=${value}\n` : `${key} = ${value}\n`,
  )
  return `${format === 'ini' ? '[app]\n' : ''}${lines.join('')}`
}

/** A Kubernetes Secret, in YAML or JSON. */
export function secret(
  format: 'yaml' | 'json',
  field: 'data' | 'stringData',
  values: Readonly<Record<string, string>>,
) {
  const written = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      field === 'data' ? Buffer.from(value).toString('base64') : value,
    ]),
  )
  const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'app' }, type: 'Opaque', [field]: written }
  if (format === 'json') return `${JSON.stringify(body, undefined, 2)}\n`
  const leaves = Object.entries(written).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}\n`)
  return `apiVersion: v1\nkind: Secret\nmetadata:\n  name: app\ntype: Opaque\n${field}:\n${leaves.join('')}`
}

/** The text with the ends of lines and the mark of the variant. */
export function encoded({ lines }: Variant, text: string): string {
  if (lines === 'crlf') return text.replaceAll('\n', '\r\n')
  return lines === 'mark' ? `\ufeff${text}` : text
}
