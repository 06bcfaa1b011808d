import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Branch, Comment, Entry, List, Node } from '../../../../src/format/tree.ts'
import { yamlStore } from '../../../../src/format/yaml/store.ts'
import { failure } from '../../../helpers/failure.ts'
import { branch, list, plainTree, str } from '../../../helpers/fake-seal.ts'
import { runs } from '../../../helpers/runs.ts'
import { readVectors } from '../../../helpers/vectors.ts'

const emit = (document: Branch, indent?: number): string =>
  yamlStore.emit([document], indent === undefined ? {} : { indent })
const emitText = (text: string, indent?: number): string =>
  yamlStore.emit(yamlStore.parse(text).documents, indent === undefined ? {} : { indent })
const treesOf = (text: string): unknown[] => yamlStore.parse(text).documents.map(plainTree)

describe('a tree written as YAML', () => {
  it('has the layout of sops 3.13.3 for every kind of string, as value and as key', () => {
    const rows = readVectors<{ string: string; entry: string }>('go-yaml-layout/strings.json')
    const written = rows.map(({ string }) => ({ string, entry: emit(branch({ [string]: str(string) })) }))
    expect(written).toEqual(rows)
  })

  it('has the layout of sops 3.13.3 for collections, numbers, times, comments and every indent', () => {
    const rows = readVectors<{ text: string; indent: number; layout: string }>('go-yaml-layout/trees.json')
    const written = rows.map(({ text, indent }) => ({ text, indent, layout: emitText(text, indent) }))
    expect(written).toEqual(rows)
  })

  it('cannot be indented by a negative number of columns', () => {
    expect(failure(() => emit(branch({ a: str('x') }), -1)).code).toBe('ERR_EMIT')
  })
})

describe('what sops writes so that it does not come back', () => {
  it.each([
    ['a float without fraction stays one', 'a: 1.0\nb: 1e3\n', 'a: 1.0\nb: 1000.0\n'],
    ['a text that starts with a tab keeps it', 'a: "\\tb\\nc"\n', 'a: |4-\n    \tb\n    c\n'],
    ['the indent of a text below a list is right', 'a: [" b\\nc"]\n', 'a:\n    - |2-\n       b\n      c\n'],
    ['the value << is quoted', 'a: "<<"\n', 'a: "<<"\n'],
    ['the key << is quoted where nothing can be merged', '"<<": 1\n', '"<<": 1\n'],
    ['U+2028 is escaped: YAML 1.2 does not break lines there', 'a: "b\\Lc"\n', 'a: "b\\Lc"\n'],
    [
      'a comment above the keys of an element stays inside it',
      'l:\n- #x\n  #y\n  k: v\n',
      'l:\n    - #x\n      #y\n      k: v\n',
    ],
    [
      'comments above two lists in one another stay apart',
      'l:\n#x\n- #y\n  - a\n',
      'l:\n    #x\n    - #y\n      - a\n',
    ],
    ['a comment behind a list element stays outside', 'l:\n- [a] #x\n', 'l:\n    #x\n    - - a\n'],
    [
      'an empty line keeps a comment out of the collection above it',
      'a:\n  b:\n    c: 1\n  #x\n\nd: 1\n',
      'a:\n    b:\n        c: 1\n    #x\n\nd: 1\n',
    ],
    ['it does so in front of the next document', 'a:\n  b:\n    c: 1\n  #x\n\n---\nd: 1\n', undefined],
    ['a comment in an empty mapping stays', 'a: {} #x\n', 'a:\n    #x\n    {}\n'],
    ['a comment in an empty list stays', 'a: [] #x\nb: 1\n', 'a:\n    #x\n    []\nb: 1\n'],
    ['comments below a long key stay inside its value', '? "a\\nb"\n:\n  #x\n  c: 1\n', undefined],
  ])('%s', (_, text, layout) => {
    const written = emitText(text)
    if (layout !== undefined) expect(written).toBe(layout)
    expect(treesOf(written)).toEqual(treesOf(text))
  })

  it('of two comments behind one value, the first goes above it', () => {
    const items: Branch['items'] = [
      comment('x', true),
      comment('y', true),
      { kind: 'entry', key: 'a', value: str('b') },
    ]
    expect(emit({ kind: 'branch', items })).toBe('#x\na: b #y\n')
  })

  it.each([
    ['a line break', ' a\nb', '# a\n# b\n{}\n'],
    ['lines that bring their sign along', ' a\n# b\n; c', '# a\n# b\n# ; c\n{}\n'],
    ['an empty line', 'a\n\nb', '#a\n#\n# b\n{}\n'],
    ['a line break at its end, as in a dotenv file with CRLF', ' a\r', '# a\n{}\n'],
  ])('a comment of another format with %s is several comments', (_, text, layout) => {
    expect(emit({ kind: 'branch', items: [comment(text)] })).toBe(layout)
  })

  it.each([
    ['a control character', 'a\x01'],
    ['bytes that are not UTF-8', 'a\udcff'],
    ['a byte order mark', '\ufeff'],
  ])('a comment with %s is refused', (_, text) => {
    expect(failure(() => emit({ kind: 'branch', items: [comment(text)] })).code).toBe('ERR_EMIT')
  })
})

describe('one value written as YAML, as --extract prints it', () => {
  it.each<[string, Node, string]>([
    ['a number', { kind: 'scalar', type: 'int', value: '5' }, '5\n'],
    ['a truth value', { kind: 'scalar', type: 'bool', value: 'True' }, 'true\n'],
    ['a null', { kind: 'null' }, 'null\n'],
    ['a list', list([str('a'), list([str('b')]), branch({ k: str('v') })]), '- a\n- - b\n- k: v\n'],
    ['an empty list', list([]), '[]\n'],
    ['a mapping', branch({ a: branch({ b: str('c') }) }), 'a:\n    b: c\n'],
    ['an empty mapping', branch({}), '{}\n'],
    ['a text of several lines', str('a\nb'), '|-\n    a\n    b\n'],
  ])('%s', (_, node, text) => {
    expect(yamlStore.emitValue(node)).toBe(text)
  })
})

describe('any tree written as YAML', () => {
  it('reads back as the same values, at every indent', () => {
    fc.assert(
      fc.property(branches(), fc.integer({ min: 0, max: 11 }), (document, indent) => {
        expect(treesOf(emit(document, indent))).toEqual([plainTree(document)])
      }),
      runs(300),
    )
  })

  it('keeps the comments of mappings and of lists of scalars where they are', () => {
    fc.assert(
      fc.property(branches(commentTexts), (document) => {
        const text = emit(document)
        expect(treesOf(text)).toEqual([plainTree(document)])
        expect(emitText(text)).toBe(text)
      }),
      runs(300),
    )
  })

  it('can be several documents', () => {
    fc.assert(
      fc.property(fc.array(branches(), { minLength: 1, maxLength: 4 }), (documents) => {
        expect(treesOf(yamlStore.emit(documents))).toEqual(documents.map(plainTree))
      }),
      runs(100),
    )
  })
})

// --- arbitrary trees --------------------------------------------------------------------------------------------------

const words = fc.constantFrom(
  '',
  ' ',
  '- a',
  'a: b',
  ' #',
  '---',
  '...',
  '|',
  '<<',
  'y',
  '1',
  '~',
  '\n',
  'a\n',
  '\ta\nb',
)
const strings = fc.oneof(
  words,
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.array(fc.oneof(words, fc.string({ maxLength: 4 })), { maxLength: 5 }).map((parts) => parts.join('')),
)
const commentTexts = fc.stringMatching(/^[ -~]{0,6}$/)

function comment(text: string, inline = false): Comment {
  return { kind: 'comment', text, inline }
}

function branches(comments?: fc.Arbitrary<string>): fc.Arbitrary<Branch> {
  const scalars = fc.oneof(
    strings.map(str),
    fc.constant<Node>({ kind: 'null' }),
    fc.integer().map((value): Node => ({ kind: 'scalar', type: 'int', value: String(value) })),
    fc.boolean().map((value): Node => ({ kind: 'scalar', type: 'bool', value: value ? 'True' : 'False' })),
  )
  const maybeComment =
    comments === undefined
      ? fc.constant([])
      : fc.array(
          comments.map((text) => comment(text)),
          { maxLength: 2 },
        )
  const { mapping } = fc.letrec<{ node: Node; mapping: Branch; sequence: List }>((tie) => ({
    node: fc.oneof({ maxDepth: 4, withCrossShrink: true }, scalars, tie('mapping'), tie('sequence')),
    mapping: fc
      .uniqueArray(fc.tuple(strings, tie('node'), maybeComment), { maxLength: 4, selector: ([key]) => key })
      .map((entries) => ({
        kind: 'branch',
        items: entries.flatMap(([key, value, above]): (Entry | Comment)[] =>
          key === 'sops' ? [] : [...above, { kind: 'entry', key, value }],
        ),
      })),
    // a comment between elements that are collections would be read as part of the first
    sequence: fc
      .array(fc.tuple(comments === undefined ? tie('node') : scalars, maybeComment), { maxLength: 4 })
      .map((items) => ({
        kind: 'list',
        items: items.flatMap(([node, above]): (Node | Comment)[] => [...above, node]),
      })),
  }))
  return mapping
}
