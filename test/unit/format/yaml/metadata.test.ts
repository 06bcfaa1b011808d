import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyEdits } from '../../../../src/format/edits.ts'
import { yamlStore } from '../../../../src/format/yaml/store.ts'
import { branch, fakeSeal, METADATA, plainTree, readTree, str, thereAndBack } from '../../../helpers/fake-seal.ts'
import { runs } from '../../../helpers/runs.ts'

const SMALL = branch({ version: str('3.13.3') })
const BLOCK = 'sops:\n    version: 3.13.3\n'

const placed = (text: string, indent?: number): string => {
  const source = yamlStore.parse(text, indent === undefined ? {} : { indent })
  return applyEdits(text, source.placeMetadata(SMALL))
}
const removed = (text: string): string => applyEdits(text, yamlStore.parse(text).removeMetadata())

describe('the metadata block of a plain YAML file', () => {
  it.each<[string, string, string]>([
    ['goes to the end', 'a: 1\n', `a: 1\n${BLOCK}`],
    ['goes behind empty lines and comments', 'a: 1\n\n# c\n\n', `a: 1\n\n# c\n\n${BLOCK}`],
    ['has no line break at its end where the file has none', 'a: 1', 'a: 1\nsops:\n    version: 3.13.3'],
    ['has the line breaks of the file', 'a: 1\r\nb: 2\r\n', `a: 1\r\nb: 2\r\n${BLOCK.replaceAll('\n', '\r\n')}`],
    ['has lone CRs where the file does', 'a: 1\rb: 2\r', `a: 1\rb: 2\r${BLOCK.replaceAll('\n', '\r')}`],
    ['stands in the column of the keys', '  a: 1\n', '  a: 1\n  sops:\n      version: 3.13.3\n'],
    ['goes in front of the end mark', 'a: 1\n...\n', `a: 1\n${BLOCK}...\n`],
    ['goes in front of a directive', 'a: 1\n%YAML 1.1\n---\nb: 2\n', `a: 1\n${BLOCK}%YAML 1.1\n---\nb: 2\n${BLOCK}`],
    ['stands in every document', 'a: 1\n---\nb: 2\n', `a: 1\n${BLOCK}---\nb: 2\n${BLOCK}`],
    ['stands in a document without content', 'a: 1\n---\n', `a: 1\n${BLOCK}---\n${BLOCK}`],
    ['takes the place of null', '---\n~\n', `---\n\n${BLOCK}`],
    ['goes behind a marker', '---\na: 1\n', `---\na: 1\n${BLOCK}`],
    ['goes behind a byte order mark', '\ufeffa: 1\n', `\ufeffa: 1\n${BLOCK}`],
    ['goes into a flow mapping', '{a: 1}\n', '{a: 1, sops: {version: 3.13.3}}\n'],
    ['goes into an empty flow mapping', '{}\n', '{sops: {version: 3.13.3}}\n'],
    ['goes behind a comma', '{a: 1,}\n', '{a: 1,sops: {version: 3.13.3},}\n'],
    ['goes behind a comma and a comment', '{a: 1, # c\n}\n', '{a: 1, # c\nsops: {version: 3.13.3},}\n'],
    ['goes into a flow mapping of several lines', '{\n  "a": 1\n}\n', '{\n  "a": 1\n, sops: {version: 3.13.3}}\n'],
  ])('%s', (_, text, sealed) => {
    expect(placed(text)).toBe(sealed)
  })

  it.each([
    [0, 'sops:\n    version: 3.13.3\n'],
    [1, 'sops:\n  version: 3.13.3\n'],
    [3, 'sops:\n   version: 3.13.3\n'],
    [10, 'sops:\n  version: 3.13.3\n'],
  ])('is indented as sops does with --indent %i', (indent, block) => {
    expect(placed('a: 1\n', indent)).toBe(`a: 1\n${block}`)
  })

  it('does not give a line break to a block scalar that ends with the file', () => {
    for (const text of ['a: |\n  b', 'a: >\n  b', 'a:\n- |+\n  b', 'a: | # c\n  b', 'a: |2\n  b', 'a: |-\n  b']) {
      const sealed = placed(text)
      expect(readTree(yamlStore, sealed)).toEqual(readTree(yamlStore, text))
    }
  })
})

describe('the metadata block of a sealed YAML file', () => {
  const sealed = `a: 1\n${BLOCK}`

  it.each<[string, string, string]>([
    ['where it stands', `${BLOCK}a: 1\n`, 'sops:\n    version: "2"\na: 1\n'],
    ['in the middle', `a: 1\n${BLOCK}b: 2\n`, 'a: 1\nsops:\n    version: "2"\nb: 2\n'],
    ['with its key in quotes', 'a: 1\n"sops":\n  version: "1"\n', 'a: 1\nsops:\n    version: "2"\n'],
    ['in flow style', 'a: 1\nsops: {version: "1"}\nb: 2\n', 'a: 1\nsops:\n    version: "2"\nb: 2\n'],
    ['in a flow mapping', '{a: 1, sops: {version: "1"}, b: 2}\n', '{a: 1, sops: {version: "2"}, b: 2}\n'],
    [
      'in every document',
      `a: 1\n${BLOCK}---\nb: 2\n${BLOCK}`,
      'a: 1\nsops:\n    version: "2"\n---\nb: 2\nsops:\n    version: "2"\n',
    ],
  ])('is replaced %s', (_, text, result) => {
    const source = yamlStore.parse(text)
    expect(applyEdits(text, source.placeMetadata(branch({ version: str('2') })))).toBe(result)
  })

  it.each<[string, string, string]>([
    ['at the end', sealed, 'a: 1\n'],
    ['at the start', `${BLOCK}a: 1\n`, 'a: 1\n'],
    ['in the middle', `a: 1\n${BLOCK}b: 2\n`, 'a: 1\nb: 2\n'],
    ['without line break behind it', 'a: 1\nsops:\n    version: "1"', 'a: 1'],
    ['with comments around it', `a: 1\n# c\n${BLOCK}# d\n`, 'a: 1\n# c\n# d\n'],
    ['with comments in it', 'a: 1\nsops:\n    # d\n    version: "1" # e\n', 'a: 1\n'],
    ['but not the comment behind its key, which sops puts there', 'a: 1\nsops: # c\n    version: "1"\n', 'a: 1\n# c\n'],
    ['in a flow mapping', '{a: 1, sops: {version: "1"}}\n', '{a: 1}\n'],
    ['at the start of a flow mapping', '{sops: {version: "1"}, a: 1}\n', '{ a: 1}\n'],
    ['in every document', `a: 1\n${BLOCK}---\nb: 2\n${BLOCK}`, 'a: 1\n---\nb: 2\n'],
    ['of a file that is nothing else', BLOCK, '{}\n'],
    ['of a later document that is nothing else', `a: 1\n${BLOCK}---\n${BLOCK}`, 'a: 1\n---\n'],
    ['with CRLF', sealed.replaceAll('\n', '\r\n'), 'a: 1\r\n'],
  ])('is taken out %s', (_, text, plain) => {
    expect(removed(text)).toBe(plain)
  })

  it('is told from the values, with its tree', () => {
    const source = yamlStore.parse(`a: 1\n${BLOCK}---\nb: 2\nsops: {x: y}\n`)
    expect(source.hasReserved).toBe(true)
    expect(source.metadata === undefined ? undefined : plainTree(source.metadata)).toEqual([['version', '3.13.3']])
    expect(source.documents.map(plainTree)).toEqual([[['a', { int: '1' }]], [['b', { int: '2' }]]])
  })

  it('is none when it stands only in a later document, or below a key', () => {
    const later = yamlStore.parse('a: 1\n---\nsops: {x: y}\n')
    expect([later.metadata, later.hasReserved]).toEqual([undefined, true])
    const below = yamlStore.parse('a:\n  sops: {x: y}\n')
    expect([below.metadata, below.hasReserved]).toEqual([undefined, false])
  })
})

describe('sealing and opening a YAML file', () => {
  const TEXTS = [
    'a: x\n',
    'a: x',
    'a: x\r\nb: z\r\n',
    '\ufeffa: x\n',
    '---\na: x\n',
    'a: x\n...\n',
    '%YAML 1.1\n---\na: x\n',
    '  a: x\n  b:\n  - z\n',
    '# c\n\na: x # d\n\n\n# e\n',
    'a: x\n---\nb: z\n',
    'a: x\n---\n# c\n---\nb: z\n',
    '--- # c\na: x\n... # d\n---\nb: z\n',
    '{a: x}\n',
    '{a: x, }\n',
    '{\n  a: x\n}',
    '{a: x} # c\n',
    'a: |\n  x\n',
    'a: |+\n  x\n\n',
    'a: |-\n  x',
    'a: >\n  x\n\n\n',
    'a:\n- |\n  x\n# c\n',
    'a: x\n  \nb: z\n   \n',
    '{}\n',
    '---\n',
    '',
  ]

  it.each(TEXTS)('gives it back byte for byte: %j', (text) => {
    expect(thereAndBack(yamlStore, text)).toBe(text)
  })

  it('does so whatever of it is sealed', () => {
    fc.assert(
      fc.property(fc.constantFrom(...TEXTS), fc.infiniteStream(fc.boolean()), (text, choices) => {
        const chosen = [...choices.take(20)]
        expect(thereAndBack(yamlStore, text, (index) => chosen[index] === true)).toBe(text)
      }),
      runs(100),
    )
  })

  it.each([
    ['null', '~\n', '\n{}\n'],
    ['a block scalar at the end without line break, whose header says less than it holds', 'a: |\n  x', 'a: |-\n  x'],
  ])('gives back the value, not the bytes, of %s', (_, text, back) => {
    expect(thereAndBack(yamlStore, text)).toBe(back)
    expect(yamlStore.parse(back).documents.map(plainTree)).toEqual(yamlStore.parse(text).documents.map(plainTree))
  })

  it('puts the block into a text that sops reads: one mapping, every key once', () => {
    for (const text of TEXTS) {
      const source = yamlStore.parse(fakeSeal(yamlStore, text).text)
      expect(source.documents.length).toBe(yamlStore.parse(text).documents.length)
      if (text !== '')
        expect(source.metadata === undefined ? undefined : plainTree(source.metadata)).toEqual(plainTree(METADATA))
    }
  })
})
