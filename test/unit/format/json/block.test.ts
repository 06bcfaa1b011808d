import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyEdits } from '../../../../src/format/edits.ts'
import { jsonStore } from '../../../../src/format/json/store.ts'
import { parseMetadata } from '../../../../src/format/metadata.ts'
import { branch, METADATA, str, thereAndBack } from '../../../helpers/fake-seal.ts'
import { runs } from '../../../helpers/runs.ts'

const SMALL = branch({ a: { kind: 'list', items: [branch({ b: str('c') })] } })
const place = (text: string, indent?: number): string => {
  const source = jsonStore.parse(text, indent === undefined ? {} : { indent })
  return applyEdits(text, source.placeMetadata(SMALL))
}
const remove = (text: string): string => applyEdits(text, jsonStore.parse(text).removeMetadata())

const CASES: readonly (readonly [string, string, string])[] = [
  [
    'tabs',
    '{\n\t"x": 1\n}\n',
    '{\n\t"x": 1,\n\t"sops": {\n\t\t"a": [\n\t\t\t{\n\t\t\t\t"b": "c"\n\t\t\t}\n\t\t]\n\t}\n}\n',
  ],
  [
    'two spaces',
    '{\n  "x": 1\n}',
    '{\n  "x": 1,\n  "sops": {\n    "a": [\n      {\n        "b": "c"\n      }\n    ]\n  }\n}',
  ],
  ['no indentation', '{\n"x": 1\n}', '{\n"x": 1,\n"sops": {\n"a": [\n{\n"b": "c"\n}\n]\n}\n}'],
  [
    'CRLF',
    '{\r\n "x":1\r\n}\r\n',
    '{\r\n "x":1,\r\n "sops":{\r\n  "a":[\r\n   {\r\n    "b":"c"\r\n   }\r\n  ]\r\n }\r\n}\r\n',
  ],
  ['nothing but the text', '{"x":1,"y":2}', '{"x":1,"y":2,"sops":{"a":[{"b":"c"}]}}'],
  ['one line with spaces', '{"x": 1, "y": 2}', '{"x": 1, "y": 2, "sops": {"a": [{"b": "c"}]}}'],
  ['one member on one line with spaces', '{ "x": 1 }', '{ "x": 1, "sops": {"a": [{"b": "c"}]} }'],
  ['braces that touch', '{}\n', '{\n\t"sops": {\n\t\t"a": [\n\t\t\t{\n\t\t\t\t"b": "c"\n\t\t\t}\n\t\t]\n\t}\n}\n'],
  ['a space between the braces', '{ }', '{"sops": {\n\t"a": [\n\t\t{\n\t\t\t"b": "c"\n\t\t}\n\t]\n} }'],
  [
    'an empty line before the end',
    '{\n  "x": {}\n\n}',
    '{\n  "x": {},\n  "sops": {\n    "a": [\n      {\n        "b": "c"\n      }\n    ]\n  }\n\n}',
  ],
]

describe('the metadata of a JSON file', () => {
  it.each(CASES)('takes the layout of a file with %s, and leaves it again', (_, plain, sealed) => {
    expect(place(plain)).toBe(sealed)
    expect(remove(sealed)).toBe(plain)
  })

  it.each(CASES)('is replaced where it stands in a file with %s', (_, _plain, sealed) => {
    expect(place(sealed)).toBe(sealed)
  })

  it('takes the indentation that was asked for', () => {
    expect(place('{\n\t"x": 1\n}', 2)).toBe(
      '{\n\t"x": 1,\n\t"sops": {\n\t  "a": [\n\t    {\n\t      "b": "c"\n\t    }\n\t  ]\n\t}\n}',
    )
  })

  it('goes from the place where a hand put it', () => {
    expect(remove('{"sops": {}, "x": 1}')).toBe('{"x": 1}')
    expect(remove('{\n  "x": 1,\n  "sops": {},\n  "y": 2\n}')).toBe('{\n  "x": 1,\n  "y": 2\n}')
  })

  it('is read, and is not part of the document', () => {
    const source = jsonStore.parse(applyEdits('{"x":1}', jsonStore.parse('{"x":1}').placeMetadata(METADATA)))
    expect(source.documents).toMatchObject([{ items: [{ key: 'x' }] }])
    expect(source.metadata === undefined ? undefined : parseMetadata(source.metadata)).toMatchObject({
      lastModified: '2026-01-02T03:04:05Z',
      version: '3.13.3',
    })
  })

  it('is not looked for below the top level', () => {
    const source = jsonStore.parse('{"a":{"sops":{}},"b":[{"sops":1}]}')
    expect(source.metadata).toBeUndefined()
    expect(source.removeMetadata()).toEqual([])
  })
})

describe('sealing and opening a JSON file', () => {
  const space = fc.constantFrom('', ' ', '\n', '\r\n\t', '  ')
  const text = fc.string({ unit: fc.constantFrom(...'ab"\\/<é😀\n\u2028\u0001') })
  const scalar = fc.oneof(
    text.map((value) => JSON.stringify(value)),
    fc.integer().map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
    fc.constantFrom('true', 'false', 'null', '1.0', '-0', '2.50', '1e5'),
  )
  const { value } = fc.letrec<{ value: string; object: string; list: string }>((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, scalar, tie('object'), tie('list')),
    object: fc
      .array(fc.tuple(space, text, space, tie('value'), space), { maxLength: 4 })
      .map(
        (members) =>
          `{${members.map(([a, key, b, item, c]) => `${a}${JSON.stringify(key)}${b}:${b}${item}${c}`).join(',')}}`,
      ),
    list: fc
      .array(fc.tuple(space, tie('value')), { maxLength: 4 })
      .map((items) => `[${items.map(([a, item]) => a + item).join(',')}]`),
  }))

  it('gives every file back byte for byte, whatever is sealed', () => {
    const file = fc
      .tuple(space, value, space, value, space)
      .map(([a, x, b, y, c]) => `{${a}"x":${b}${x},"y" :${y}${c}}${a}`)
    fc.assert(
      fc.property(file, fc.infiniteStream(fc.boolean()), (json, choice) => {
        const chosen = [...choice.take(200)]
        expect(thereAndBack(jsonStore, json, (index) => chosen[index] ?? true)).toBe(json)
      }),
      runs(200),
    )
  })
})
