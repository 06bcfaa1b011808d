import { describe, expect, it } from 'vitest'
import { createDataKey } from '../../../../src/crypto/data-key.ts'
import { openTree } from '../../../../src/crypto/open-tree.ts'
import { applyEdits } from '../../../../src/format/edits.ts'
import { SEAL_ALL } from '../../../../src/format/selector.ts'
import { yamlStore } from '../../../../src/format/yaml/store.ts'
import { failure } from '../../../helpers/failure.ts'
import { fakeEnc, fakeSeal, METADATA, thereAndBack } from '../../../helpers/fake-seal.ts'
import { random } from '../../../helpers/random.ts'

const repeat = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('')

describe('a YAML text that is too much', () => {
  it.each<[string, string, number]>([
    ['flow lists', `a: ${'['.repeat(1001)}`, 1],
    ['flow mappings', `a: ${'{b: '.repeat(1001)}`, 1],
    ['block mappings', repeat(1002, (index) => `${' '.repeat(index)}a:\n`), 1001],
    ['block lists', `a:\n${'- '.repeat(1001)}b\n`, 2],
    ['both', `${repeat(501, (index) => `${' '.repeat(index)}a:\n`)}${' '.repeat(501)}b: ${'['.repeat(501)}`, 502],
  ])('has more than 1000 %s in one another', (_, text, line) => {
    const error = failure(() => yamlStore.parse(text))
    expect([error.code, error.where?.line]).toEqual(['ERR_LIMIT', line])
  })

  it('may have 1000 collections in one another, and they can be sealed and opened', () => {
    const flow = `a: ${'['.repeat(999)}x${']'.repeat(999)}\n`
    expect(thereAndBack(yamlStore, flow)).toBe(flow)
    const block = `${repeat(999, (index) => `${' '.repeat(index)}a:\n`)}${' '.repeat(999)}a: x\n`
    expect(thereAndBack(yamlStore, block)).toBe(block)
  })

  it('of aliases that double is refused, in every document', () => {
    const bomb = `a0: &a0 [x, x]\n${repeat(40, (index) => `a${index + 1}: &a${index + 1} [*a${index}, *a${index}]\n`)}`
    expect(failure(() => yamlStore.parse(bomb)).code).toBe('ERR_LIMIT')
    expect(failure(() => yamlStore.parse(`b: 1\n---\n${bomb}`)).code).toBe('ERR_LIMIT')
  })

  it('of aliases that double below merge keys is refused', () => {
    const bomb = `a0: &a0 {x: y}\n${repeat(40, (i) => `a${i + 1}: &a${i + 1} {b: {<<: *a${i}}, c: {<<: *a${i}}}\n`)}`
    expect(failure(() => yamlStore.parse(bomb)).code).toBe('ERR_LIMIT')
  })

  it('may have many aliases of something small', () => {
    const text = `a: &x y\n${repeat(20_000, (index) => `b${index}: *x\n`)}`
    expect(yamlStore.parse(text).aliases.length).toBe(20_000)
  })
})

// Each of these takes far longer than a test may when the work grows with the square of the size.
describe('time grows with the size, not with its square', () => {
  it.each<[string, string]>([
    ['comments', `${'#x\n'.repeat(100_000)}a: 1\n`],
    ['comments with empty lines', `${'#x\n\n'.repeat(100_000)}a: 1\n`],
    ['comments of two columns', `a: 1\n${'  #x\n#y\n\n'.repeat(60_000)}`],
    ['comments below elements', `a:\n${'- b\n  #x\n\n'.repeat(40_000)}`],
    ['comments everywhere', repeat(40_000, (index) => `#x\nk${index}: v #y\n\n`)],
    ['comments that go-yaml drops', repeat(60_000, (index) => `k${index}: [ #x\n  ]\n`)],
    ['comments that go-yaml drops, in one list', `a:\n${'- { #x\n  }\n'.repeat(100_000)}`],
    ['simple pairs', repeat(100_000, (index) => `k${index}: v\n`)],
    ['pairs in quotes', repeat(60_000, (index) => `"k${index}": 'v'\n`)],
    ['nested lists', `a:\n${'- - - b\n'.repeat(40_000)}`],
    ['flow pairs on one line', `a: {${repeat(100_000, (index) => `k${index}: v, `)}}\n`],
    ['flow pairs without spaces', `a: {${repeat(60_000, (index) => `"k${index}":v,`)}}\n`],
    ['documents', '---\na: 1\n'.repeat(20_000)],
    ['anchors', repeat(50_000, (index) => `k${index}: &a${index} v\n`)],
    ['empty lines', `a: 1\n${'\n'.repeat(1_000_000)}b: 1\n`],
    ['blanks', `a: 1\n${' '.repeat(1_000_000)}\nb: 1\n`],
    ['empty lines in a plain value', `a: x${'\n'.repeat(1_000_000)}  x\nb: 1\n`],
    ['empty lines in a block scalar', `a: |\n${'\n'.repeat(500_000)}  x\nb: 1\n`],
    ['lines of a plain value', `a: x\n${'  y\n'.repeat(200_000)}`],
    ['lines of a quoted value', `a: "x\n${'  y\n'.repeat(200_000)}"\n`],
    ['a line of a plain value', `a: ${'x y:z '.repeat(200_000)}\n`],
    ['a line without blanks', `a: ${'x'.repeat(1_000_000)}\n`],
    ['a line of signs', `a: x${'#-:'.repeat(300_000)}y\n`],
    ['a line of quotes', `a: '${"''".repeat(500_000)}'\n`],
    ['a line of digits', `a: ${'1_'.repeat(500_000)}\nb: ${'9'.repeat(1_000_000)}\nc: .${'1'.repeat(1_000_000)}\n`],
    ['a line of hexadecimal digits', `a: 0x${'f'.repeat(1_000_000)}\nb: 0b${'1'.repeat(1_000_000)}\n`],
    ['a comment of one line', `a: x #${'y #'.repeat(300_000)}\n`],
    [
      'sealed values that are none',
      repeat(20_000, (index) => `k${index}: 'ENC[AES256_GCM,data:${'a,iv:,tag:,type:'.repeat(3)}'\n`),
    ],
    ['a sealed value that is none', `a: 'ENC[AES256_GCM,data:${'a,iv:b,tag:c,type:d'.repeat(50_000)}'\n`],
  ])('with %s', (_, text) => {
    const source = yamlStore.parse(text)
    expect(source.text).toBe(text)
    expect(source.placeMetadata(METADATA).length).toBeGreaterThan(0)
  })

  it.each<[string, string]>([
    ['brackets that are not closed', `a: ${'[b, '.repeat(900)}${'c, '.repeat(200_000)}`],
    ['quotes that are not closed', `a: "${'x '.repeat(500_000)}`],
    ['a key that is too long', `a:\n  ${'x'.repeat(1_000_000)}: b\n`],
    ['colons', `a: ${'b: '.repeat(300_000)}\n`],
    ['percent signs', `a: !${'%41'.repeat(100_000)}% b\n`],
  ])('when it fails at %s', (_, text) => {
    expect(failure(() => yamlStore.parse(text)).code).toBe('ERR_SYNTAX')
  })

  it('when many values are sealed and opened', () => {
    const text = repeat(5_000, (index) => `k${index}: v # c\nl${index}: |\n  x\n`)
    const { text: sealed } = fakeSeal(yamlStore, text)
    expect(sealed.split('ENC[').length).toBeGreaterThan(15_000)
    expect(yamlStore.parse(sealed).documents.length).toBe(1)
  })

  it('when comments that do not open are looked for elsewhere', () => {
    const fake = fakeEnc(0, 'comment')
    const text = repeat(20_000, (index) => `a${index}:\n  b: c\n  #${fake}\n`)
    const tree = openTree(yamlStore.parse(text), {
      dataKey: createDataKey(random),
      selector: { ...SEAL_ALL, matchSeals: true },
      macOnlyEncrypted: false,
    })
    expect(tree.unopenedComments).toBe(20_000)
  })
})

describe('hostile names and bytes', () => {
  it('__proto__ and its like are keys as any other, at every level', () => {
    const text = '__proto__:\n  constructor: a\n  __proto__: {toString: b}\nhasOwnProperty: c\n'
    expect(thereAndBack(yamlStore, text)).toBe(text)
    expect(({} as Record<string, unknown>)['constructor']).toBe(Object)
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  it('a NUL ends nothing: it is refused where it stands', () => {
    const error = failure(() => yamlStore.parse('a: 1\nb: 2\0\nc: 3\n'))
    expect([error.code, error.where]).toEqual(['ERR_SYNTAX', { line: 2, column: 5 }])
  })

  it('lone CRs end lines, also between values that are sealed', () => {
    const text = 'a: x\r# c\rb:\r- y\r- |\r  z\r'
    expect(thereAndBack(yamlStore, text)).toBe(text)
  })

  it('mixed line breaks stay as they are', () => {
    const text = 'a: x\r\nb: z\n# c\rd: |\r\n  e\n  f\r\ng: h\n'
    const { text: sealed } = fakeSeal(yamlStore, text, (index) => index !== 3)
    expect(applyEdits(sealed, yamlStore.parse(sealed).removeMetadata()).split(/\r\n|\r|\n/).length).toBe(
      text.split(/\r\n|\r|\n/).length,
    )
    expect(thereAndBack(yamlStore, text, (index) => index !== 3)).toBe(text)
  })
})
