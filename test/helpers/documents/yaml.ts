import fc from 'fast-check'
import { anyQuoted, seldom } from './text.ts'
import { YamlText } from './yaml-text.ts'

/** A comment line or a blank one. */
export type Trivia = { readonly comment: string; readonly shift: number } | { readonly blank: string }

export interface Entry {
  readonly above: readonly Trivia[]
  /** One of {@link KEYS}; a number makes it unique. */
  readonly key: number
  readonly value: Value
}

export interface Item {
  readonly above: readonly Trivia[]
  readonly value: Value
}

export type Value = ValueKind & { readonly anchor?: boolean; readonly inline?: string | undefined }
type ValueKind =
  | { readonly kind: 'scalar'; readonly text: string }
  /** A plain or quoted scalar over several lines. */
  | { readonly kind: 'lines'; readonly quote: '' | '"' | "'"; readonly parts: readonly string[] }
  | { readonly kind: 'block'; readonly header: string; readonly lines: readonly string[] }
  | { readonly kind: 'map'; readonly step: number; readonly entries: readonly Entry[] }
  | { readonly kind: 'list'; readonly step: number; readonly items: readonly Item[] }
  | { readonly kind: 'flow-map'; readonly separator: string; readonly entries: readonly (readonly [number, Value])[] }
  | { readonly kind: 'flow-list'; readonly separator: string; readonly items: readonly Value[] }
  /** Repeats one of the anchors before it, if there is one. */
  | { readonly kind: 'alias'; readonly back: number }

export interface Document {
  readonly marker: string
  readonly entries: readonly Entry[]
  readonly below: readonly Trivia[]
}

export interface YamlFile {
  readonly documents: readonly Document[]
  readonly lineBreak: '\n' | '\r\n'
  readonly bom: boolean
  readonly ended: boolean
}

/** Every kind of scalar that fits one line, in every spelling. */
const SCALARS = [
  ...['x', 'two words', 'a#b', 'http://x:y/z?q=1', '12:30', '-a', '?a', ':a', 'a]b', 'ключ', '你好', '🔐', 'é'],
  ...['0', '1', '-1', '+5', '007', '0o17', '0x1F', '0XfF', '0b11', '1_000', '9007199254740993', '9223372036854775807'],
  ...['-9223372036854775808', '08', '1.5', '1.50', '.5', '-.5', '5.', '1e3', '1.0e+3', '1e-7', '123456789.5', '-0.0'],
  ...['.inf', '-.INF', '+.Inf', '.NaN', '1e400', '0.1e-320', '12345678901234567890123'],
  ...['true', 'True', 'FALSE', 'yes', 'on', 'N', '~', 'null', 'NULL', ''],
  ...[
    '2024-01-02',
    '2024-1-2',
    '2024-01-02T03:04:05Z',
    '2024-01-02t03:04:05.120+02:00',
    '2024-01-02 03:04:05',
    '24-1-2',
  ],
  ...[
    '"q"',
    '"a\\nb"',
    '"\\t tab"',
    '"\\u00e9\\x41"',
    '"\\0\\a\\e"',
    '"🔐"',
    '"\\U0001F510"',
    '"\\u2028"',
    '"a \\" b \\\\"',
  ],
  ...['"# no comment"', '"a: b"', '"42"', '"true"', '"~"', '""', '" "', '"  two  "', '"\\ufeffbom"', '"\\N\\_\\L\\P"'],
  ...["'q'", "'it''s'", "'42'", "''", "' '", "'# no'", "'a: b'", "'\\n'", "'2024-01-02'"],
  ...['!!str 5', '!!int "7"', '!!float 5', '!!binary aGk=', '!!bool "true"', '!own 5', '!own text', '! 5', '!!str'],
  ...['!!timestamp "2024-01-02"', '!Ref Name', '!Sub "x-$A"'],
  ...['ENC[AES256_GCM,data:,iv:,tag:,type:str]', '{{ .Values.x }}'.replace(/^/, "'").replace(/$/, "'")],
] as const
/** Of these, those that may stand in a flow collection. */
const FLOW_SCALARS = SCALARS.filter((text) => !/^(?![!"']).*[[\]{},?]|^[?:]|^!!str$|^$/.test(text))

const COMMENTS = [
  ' c',
  'no space',
  '',
  '# two',
  ' seal',
  ' clear',
  ' key: value',
  ' - item',
  ' [x',
  " 'quote",
  ' größe 🔐',
  '!',
]

/** What makes keys special; the selectors below look for some of them. */
const KEYS: readonly ((number: number) => string)[] = [
  (number) => `k${number}`,
  (number) => `data${number}`,
  (number) => `k${number}_unencrypted`,
  (number) => `k${number}_enc`,
  (number) => `"q ${number}"`,
  (number) => `'s''${number}'`,
  (number) => `two words ${number}`,
  (number) => `"a:b${number}"`,
  (number) => `é${number}`,
  (number) => `"\\u00e9🔐${number}"`,
  (number) => `"${number}"`,
  (number) => `'true${number}'`,
  (number) => `a.b/c${number}`,
  (number) => `x${number}:y`,
  // at most once in a mapping
  () => '__proto__',
  () => 'constructor',
  () => '"toString"',
  () => '""',
  () => "' '",
  () => '"say \\"hi\\""',
  () => 'ключ',
  // rare, since the comments around it cannot be compared
  () => '"\\n"',
]

const trivia: fc.Arbitrary<Trivia> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ comment: fc.constantFrom(...COMMENTS), shift: fc.constantFrom(0, 0, 0, 2, -2, -99, 1) }),
  },
  { weight: 1, arbitrary: fc.record({ blank: fc.constantFrom('', '', '  ') }) },
)
const above = fc.oneof(
  { weight: 3, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.array(trivia, { minLength: 1, maxLength: 3 }) },
)
const inline = seldom(fc.constantFrom(...COMMENTS), undefined, 4)
const key = fc.oneof(
  { weight: 100, arbitrary: fc.nat({ max: KEYS.length - 2 }) },
  { weight: 1, arbitrary: fc.constant(KEYS.length - 1) },
)

const scalar = fc
  .oneof({ weight: 5, arbitrary: fc.constantFrom(...SCALARS) }, { weight: 1, arbitrary: anyQuoted })
  .map((text) => ({ kind: 'scalar' as const, text }))
const flowScalar = fc
  .oneof({ weight: 5, arbitrary: fc.constantFrom(...FLOW_SCALARS) }, { weight: 1, arbitrary: anyQuoted })
  .map((text) => ({ kind: 'scalar' as const, text }))

const words = fc.constantFrom('a', 'two words', 'é🔐', 'x')
const lines = fc.record({
  kind: fc.constant('lines' as const),
  quote: fc.constantFrom('' as const, '"' as const, "'" as const),
  parts: fc.array(fc.oneof({ weight: 4, arbitrary: words }, fc.constant('')), { minLength: 2, maxLength: 4 }),
})
const block = fc.record({
  kind: fc.constant('block' as const),
  header: fc.constantFrom('|', '|-', '|+', '>', '>-', '>+', '|2', '| # of the block', '>2-'),
  lines: fc
    .tuple(
      // its indentation is that of the whole
      fc.constantFrom('a', 'k: v', '# no comment', "it's 🔐", '- x'),
      fc.array(fc.constantFrom('b', '  more', '# no comment', '', '\ttab', 'end  ', '   '), { maxLength: 3 }),
    )
    .map(([first, more]) => [first, ...more]),
})

const { value } = fc.letrec<{ value: Value; flow: Value; map: Value; list: Value; flowMap: Value; flowList: Value }>(
  (tie) => {
    const entries = fc.array(fc.record({ above, key, value: tie('value') }), { minLength: 1, maxLength: 4 })
    const items = fc.array(fc.record({ above, value: tie('value') }), { minLength: 1, maxLength: 4 })
    const alias = fc.record({ kind: fc.constant('alias' as const), back: fc.nat({ max: 3 }) })
    const separator = fc.constantFrom(', ', ',', ',\n', ' ,', ', # in flow\n')
    return {
      map: fc.record({ kind: fc.constant('map' as const), step: fc.constantFrom(2, 4, 1, 3), entries }),
      list: fc.record({ kind: fc.constant('list' as const), step: fc.constantFrom(2, 0, 4, 1), items }),
      flowMap: fc.record({
        kind: fc.constant('flow-map' as const),
        separator,
        entries: fc.array(fc.tuple(key, tie('flow')), { maxLength: 3 }),
      }),
      flowList: fc.record({
        kind: fc.constant('flow-list' as const),
        separator,
        items: fc.array(tie('flow'), { maxLength: 3 }),
      }),
      flow: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        { weight: 4, arbitrary: flowScalar },
        { weight: 1, arbitrary: tie('flowMap') },
        { weight: 1, arbitrary: tie('flowList') },
      ),
      value: fc
        .tuple(
          fc.oneof(
            { depthSize: 'small', withCrossShrink: true },
            { weight: 8, arbitrary: scalar },
            { weight: 1, arbitrary: lines },
            { weight: 1, arbitrary: block },
            { weight: 1, arbitrary: alias },
            { weight: 1, arbitrary: tie('flowMap') },
            { weight: 1, arbitrary: tie('flowList') },
            { weight: 4, arbitrary: tie('map') },
            { weight: 4, arbitrary: tie('list') },
          ),
          seldom(fc.constant(true), false, 8),
          inline,
        )
        .map(([kind, anchor, comment]) => ({ ...kind, anchor, inline: comment })),
    }
  },
)

const document: fc.Arbitrary<Document> = fc.record({
  marker: fc.constantFrom('---', '--- # first line', '...\n---', '# between\n---'),
  entries: fc.array(fc.record({ above, key, value }), { minLength: 1, maxLength: 5 }),
  below: above,
})

const file: fc.Arbitrary<YamlFile> = fc.record({
  documents: fc.oneof(
    { weight: 5, arbitrary: fc.array(document, { minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.array(document, { minLength: 2, maxLength: 3 }) },
  ),
  lineBreak: fc.constantFrom('\n' as const, '\n' as const, '\n' as const, '\r\n' as const),
  bom: seldom(fc.constant(true), false, 20),
  ended: seldom(fc.constant(false), true, 10),
})

/** YAML texts that sops can read: every kind of scalar, collection and comment, at every place. */
export function yamlTexts(): fc.Arbitrary<string> {
  return file.map((model) => new YamlText(model, KEYS).text)
}
