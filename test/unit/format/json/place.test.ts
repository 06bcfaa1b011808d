import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyEdits as applyEditsTo } from '../../../../src/format/edits.ts'
import { SLOTS, slotOf, spellSealed } from '../../../../src/format/json/slots.ts'
import { jsonStore } from '../../../../src/format/json/store.ts'
import { STRING_SPELLINGS } from '../../../../src/format/json/strings.ts'
import { failure } from '../../../helpers/failure.ts'
import { fakeEnc, fakeSeal, leavesOf, openFirst, readTree, thereAndBack } from '../../../helpers/fake-seal.ts'
import { runs } from '../../../helpers/runs.ts'

describe('a value sealed in place', () => {
  it.each([
    ['plain text', '"abc / <b>&é😀"', ']"'],
    ['Python', '"\\u00e9 \\ud83d\\ude00 /"', '\\u005d"'],
    ['Go', '"\\u003cb\\u003e \\u0026 é"', '\\u005D"'],
    ['PHP', '"a\\/b \\u00e9"', 'type\\u003astr]"'],
    ['PHP with raw letters', '"a\\/b é"', 'type\\u003astr\\u005d"'],
    ['.NET', '"it\\u0027s \\u0022\\u00E9\\u0022 \\\\"', 'type\\u003astr\\u005D"'],
  ])('remembers the spelling of %s', (_, raw, tail) => {
    const text = `{"a": ${raw}}`
    expect(fakeSeal(jsonStore, text).text.split('", "sops"')[0]).toContain(tail.slice(0, -1))
    expect(thereAndBack(jsonStore, text)).toBe(text)
  })

  it.each(['"\\u00e9 é"', '"\\u0061"', '"\\/ /"'])('keeps the value of %s, which no program writes', (raw) => {
    const back = thereAndBack(jsonStore, `{"a":${raw}}`)
    expect(readTree(jsonStore, back)).toEqual(readTree(jsonStore, `{"a":${raw}}`))
  })

  it.each([
    '0',
    '-0',
    '1',
    '-12',
    '9223372036854775807',
    '1.0',
    '1.10',
    '-0.0',
    '0.5',
    '1e3',
    '1E3',
    '1e+3',
    '1e+16',
    '1E+16',
    '1e-05',
    '1.0E10',
    '1.0e10',
    '6.02e23',
    '6.02E+23',
    '2.5e-7',
    '1e21',
    '1000000000000000000000',
    '10000000000000000000',
    'true',
    'false',
  ])('gives %s back byte for byte', (raw) => {
    const text = `{"a": [${raw}], "b": ${raw}}`
    expect(thereAndBack(jsonStore, text)).toBe(text)
  })

  it('is refused for an integer that would come back as another one, which may stay clear', () => {
    const text = '{"a": 1,\n "b": 12345678901234567890}'
    const [, leaf] = leavesOf(jsonStore.parse(text))
    const error = failure(() => leaf?.place?.seal(fakeEnc(0, 'float'), leaf))
    expect(error).toMatchObject({ code: 'ERR_UNSUPPORTED_VALUE', where: { line: 2, column: 7 } })
    expect(thereAndBack(jsonStore, text, (index) => index === 0)).toBe(text)
  })

  it('keeps its spelling when it is sealed again', () => {
    const { text, plain } = fakeSeal(jsonStore, '{"a":"\\u00e9"}')
    const [leaf] = leavesOf(jsonStore.parse(text))
    const [edit] = leaf?.place?.seal(fakeEnc(plain.length, 'str'), leaf) ?? []
    expect(edit?.text).toBe(`"${fakeEnc(1, 'str').slice(0, -1)}\\u005d"`)
  })
})

describe('a slot', () => {
  it('is read back from every spelling, and every spelling is the same text', () => {
    const sealed = fakeEnc(1, 'str')
    const spelled = Array.from({ length: SLOTS }, (_, slot) => spellSealed(sealed, slot))
    expect(new Set(spelled).size).toBe(SLOTS)
    expect(spelled.map(slotOf)).toEqual(spelled.map((_, slot) => slot))
    for (const text of spelled) expect(JSON.parse(text)).toBe(sealed)
  })

  it('holds every spelling of a text, and each of them is that text', () => {
    expect(STRING_SPELLINGS.length).toBeLessThanOrEqual(SLOTS)
    const text = fc.string({
      unit: fc.oneof(
        fc.constantFrom(...'"\\/<>&\'+`\u2028\u007f\b\n\u001f'),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      ),
    })
    fc.assert(
      fc.property(text, (value) => {
        for (const spell of STRING_SPELLINGS) expect(JSON.parse(spell(value))).toBe(value)
      }),
      runs(200),
    )
  })
})

describe('a value opened in place', () => {
  const sealed = (type: string): string => `{"a":"${fakeEnc(0, type)}"}`

  it.each([
    ['a text as sops does but for <, > and &', { kind: 'scalar', type: 'str', value: '<é>\n' }, '"<é>\\n"'],
    ['an integer', { kind: 'scalar', type: 'int', value: '5' }, '5'],
    ['a float', { kind: 'scalar', type: 'float', value: '0.0000001' }, '1e-7'],
    ['a large float', { kind: 'scalar', type: 'float', value: '1000000000000000000000' }, '1e+21'],
    ['a float that remembers its zeros', { kind: 'scalar', type: 'float', value: '1.1', exact: '1.10' }, '1.10'],
    ['a float spelled in another way than JSON', { kind: 'scalar', type: 'float', value: '0.5', exact: '.5' }, '0.5'],
    ['a truth value', { kind: 'scalar', type: 'bool', value: 'True' }, 'true'],
    ['a time', { kind: 'scalar', type: 'time', value: '2026-01-02T03:04:05.5Z' }, '"2026-01-02T03:04:05.5Z"'],
  ] as const)('writes %s', (_, leaf, text) => {
    expect(openFirst(jsonStore, sealed(leaf.type), leaf)).toBe(`{"a":${text}}`)
  })

  it.each(['NaN', '+Inf', '-Inf'])('is refused for %s', (value) => {
    const error = failure(() => openFirst(jsonStore, sealed('float'), { kind: 'scalar', type: 'float', value }))
    expect(error.code).toBe('ERR_EMIT')
  })

  it('is refused for bytes that are not UTF-8', () => {
    const error = failure(() => openFirst(jsonStore, sealed('str'), { kind: 'scalar', type: 'str', value: '\udcff' }))
    expect(error.code).toBe('ERR_EMIT')
  })

  it('is refused for a comment that is no element of a list', () => {
    const error = failure(() => openFirst(jsonStore, sealed('comment'), { kind: 'comment', text: 'x', inline: false }))
    expect(error.code).toBe('ERR_EMIT')
  })
})

describe('sealed comments of a YAML list', () => {
  const C = `"${fakeEnc(0, 'comment')}"`
  const opened = (text: string): string => {
    const source = jsonStore.parse(text)
    const edits = leavesOf(source)
      .filter((leaf) => leaf.kind === 'scalar' && leaf.value.startsWith('ENC['))
      .flatMap((leaf) => leaf.place?.open({ kind: 'comment', text: ' c', inline: false }) ?? [])
    return applyEditsTo(text, edits)
  }

  it.each([
    [`[${C}, 1, 2]`, '[1, 2]'],
    [`[1, ${C}, 2]`, '[1, 2]'],
    [`[1, 2, ${C}]`, '[1, 2]'],
    [`[1, ${C}, ${C}]`, '[1]'],
    [`[${C}, ${C}, 1, ${C}, ${C}]`, '[1]'],
    [`[ ${C} ]`, '[]'],
    [`[\n  ${C},\n  ${C}\n]`, '[]'],
    [`[\n  1,\n  ${C},\n  {}\n]`, '[\n  1,\n  {}\n]'],
  ])('leave the list with their commas: %#', (list, result) => {
    expect(opened(`{"a": ${list}}`)).toBe(`{"a": ${result}}`)
  })
})
