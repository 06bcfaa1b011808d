import fc from 'fast-check'
import { seldom } from './text.ts'

const SECTIONS = [
  ...[
    's',
    'data',
    'k',
    'x_enc',
    'x_unencrypted',
    'DEFAULT',
    'é',
    'ключ 🔐',
    'two words',
    ' padded ',
    'a.b',
    'a]b',
    '"q"',
  ],
  ...['__proto__', 'constructor', 'toString', 'SOPS', '0', '#s', 'a=b'],
] as const

/** Keys; one may not come twice in a section, so a number makes most of them unique. */
const KEYS: readonly ((number: number) => string)[] = [
  (number) => `k${number}`,
  (number) => `data${number}`,
  (number) => `k${number}_unencrypted`,
  (number) => `k${number}_enc`,
  (number) => `two words ${number}`,
  (number) => `é${number}`,
  (number) => `ключ🔐${number}`,
  (number) => `a.b[${number}]`,
  (number) => `it's${number}`,
  (number) => `"a=b${number}"`,
  (number) => `\`a:b${number}\``,
  (number) => `${number}`,
  () => '__proto__',
  () => 'constructor',
  () => 'toString',
  // rare, since sops loses what it writes of them
  (number) => `\`# ${number}\``,
  () => '-',
]

/** Values on one line, behind which a comment can stand. */
const VALUES = [
  ...['x', 'two words', 'a=b', 'a:b', '[x]', 'é 🔐', 'ключ', "it's", 'a"b', '"a" b', '%(k)s', '$A', 'C:\\dir', '\\n'],
  ...['5', '-0', '1.50', '9223372036854775808', 'true', 'null', '2024-01-02', '<nil>', ''],
  ...['"q"', "'q'", '" x "', '""', "''", `"it's"`, `'say "hi"'`, 'x\udcff', '"\\"', '\u2028', 'a\u00a0'],
] as const

/** Values in quotes that keep everything, also line breaks; go-ini drops a comment behind one on a single line. */
const RAW_VALUES = [
  ...['`x`', '`# no comment`', '`a"b\'c`', '"""x"""', '"""a`b # no"""', '` x `', '`\\`', '``'],
  ...['`one\ntwo\n`', '"""\none\n  two\n\n# no\n"""', '"""a\\\nb"""', '`[no]\nk = v`', '"""x\n"""'],
  ...['one \\\n  two', 'one\\\ntwo\\\nthree # no'],
] as const

const COMMENTS = [
  ...['; c', '# c', ';c', ';; two', '### three', '; # mixed', '; seal', '# clear', '; k = v', '; [s]'],
  ...['; größe 🔐', '; "q"', '; ends \\', ';\tx', '; x  ', '; \udcff'],
] as const

interface Line {
  readonly above: readonly string[]
  readonly text: string
}

const comment = fc.oneof(
  { weight: 30, arbitrary: fc.constantFrom(...COMMENTS) },
  // rare, since they can make sops crash
  { weight: 1, arbitrary: fc.constantFrom(';', '#') },
)
const above: fc.Arbitrary<readonly string[]> = fc.oneof(
  { weight: 3, arbitrary: fc.constant([]) },
  {
    weight: 2,
    arbitrary: fc.array(fc.oneof({ weight: 4, arbitrary: comment }, fc.constantFrom('', '  ')), {
      minLength: 1,
      maxLength: 3,
    }),
  },
)
const inline = seldom(fc.constantFrom(' ; c', ' # c', ' ; seal', ' # clear', ';c', ' ; "q"'), '', 5)
const delimiter = fc.constantFrom(' = ', ' = ', '=', ':', ' : ', '   =', ' =\t')
const indent = seldom(fc.constantFrom('  ', '\t'), '', 6)

const value = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(fc.constantFrom(...VALUES), inline).map(([text, behind]) => text + behind),
  },
  { weight: 1, arbitrary: fc.constantFrom(...RAW_VALUES) },
)

interface Section {
  readonly header: Line
  readonly keys: readonly (Line & { readonly key: number })[]
}

const keyStyle = fc.oneof(
  { weight: 50, arbitrary: fc.nat({ max: KEYS.length - 3 }) },
  { weight: 1, arbitrary: fc.integer({ min: KEYS.length - 2, max: KEYS.length - 1 }) },
)
const key = fc
  .record({ above, key: keyStyle, indent, delimiter, value })
  .map(({ above: lines, key: number, indent: blanks, delimiter: sign, value: written }) => ({
    above: lines.map((each) => (each === '' ? each : blanks + each)),
    key: number,
    text: sign + written,
  }))
const section: fc.Arbitrary<Section> = fc.record({
  header: fc
    .record({ above, name: fc.constantFrom(...SECTIONS), inline })
    .map(({ above: lines, name, inline: behind }) => ({ above: lines, text: `[${name}]${behind}` })),
  keys: fc.array(key, { maxLength: 4 }),
})

function linesOf(keys: Section['keys'], numberFrom: number): string[] {
  const used = new Set<string>()
  return keys.flatMap(({ above: lines, key: style, text }, index) => {
    const chosen = KEYS[style]?.(numberFrom + index) ?? ''
    const name = used.has(chosen) ? `k${numberFrom + index}` : chosen
    used.add(name)
    return [...lines, name + text]
  })
}

/** INI texts that sops can read: every way to write keys, values and sections, comments at every place. */
export function iniTexts(): fc.Arbitrary<string> {
  return fc
    .record({
      global: fc.array(key, { maxLength: 3 }),
      sections: fc.array(section, { maxLength: 4 }),
      below: above,
      lineBreak: fc.constantFrom('\n', '\n', '\n', '\r\n'),
      bom: seldom(fc.constant('\ufeff'), '', 20),
      ended: seldom(fc.constant(false), true, 6),
    })
    .map(({ global, sections, below, lineBreak, bom, ended }) => {
      const lines = [
        ...linesOf(global, 1),
        ...sections.flatMap(({ header, keys }, index) => [
          ...header.above,
          header.text,
          ...linesOf(keys, 10 * (index + 1)),
        ]),
        ...below,
      ]
      const text = lines.join('\n') + (ended && lines.length > 0 ? '\n' : '')
      return bom + text.replaceAll('\n', lineBreak)
    })
}
