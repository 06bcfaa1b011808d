import { describe, expect, it } from 'vitest'
import { iniStore } from '../../../../src/format/ini/store.ts'
import { expectNoSecret, MARKER } from '../../../helpers/canary.ts'
import { failure } from '../../../helpers/failure.ts'
import { leavesOf, plainTree, readTree } from '../../../helpers/fake-seal.ts'

const read = (text: string): unknown => readTree(iniStore, text)
const inSection = (...items: unknown[]): unknown => [
  ['DEFAULT', []],
  ['s', items],
]
const value = (raw: string): unknown => leavesOf(iniStore.parse(`[s]\nk = ${raw}\n`))[0]
const comment = (text: string): unknown => ({ comment: text })

/** The trees are those that sops 3.13.3 reads, but for the comments that it drops. */
describe('an INI text', () => {
  it.each<[string, string, unknown]>([
    ['nothing', '', [['DEFAULT', []]]],
    [
      'keys before any header',
      'a=1\n[s]\nb=2',
      [
        ['DEFAULT', [['a', '1']]],
        ['s', [['b', '2']]],
      ],
    ],
    [
      'a section twice',
      '[s]\na=1\n[s]\na=2',
      [
        ['DEFAULT', []],
        ['s', [['a', '1']]],
        ['s', [['a', '2']]],
      ],
    ],
    [
      'its own DEFAULT',
      'a=1\n[DEFAULT]\na=2',
      [
        ['DEFAULT', [['a', '1']]],
        ['DEFAULT', [['a', '2']]],
      ],
    ],
    ['a byte order mark', '\ufeff[s]\n', inSection()],
    [
      'a header up to its last bracket',
      '[s] ; see [x]\n',
      [
        ['DEFAULT', []],
        ['s] ; see [x', []],
      ],
    ],
    [
      'a name with spaces',
      '  [ a b ]\n',
      [
        ['DEFAULT', []],
        [' a b ', []],
      ],
    ],
    [
      'names that mean something to JavaScript',
      '[__proto__]\nconstructor=1',
      [
        ['DEFAULT', []],
        ['__proto__', [['constructor', '1']]],
      ],
    ],
  ])('with %s is read as sops does', (_, text, tree) => {
    expect(read(text)).toEqual(tree)
  })

  it.each([
    ['k: v', 'k', 'v'],
    [' k  =  v  ', 'k', 'v'],
    ['k = v = w', 'k', 'v = w'],
    ['"a = b" = v', 'a = b', 'v'],
    ['`a"b` = v', 'a"b', 'v'],
    ['"""a`b""" : v', 'a`b', 'v'],
    ['-=v', '#1', 'v'],
    ['k\u00a0=\u0085v', 'k', 'v'],
  ])('has in the line %j its key and value', (line, key, text) => {
    expect(read(`[s]\n${line}\n`)).toEqual(inSection([key, text]))
  })

  it.each([
    ['', ''],
    ['"v"', 'v'],
    ["'v'", 'v'],
    ['"it\'s"', "it's"],
    ['"a"b"', '"a"b"'],
    ['"v', '"v'],
    ['`a;b`', 'a;b'],
    ['`a`b`', 'a`b'],
    ['"""a"b"""', 'a"b'],
    ['"""a\nb"""', 'a\nb'],
    ['`a\r\nb`', 'a\r\nb'],
    ['a \\\n  b', 'a b'],
    ['a\\\n\nx = 1', 'a'],
    ['a # \\\n ; b "c"', 'a # ; b "c"'],
    ['"a#b"', '"a'],
    ['%(x)s $y', '%(x)s $y'],
  ])('reads the value %j as sops does', (raw, text) => {
    expect(value(raw)).toMatchObject({ kind: 'scalar', type: 'str', value: text })
  })

  it.each<[string, string, unknown[]]>([
    ['above a key behind it', '; c\nk=v', [['k', 'v'], comment('c')]],
    ['behind a value', 'k=v # c', [['k', 'v'], comment('c')]],
    ['on both sides as one', '; a\nk=v ;b', [['k', 'v'], comment('a\n;b')]],
    ['of many lines as one', '# a\n\n  ; b\n#c\nk=v', [['k', 'v'], comment('a\n; b\n#c')]],
    ['without the signs of its first line', ';;  ; a\nk=v', [['k', 'v'], comment('a')]],
    ['with the other sign', '; # a\nk=v', [['k', 'v'], comment('# a')]],
    ['of nothing', ';\nk=v', [['k', 'v'], comment('')]],
    ['with a tab', ';\ta\nk=v', [['k', 'v'], comment('\ta')]],
    ['behind a value of many lines', 'k="""a\nb""" ; c', [['k', 'a\nb'], comment('c')]],
    ['with CRLF', '; a\r\n; b\r\nk=v\r\n', [['k', 'v'], comment('a\r\n; b')]],
  ])('has a comment %s', (_, lines, items) => {
    expect(read(`[s]\n${lines}`)).toEqual(inSection(...items))
  })

  it('has the comment of a section first in it', () => {
    expect(read('; a\n[s] ; b\nk=v')).toEqual(inSection(comment('a\n; b'), ['k', 'v']))
  })

  it('counts keys without name anew in every section', () => {
    expect(read('-=a\n-=b\n[s]\n-=c')).toEqual([
      [
        'DEFAULT',
        [
          ['#1', 'a'],
          ['#2', 'b'],
        ],
      ],
      ['s', [['#1', 'c']]],
    ])
  })

  it('keeps the comments that sops drops, with the section they stand in', () => {
    const text = 'a="""x""" ; one\n[s]\nb=1\n; two\n; three\n\n[sops]\nversion=1\n; four\n'
    const lost = iniStore.parse(text).lostComments.map((each) => [each.path, plainTree(each.comment)])
    expect(lost).toEqual([
      [['DEFAULT'], comment('one')],
      [['s'], comment('two\n; three')],
      [['s'], comment('four')],
    ])
    expect(iniStore.parse('; alone').lostComments).toMatchObject([{ path: ['DEFAULT'], comment: { text: 'alone' } }])
  })

  it.each([
    ['no sign', 'a=1\nkey\n', 2],
    ['no key', '=v', 1],
    ['an empty quoted key', '""=v', 1],
    ['an open key', '"k = v', 1],
    ['an open header', '[s', 1],
    ['a header without name', '[]', 1],
    ['an open value', 'k = """a\nb', 1],
    ['three quotes at the end, which anything behind would change', 'k = """', 1],
    ['text behind a header, which sops drops', '[s] x', 1],
    ['text behind a closing quote, which sops drops', 'k = `a` b', 1],
    ['text behind the closing quote of many lines', 'k = """a\nb""" c ; d', 2],
    ['text behind a quoted key, which sops drops', '"k" x = v', 1],
    ['a key twice, of which sops drops one', '[s]\nk=1\nk=2', 3],
    ['a key twice, once without name', '-=1\n"#1"=2', 2],
  ])('is refused with %s', (_, text, line) => {
    expect(failure(() => iniStore.parse(text))).toMatchObject({ code: 'ERR_SYNTAX', where: { line } })
  })

  it.each(['\udcfe\udcffa=1', '\udcff\udcfea=1'])('is refused in UTF-16', (text) => {
    expect(failure(() => iniStore.parse(text)).code).toBe('ERR_UTF8')
  })

  it.each([
    ['two metadata sections', '[sops]\na=1\n[sops]\n'],
    ['a metadata entry that is two things', '[sops]\na=1\na__map_b=1'],
  ])('is refused with %s', (_, text) => {
    expect(failure(() => iniStore.parse(text)).code).toBe('ERR_METADATA')
  })

  it('never shows the line that it refuses', () => {
    const error = failure(() => iniStore.parse(`a=1\n${MARKER}-secret-line`))
    expect(error.code).toBe('ERR_SYNTAX')
    expectNoSecret(error)
  })

  it('may have a very long comment, value or continuation', () => {
    const lines = 200_000
    expect(read(`${';c\n'.repeat(lines)}k=v`)).toMatchObject([
      ['DEFAULT', [['k', 'v'], { comment: expect.any(String) }]],
    ])
    expect(read(`k=a\\\n${'b\\\n'.repeat(lines)}`)).toEqual([['DEFAULT', [['k', `a${'b'.repeat(lines)}`]]]])
    expect(read(`k=\`${'a\n'.repeat(lines)}\``)).toEqual([['DEFAULT', [['k', 'a\n'.repeat(lines)]]]])
  })
})
