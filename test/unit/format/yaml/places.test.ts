import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Scalar } from '../../../../src/format/tree.ts'
import { yamlStore } from '../../../../src/format/yaml/store.ts'
import { failure } from '../../../helpers/failure.ts'
import { fakeEnc, fakeSeal, openFirst, plainTree, readTree, thereAndBack } from '../../../helpers/fake-seal.ts'
import { runs } from '../../../helpers/runs.ts'

/** The text after sealing, without the metadata; sealed values are shown as `<number>`. */
const sealed = (text: string): string => {
  const [head = ''] = fakeSeal(yamlStore, text).text.split(/(?:\r?\n|^)sops:/)
  return head.replace(
    /ENC\[AES256_GCM,data:([^,]*)[^"'\]\\]*(\]|\\u005D|\\u005d|\\x5D|\\x5d)/g,
    (_, data, end) => `<${Number(Buffer.from(data, 'base64').toString())}>${end === ']' ? '' : end}`,
  )
}

/** Title, plain text, sealed text, and what comes back when it is not the plain text. */
type Case = readonly [title: string, plain: string, sealed: string, back?: string]

const STRINGS: readonly Case[] = [
  ['plain', 'a: x y', 'a: <0>'],
  ['single-quoted', "a: 'x'", "a: '<0>'"],
  ['double-quoted', 'a: "x"', 'a: "<0>"'],
  ['single-quoted where sops would too', "a: '- x'", "a: '<0>'"],
  ['double-quoted where sops would too', 'a: "yes"', 'a: "<0>"'],
  ['plain where sops would quote', 'a: yes', 'a: "<0>\\x5D"'],
  ['double-quoted in ASCII', 'a: "\\xE9"', 'a: "<0>\\x5d"'],
  ['an element', "a:\n- x\n- 'y'", "a:\n- <0>\n- '<1>'"],
  ['in a flow list', `a: [x, 'y', "z", yes]`, `a: ['<0>', "<1>\\u005D", "<2>", "<3>\\x5D"]`],
  ['in a flow mapping', `a: {b: x, c: 'y'}`, `a: {b: '<0>', c: "<1>\\u005D"}`],
  ['behind an anchor', 'a: &n x', 'a: &n <0>'],
  ['behind a tag of its own', 'a: !x 5', 'a: !x <0>'],
  ['behind !!str', 'a: !!str 5', 'a: !!str <0>'],
  ['behind !', 'a: ! x', 'a: ! <0>'],
  ['glued to its anchor', 'a: &n:x', 'a: &n <0>', 'a: &n :x'],
  ['as the value of a key with a question mark', '? a\n: x', '? a\n: <0>'],
  ['with a comment behind', 'a: x  # c', 'a: <1>  #<0>'],
  ['empty', 'a: ""\nb:', 'a: ""\nb:'],
  ['plain on several lines', 'a: x\n  y\n\n  z', 'a: <0>', 'a: |-\n    x y\n    z'],
  ['quoted on several lines', 'a: "x\n  y"', 'a: "<0>"', 'a: "x y"'],
  ['quoted with a line break', 'a: "x\\ny"', 'a: "<0>"'],
]

const BLOCKS: readonly Case[] = [
  ['literal', 'a: |\n  x\n  y', 'a: |\n  <0>'],
  ['literal, stripped', 'a: |-\n  x\n  y', 'a: |-\n  <0>'],
  ['literal, kept', 'a: |+\n  x\n\n\nb: c', 'a: |+\n  <0>\n\n\nb: <1>'],
  ['literal in a list', 'a:\n- |\n  x\n  y', 'a:\n- |\n  <0>'],
  ['literal with a named indent', 'a: |2\n    x\n  y', 'a: |2\n  <0>'],
  ['literal with a named indent in front of the sign', 'a: |2-\n    x\n  y', 'a: |2-\n  <0>'],
  ['literal with the sign in front of the indent', 'a: |-2\n    x\n  y', 'a: |-2\n  <0>'],
  ['literal with empty lines inside', 'a: |\n  x\n\n  y', 'a: |\n  <0>'],
  ['literal with lines indented more', 'a: |\n  x\n    y\n  z', 'a: |\n  <0>'],
  ['literal with a comment behind the header', 'a: | # c\n  x\nb: z', 'a: | #<0>\n  <1>\nb: <2>'],
  ['literal with a line that looks like a comment', 'a: |\n  # x\n  y', 'a: |\n  <0>'],
  ['literal deeper than needed', 'a: |\n      x\n      y', 'a: |\n      <0>'],
  ['literal behind an anchor', 'a: &n |\n  x', 'a: &n |\n  <0>'],
  ['folded', 'a: >\n  x\n\n  y', 'a: >\n  <0>'],
  ['folded, stripped', 'a: >-\n  x\n\n  y', 'a: >-\n  <0>'],
  ['folded with lines indented more', 'a: >\n  x\n\n  y\n   z\n  w', 'a: >\n  <0>'],
  ['folded with lines that fold', 'a: >\n  x\n  y', 'a: >\n  <0>', 'a: >\n  x y'],
]

const TYPES: readonly Case[] = [
  ['an integer', 'a: 5', 'a: <0>'],
  ['a hexadecimal integer', 'a: 0x1f', "a: '<0>'"],
  ['a hexadecimal integer in capitals', 'a: 0x1F', 'a: "<0>"'],
  ['an octal integer', 'a: 014', 'a: "<0>\\x5D"'],
  ['an octal integer of four digits', 'a: 0027', 'a: "<0>\\u005d"'],
  ['the same in a flow list', 'a: [0002]', 'a: ["<0>\\u005d"]'],
  ['an octal integer of YAML 1.2', 'a: 0o14', 'a: "<0>\\x5d"'],
  ['an integer with underscores', 'a: 1_000', 'a: <0>', 'a: 1000'],
  ['an integer with a sign', 'a: +5', 'a: <0>', 'a: 5'],
  ['a truth value', 'a: true', 'a: <0>'],
  ['a truth value with a capital', 'a: False', "a: '<0>'"],
  ['a truth value in capitals', 'a: TRUE', 'a: "<0>"'],
  ['a float', 'a: 1.5', 'a: <0>'],
  ['a float with a zero at its end', 'a: 1.10', 'a: <0>'],
  ['a float without fraction', 'a: 2.0', 'a: <0>'],
  ['a float without zero', 'a: .5', "a: '<0>'"],
  ['a float with an exponent', 'a: 1e6', 'a: "<0>"'],
  ['a float with a capital exponent', 'a: 1E6', 'a: "<0>\\x5D"'],
  ['a float with a signed exponent', 'a: 1e+9', 'a: "<0>\\x5d"'],
  ['infinity', 'a: [.inf, -.Inf]', `a: ['<0>', "<1>\\u005D"]`],
  ['a time', 'a: 2024-01-02T03:04:05Z', 'a: <0>'],
  ['a date', 'a: 2024-01-02', "a: '<0>'"],
  ['a time with a space', 'a: 2024-01-02 03:04:05', 'a: "<0>"'],
  ['an integer behind !!int', 'a: !!int "7"', 'a: <0>', 'a: 7'],
  ['bytes', 'a: !!binary /w==', 'a: <0>'],
  ['bytes that are text', 'a: !!binary aGk=', 'a: <0>', 'a: hi'],
  ['null', 'a: ~\nb: null\nc:', 'a: ~\nb: null\nc:'],
]

describe('a YAML value sealed in place', () => {
  describe.each<[string, readonly Case[]]>([
    ['a string', STRINGS],
    ['a block scalar', BLOCKS],
    ['of every type', TYPES],
  ])('%s', (_, rows) => {
    const cases = rows.map(([title, plain, text, back = plain]) => ({ title, plain, text, back }))

    it.each(cases)('$title', ({ plain, text, back }) => {
      expect(sealed(`${plain}\n`)).toBe(text)
      expect(thereAndBack(yamlStore, `${plain}\n`)).toBe(`${back}\n`)
    })

    it.each(cases)('$title, with CRLF', ({ plain, back }) => {
      const crlf = (lines: string) => `${lines}\n`.replaceAll('\n', '\r\n')
      expect(thereAndBack(yamlStore, crlf(plain))).toBe(crlf(back))
    })

    it.each(cases)('$title, as a list element below a key with siblings', ({ plain }) => {
      const inside = `top:\n  - ${plain.replaceAll('\n', '\n    ').replaceAll(/^ +$/gm, '')}\n  - z\n`
      expect(readTree(yamlStore, thereAndBack(yamlStore, inside))).toEqual(readTree(yamlStore, inside))
    })
  })

  it('is read by everybody as the ENC text alone, however it is quoted', () => {
    for (const [, plain] of [...STRINGS, ...BLOCKS, ...TYPES]) {
      const { text, plain: values } = fakeSeal(yamlStore, `${plain}\n`)
      const found = JSON.stringify(yamlStore.parse(text).documents.map(plainTree)).match(/ENC\[[^\]]*\](\\n)*/g) ?? []
      expect(found.length).toBe(values.length)
    }
  })
})

/** The tree without its comments: an empty line in a value may change what a comment below it belongs to. */
const valuesIn = (text: string): string =>
  JSON.stringify(readTree(yamlStore, text)).replace(/\{"comment":"[^"]*"\},?|,\{"comment":"[^"]*"\}(?=\])/g, '')

describe('a sealed YAML value opened in place', () => {
  const value = (text: string): Scalar => ({ kind: 'scalar', type: 'str', value: text })
  const enc = fakeEnc(0, 'str')

  it.each<[string, string, string, string]>([
    ['goes on several lines as sops writes it', `a: ${enc}\nb: c\n`, 'x\ny\n', 'a: |\n    x\n    y\nb: c\n'],
    ['in a list', `a:\n- ${enc}\n`, 'x\ny', 'a:\n- |-\n  x\n  y\n'],
    ['leaves a comment on its line', `a: ${enc} # c\nb: d\n`, 'x\ny', 'a: |- # c\n    x\n    y\nb: d\n'],
    ['is quoted where an empty line would become part of it', `a: ${enc}\n\nb: c\n`, 'x\n\n', 'a: "x\\n\\n"\n\nb: c\n'],
    ['is quoted where a comment would', `a: ${enc}\n      # c\nb: d\n`, 'x\ny', 'a: "x\\ny"\n      # c\nb: d\n'],
    [
      'is not where the comment stands further left',
      `a: ${enc}\n  # c\nb: d\n`,
      'x\ny',
      'a: |-\n    x\n    y\n  # c\nb: d\n',
    ],
    ['is quoted where the file has no last line break', `a: ${enc}`, 'x\n', 'a: "x\\n"'],
    ['is quoted in a flow list', `a: ['${enc}']\n`, 'x\ny', 'a: ["x\\ny"]\n'],
    ['names its indent when it starts with a blank', `a: ${enc}\n`, ' x\ny', 'a: |4-\n     x\n    y\n'],
    ['goes into a block that is there', `a: |\n  ${enc}\n`, 'x\ny\n', 'a: |\n  x\n  y\n'],
    ['changes the chomping of a block where it must', `a: |\n  ${enc}\n`, 'x', 'a: |-\n  x\n'],
    ['leaves a block for quotes where it must', `a: |\n  ${enc}\n`, '\x01', 'a: "\\x01"\n'],
    ['leaves a block for quotes when it is empty', `a: |\n  ${enc}\n`, '', 'a: ""\n'],
    ['is base64 when it is not UTF-8', `a: ${enc}\n`, '\udcff', 'a: !!binary /w==\n'],
    ['is base64 in quotes, too', `a: ["${enc}"]\n`, '\udcff', 'a: [!!binary "/w=="]\n'],
    ['drops a tag that says otherwise', `a: !!str ${enc}\n`, '5', 'a: !!str 5\n'],
  ])('%s', (_, text, opened, result) => {
    expect(openFirst(yamlStore, text, value(opened))).toBe(result)
  })

  it('is base64 in lines when it is long', () => {
    const text = openFirst(yamlStore, `a: ${enc} # c\nb: d\n`, value('\udcff'.repeat(60)))
    expect(text.split('\n').slice(0, 2)).toEqual(['a: !!binary | # c', `    ${'/'.repeat(70)}`])
    expect(readTree(yamlStore, text)).toEqual([{ comment: ' c' }, ['a', '\udcff'.repeat(60)], ['b', 'd']])
  })

  it('reads back as what was opened, whatever it is and wherever it stands', () => {
    const slots = [
      `a: ${enc}\nb: c\n`,
      `a:\n- ${enc}\n\n- b\n`,
      `a: ${enc} # c\n\n`,
      `a:\n  - b: "${enc}"\n    # c\n`,
      `a: ['${enc}', b]\n`,
      `a: {b: "${enc}"} # c\n`,
      `a: |\n  ${enc}\n\nb: c\n`,
      `a:\n- >-\n  ${enc}\n# c\n`,
      `a: |+\n  ${enc}\n`,
      `a: !x '${enc}'`,
    ]
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc
        .array(fc.constantFrom('a', ' ', '\n', '\t', '#', ': ', '- ', '"', "'", '\r'), { maxLength: 8 })
        .map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(fc.constantFrom(...slots), texts, (slot, text) => {
        const opened = openFirst(yamlStore, slot, value(text))
        const expected = valuesIn(slot).replace(/"ENC\[[^\]]*\](\\n)*"/, () => JSON.stringify(text))
        expect(valuesIn(opened)).toBe(expected)
      }),
      runs(400),
    )
  })
})

describe('a comment sealed in place', () => {
  it.each<Case>([
    ['above a key', '# c\na: x', '#<0>\na: <1>'],
    ['behind a value', 'a: x\t# c', 'a: <1>\t#<0>'],
    ['behind a key', 'a: # c\n  b: x', 'a: #<0>\n  b: <1>'],
    ['in a list', 'a:\n# c\n- x # d\n# e', 'a:\n#<0>\n- <2> #<1>\n#<3>'],
    ['in a flow list', 'a: [x, # c\n  z]', "a: ['<1>', #<0>\n  '<2>']"],
    ['that go-yaml drops', 'a: [ # c\n  x]', "a: [ #<1>\n  '<0>']"],
    ['behind a document marker', '--- # c\na: x', '--- #<0>\na: <1>'],
    ['at the end', 'a: x\n# c', 'a: <0>\n#<1>'],
    ['without text', '#\na: x #', '#\na: <0> #'],
  ])('%s', (_, plain, text) => {
    expect(sealed(`${plain}\n`)).toBe(text)
    expect(thereAndBack(yamlStore, `${plain}\n`)).toBe(`${plain}\n`)
  })

  const enc = fakeEnc(0, 'comment')
  it.each([
    ['as a list element becomes a comment again', `a:\n- ${enc}\n- b\n`, ' c', 'a:\n# c\n- b\n'],
    ['as the last element', `a:\n- b\n- "${enc}"\n`, ' c', 'a:\n- b\n# c\n'],
    ['as an element of a nested list', `a:\n  - - ${enc}\n    - b\n`, ' c', 'a:\n  - # c\n    - b\n'],
    ['that is all there is in a list leaves it empty, not null', `a:\n- ${enc}\nb: c\n`, ' c', 'a:\n# c\n  []\nb: c\n'],
    ['as an element of a flow list goes: there is no room', `a: ['${enc}', b]\n`, ' c', 'a: [b]\n'],
    ['as the last element of a flow list goes with its comma', `a: [b, '${enc}']\n`, ' c', 'a: [b]\n'],
    ['with line breaks becomes several lines', `  #${enc}\na: b\n`, ' c\nd', '  # c\n  # d\na: b\n'],
    ['behind a value stays on its line', `a: b #${enc}\n`, ' c\nd', 'a: b # c # d\n'],
    ['without text', `#${enc}\na: b\n`, '', '#\na: b\n'],
  ])('%s', (_, text, comment, result) => {
    expect(openFirst(yamlStore, text, { kind: 'comment', text: comment, inline: false })).toBe(result)
  })

  it.each([`#${enc}\na: b\n`, `a:\n- ${enc}\n`])('that holds what YAML cannot carry is refused: %#', (text) => {
    const error = failure(() => openFirst(yamlStore, text, { kind: 'comment', text: 'a\x01', inline: false }))
    expect([error.code, error.where?.line]).toEqual(['ERR_EMIT', text.startsWith('#') ? 1 : 2])
  })

  it('that holds a value is refused', () => {
    const error = failure(() => openFirst(yamlStore, `#${enc}\na: b\n`, { kind: 'scalar', type: 'str', value: 'c' }))
    expect([error.code, error.where]).toEqual(['ERR_VALUE_FORMAT', { line: 1, column: 2 }])
  })
})
