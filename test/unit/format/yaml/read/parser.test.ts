import { describe, expect, it } from 'vitest'
import { yamlStore } from '../../../../../src/format/yaml/store.ts'
import { expectNoSecret, MARKER } from '../../../../helpers/canary.ts'
import { failure } from '../../../../helpers/failure.ts'
import { plainTree } from '../../../../helpers/fake-seal.ts'

const treesOf = (text: string): unknown[] => yamlStore.parse(text).documents.map(plainTree)

describe('YAML that sops 3.13.3 reads', () => {
  it.each<[string, string, unknown]>([
    ['a value without space in front of its comma', 'a: [1 2]\n', [['a', ['1 2']]]],
    ['a colon inside a word of a flow list', 'a: [a:b]\n', [['a', ['a:b']]]],
    ['a colon directly behind a quoted key', 'a: {"b":c}\n', [['a', [['b', 'c']]]]],
    ['a pair in a flow list', 'a: [b: c, d]\n', [['a', [[['b', 'c']], 'd']]]],
    ['a pair with a question mark in a flow list', 'a: [? b : c]\n', [['a', [[['b', 'c']]]]]],
    [
      'a key alone in a flow mapping',
      'a: {b, c: x}\n',
      [
        [
          'a',
          [
            ['b', null],
            ['c', 'x'],
          ],
        ],
      ],
    ],
    ['a closing bracket in column 0', 'a: [\nb]\n', [['a', ['b']]]],
    ['a trailing comma', 'a: [b,]\n', [['a', ['b']]]],
    ['a question mark and a key of two lines', '? a\n b\n: c\n', [['a b', 'c']]],
    ['a key without value behind a question mark', '? a\n', [['a', null]]],
    [
      'a list in the column of its key',
      'a:\n- b\nc: d\n',
      [
        ['a', ['b']],
        ['c', 'd'],
      ],
    ],
    ['lists in one line', 'a:\n- - b\n  - c\n', [['a', [['b', 'c']]]]],
    ['an empty element', 'a:\n-\n- b\n', [['a', [null, 'b']]]],
    [
      'words that start with an indicator',
      'a: ?b\nc: :d\ne: -f\n',
      [
        ['a', '?b'],
        ['c', ':d'],
        ['e', '-f'],
      ],
    ],
    ['properties in front of a mapping', '&x !!map\na: b\n', [['a', 'b']]],
    ['properties behind the marker', '--- &x\na: b\n', [['a', 'b']]],
    ['a flow mapping behind the marker', '--- {a: b}\n', [['a', 'b']]],
    ['a tag that ends in brackets', 'a: !x[] b\n', [['a', 'b']]],
    ['a tag with a handle of its own', '%TAG !e! tag:x:\n---\na: !e!b c\n', [['a', 'c']]],
    [
      'an alias as a key',
      'a: &x b\n*x : c\n',
      [
        ['a', 'b'],
        ['b', 'c'],
      ],
    ],
    [
      'an anchor without value',
      'a: &x\nb: *x\n',
      [
        ['a', null],
        ['b', null],
      ],
    ],
    [
      'an anchor that is used twice',
      'a: &x b\nc: &x d\ne: *x\n',
      [
        ['a', 'b'],
        ['c', 'd'],
        ['e', 'd'],
      ],
    ],
    [
      'CRLF',
      'a: b\r\nc: "d\r\n  e"\r\n',
      [
        ['a', 'b'],
        ['c', 'd e'],
      ],
    ],
    [
      'CR alone',
      'a: b\rc: d\r',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['a byte order mark', '\ufeffa: b\n', [['a', 'b']]],
    ['no line break at the end', 'a: b', [['a', 'b']]],
    ['a quoted value indented less than its parent', 'a:\n  b: ["c\nd"]\n', [['a', [['b', ['c d']]]]]],
    ['a key of 1024 characters', `${'k'.repeat(1024)}: v\n`, [['k'.repeat(1024), 'v']]],
    ['a key with blanks', 'a b  c : d\n', [['a b  c', 'd']]],
    ['a no-break space in front of a key', '\u00a0a: b\n', [['\u00a0a', 'b']]],
    ['a number beyond 64 bits, as a float', 'a: 18446744073709551616\n', [['a', { float: '18446744073709552000' }]]],
    [
      'a comment that sops sealed into an element below <<',
      '<<:\n  - ENC[AES256_GCM,data:x,iv:x,tag:x,type:comment]\n  - {a: b}\n',
      [['<<', ['ENC[AES256_GCM,data:x,iv:x,tag:x,type:comment]', [['a', 'b']]]]],
    ],
    [
      '<< as an ordinary key',
      '<<: {a: b}\nc: {"<<": d}\n',
      [
        ['<<', [['a', 'b']]],
        ['c', [['<<', 'd']]],
      ],
    ],
    [
      'keys that are special to JavaScript',
      '__proto__: a\nconstructor: {toString: b}\n',
      [
        ['__proto__', 'a'],
        ['constructor', [['toString', 'b']]],
      ],
    ],
  ])('can have %s', (_, text, tree) => {
    expect(treesOf(text)).toEqual([tree])
  })

  it.each<[string, string, number]>([
    ['nothing at all', '', 0],
    ['nothing but blanks', ' \n\n', 0],
    ['nothing but comments', '#x\n', 0],
    ['a marker alone', '---\n', 1],
    ['null', 'null\n', 1],
    ['an empty mapping', '{}\n', 1],
    ['a marker at the end', 'a: b\n---\n', 2],
    ['two markers', '---\n---\na: b\n', 2],
    ['an end mark in front of the next document', 'a: b\n...\n---\nc: d\n', 2],
    ['an end mark at the end', 'a: b\n...\n', 1],
    ['directives between documents', 'a: b\n%YAML 1.1\n---\nc: d\n', 2],
    ['a key that stands twice in a later document', 'a: b\n---\nc: d\nc: e\n', 2],
  ])('with %s has the documents that sops sees', (_, text, count) => {
    expect(yamlStore.parse(text).documents.length).toBe(count)
  })
})

describe('YAML that is refused', () => {
  // sops 3.13.3 refuses these too
  it.each<[string, string, number, number]>([
    ['a key that stands twice', 'a: 1\nb:\n  c: 1\n  "c": 2\n', 4, 3],
    ['a list as document', '- a\n', 1, 1],
    ['a text as document', 'a: 1\n---\nb\n', 3, 1],
    ['a colon in a plain value', 'a: b: c\n', 1, 5],
    ['a list behind a key', 'a: - b\n', 1, 4],
    ['a list that is not closed', 'a: [1, 2\n', 2, 1],
    ['a mapping that is not closed', 'a: {b: 1\n', 2, 1],
    ['a missing comma', 'a: {b: 1 c: 2}\n', 1, 11],
    ['a bracket out of place', 'a: ]\n', 1, 4],
    ['two commas', 'a: [1, , 2]\n', 1, 8],
    ['a colon at the start of a flow value', 'a: [:x]\n', 1, 5],
    ['a quote that is not closed', 'a: 1\nb: "x\n', 2, 4],
    ['a marker inside quotes', "a: 'x\n---\n", 1, 4],
    ['an unknown escape', 'a: "b\\q"\n', 1, 6],
    ['a short escape', 'a: "\\x1"\n', 1, 5],
    ['the escape of a surrogate', 'a: "\\ud800"\n', 1, 5],
    ['an escape beyond Unicode', 'a: "\\U00110000"\n', 1, 5],
    ['text behind a quoted value', 'a: "b" c\n', 1, 8],
    ['an anchor without name', 'a: &\n', 1, 4],
    ['an alias of nothing', 'a: *x\n', 1, 4],
    ['an alias inside what it repeats', 'a: &x {b: [*x]}\n', 1, 12],
    ['a tag that is not closed', 'a: !<x\n', 1, 4],
    ['a tag with an unknown handle', 'a: !e!x b\n', 1, 4],
    ['a tag with a broken escape', 'a: !a%ff b\n', 1, 9],
    ['a tab in front of a key', 'a:\n\tb: 1\n', 2, 1],
    ['a tab in front of the rest of a value', 'a: x\n\ty\n', 2, 1],
    ['a tab in a block scalar', 'a: |\n\tx\n', 2, 1],
    ['a block scalar indented by 0', 'a: |0\n  x\n', 1, 5],
    ['text behind the header of a block scalar', 'a: | x\n', 1, 6],
    ['a line of a block scalar that is indented less', 'a: |\n    x\n  y\n', 3, 3],
    ['a value that starts with @', 'a: @x\n', 1, 4],
    ['a value that starts with a percent sign', 'a: %x\n', 1, 4],
    ['a key out of line', 'a:\n  b: 1\n c: 2\n', 3, 2],
    ['an element out of line', 'a:\n - b\n- c\n', 3, 1],
    ['a mapping below a value', 'a: 1\n  b: 2\n', 2, 4],
    ['a line without colon', 'a: 1\nb\nc: 2\n', 2, 1],
    ['a key of two lines', '"a\n b": 1\n', 2, 4],
    ['a key of 1025 characters', `a:\n  ${'k'.repeat(1025)}: v\n`, 2, 1028],
    ['a quoted key of 1025 characters', `"${'k'.repeat(1023)}": v\n`, 1, 1026],
    ['a missing key', ': a\n', 1, 1],
    ['<< over a text', '<<: a\n', 1, 5],
    ['<< over a list with a text', 'a: {<<: [{b: c}, d]}\n', 1, 9],
    ['%YAML 1.2', '%YAML 1.2\n---\na: 1\n', 1, 1],
    ['a second %YAML', '%YAML 1.1\n%YAML 1.1\n---\na: 1\n', 2, 1],
    ['a %YAML without version', '%YAML 1\n---\na: 1\n', 1, 7],
    ['a %TAG without prefix', '%TAG !e!\n---\na: 1\n', 1, 9],
    ['an unknown directive', '%FOO x\n---\na: 1\n', 1, 2],
    ['a document without marker', 'a: 1\n...\nb: 1\n', 3, 1],
    ['text behind an end mark', 'a: 1\n... x\n', 2, 5],
    ['a mapping behind a marker', '--- a: 1\n', 1, 6],
    ['a number that is none', 'a: 1\nb: !!int x\n', 2, 4],
    ['a truth value that is none', 'a: !!bool yes\n', 1, 4],
    ['base64 that is none', 'a: !!binary x\n', 1, 4],
    ['a control character', 'a: "\x01"\n', 1, 5],
    ['a NUL', 'a: b\0\n', 1, 5],
    ['U+FFFE', 'a: \ufffe\n', 1, 4],
    ['an end mark at the start', '...\n', 1, 1],
  ])('holds %s', (_, text, line, column) => {
    const error = failure(() => yamlStore.parse(text))
    expect([error.code, error.where]).toEqual(['ERR_SYNTAX', { line, column }])
  })

  it.each<[string, string, number, number]>([
    ['a number', '1: a\n', 1, 1],
    ['a truth value', 'a:\n  true: b\n', 2, 3],
    ['null', '~: a\n', 1, 1],
    ['nothing', '?\n', 1, 2],
    ['a date', '2024-01-02: a\n', 1, 1],
    ['a list', '? [a]\n: b\n', 1, 3],
    ['a mapping', '{a: b}: c\n', 1, 1],
    ['an alias of a number', 'a: &x 1\n*x : b\n', 2, 1],
  ])('has %s as a key, which sops cannot walk', (_, text, line, column) => {
    const error = failure(() => yamlStore.parse(text))
    expect([error.code, error.where]).toEqual(['ERR_UNSUPPORTED_VALUE', { line, column }])
  })

  it('holds a byte order mark inside, where sops loses characters', () => {
    const error = failure(() => yamlStore.parse('a: 1\nb: \ufeffc\n'))
    expect([error.code, error.where]).toEqual(['ERR_SYNTAX', { line: 2, column: 4 }])
    expect(error.hint).toContain('\\uFEFF')
  })

  it('is not UTF-8', () => {
    const error = failure(() => yamlStore.parse('a: 😀\nb: \udcff\n'))
    expect([error.code, error.where]).toEqual(['ERR_UTF8', { line: 2, column: 4 }])
  })

  it.each(['sops: a\n', 'sops:\n', 'sops: [a]\n', 'a: 1\nsops: !!binary aGk=\n'])(
    'has something other than a mapping under the name of the metadata: %j',
    (text) => {
      expect(failure(() => yamlStore.parse(text)).code).toBe('ERR_METADATA')
    },
  )

  it.each([
    `a: "${MARKER}\\q"\n`,
    `a: ${MARKER}: b\n`,
    `a: [${MARKER} ]]\n`,
    `a: !!int ${MARKER}\n`,
    `a: *${MARKER}\n`,
    `a: !${MARKER}!x b\n`,
    `- ${MARKER}\n`,
    `a: 1\n${MARKER}\n`,
    `a: "${MARKER}\n`,
    `%${MARKER}\n`,
  ])('never shows what it holds: %#', (text) => {
    expectNoSecret(failure(() => yamlStore.parse(text)))
  })
})
