import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SelectorSpec } from '../../../src/format/metadata.ts'
import { compileSelector, SEAL_ALL, type Selector } from '../../../src/format/selector.ts'
import type { Branch } from '../../../src/format/tree.ts'
import { walk } from '../../../src/format/walk.ts'
import { yamlStore } from '../../../src/format/yaml/store.ts'
import { runs } from '../../helpers/runs.ts'

interface Visited {
  readonly aad: string
  readonly path: string
  readonly text: string
  readonly selected: boolean
  readonly inList: boolean
}

function visits(documents: readonly Branch[], selector: Selector): Visited[] {
  const found: Visited[] = []
  walk(documents, selector, (leaf, { aad, path, selected, inList }) => {
    const text = leaf.kind === 'comment' ? `#${leaf.text}` : leaf.value
    found.push({ aad, path: path.join('/'), text, selected, inList })
    return undefined
  })
  return found
}

const documentsOf = (text: string) => yamlStore.parse(text).documents

/** What a selector seals of a text, in the order of the walk. */
async function sealedIn(text: string, spec: SelectorSpec): Promise<string[]> {
  const selector = await compileSelector(spec)
  return visits(documentsOf(text), selector).flatMap((visit) => (visit.selected ? [visit.text] : []))
}

describe('the walk', () => {
  it('visits leaves in the order of the text, all documents, depth first', () => {
    const text = '#0\na: 1\nb:\n  c: [2, [3, {d: 4}]] \n  e: 5\n#6\nf: 7\n---\na: 8\n'
    expect(visits(documentsOf(text), SEAL_ALL).map((visit) => visit.text)).toEqual([
      '#0',
      '1',
      '2',
      '3',
      '4',
      '5',
      '#6',
      '7',
      '8',
    ])
  })

  it('skips nulls and empty collections, not empty texts', () => {
    expect(visits(documentsOf('a: ~\nb: {}\nc: []\nd: ""\ne:\n- ~\n'), SEAL_ALL).map((visit) => visit.aad)).toEqual([
      'd:',
    ])
  })

  it.each<[string, string, string]>([
    ['a key', 'a: x', 'a:'],
    ['keys in one another', 'a: {b: x}', 'a:b:'],
    ['a list, without its positions', 'a: [x]', 'a:'],
    ['a list in a list', 'a: [[x]]', 'a:'],
    ['a key in a list', 'a: [{b: x}]', 'a:b:'],
    ['a key with a colon, which looks like two', '"a:b": x', 'a:b:'],
    ['an empty key', '"": x', ':'],
    ['an empty key below another', 'a: {"": x}', 'a::'],
    ['<<', '<<: {a: x}', '<<:a:'],
    ['__proto__', '__proto__: {constructor: x}', '__proto__:constructor:'],
    ['the same keys in a later document', 'z: ~\n---\na: x', 'a:'],
    ['a comment at the root', '#x\na: ~', ':'],
    ['a comment in a mapping: that of the mapping', 'a:\n  #x\n  b: ~', 'a:'],
    ['a comment in a list: that of the list', 'a:\n- #x\n  b: ~', 'a:'],
    ['a comment in a list', 'a:\n#x\n- ~', 'a:'],
    ['a comment behind a value', 'a:\n  b: ~ #x', 'a:'],
  ])('binds a leaf to its path: %s', (_, text, aad) => {
    expect(visits(documentsOf(`${text}\n`), SEAL_ALL).map((visit) => visit.aad)).toEqual([aad])
  })

  it('gives the path as keys, and comes back from every collection', () => {
    const found = visits(documentsOf('a:\n  b: [1, {c: 2}]\n  #x\nd: 3\n#y\n'), SEAL_ALL)
    expect(found.map((visit) => visit.path)).toEqual(['a/b', 'a/b/c', 'a', 'd', ''])
  })

  it('says what stands in a list itself', () => {
    const found = visits(documentsOf('#a\nb:\n#c\n- d\n- e: f #g\n#h\n'), SEAL_ALL)
    expect(found.filter((visit) => visit.inList).map((visit) => visit.text)).toEqual(['#c', 'd'])
  })

  it('has the same path and order for any nesting of lists', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 6 }), (depths) => {
        const items = depths.map((depth, index) => `${'['.repeat(depth)}${index}${']'.repeat(depth)}`)
        const found = visits(documentsOf(`a: [${items.join(', ')}]\n`), SEAL_ALL)
        expect(found.map((visit) => [visit.aad, visit.text])).toEqual(depths.map((_, index) => ['a:', String(index)]))
      }),
      runs(50),
    )
  })
})

describe('a suffix or a regex selector', () => {
  const text = '#top\na: 1\nb_x: 2\nc_x:\n  #in\n  d: 3\n  e_y: [4, {f: 5}]\ng:\n- h_x: 6\n  i: 7\n'
  it.each<[SelectorSpec, string[]]>([
    [{ field: 'unencrypted_suffix', pattern: '_x' }, ['#top', '1', '7']],
    [{ field: 'encrypted_suffix', pattern: '_x' }, ['2', '#in', '3', '4', '5', '6']],
    [{ field: 'unencrypted_regex', pattern: '_x$' }, ['#top', '1', '7']],
    [{ field: 'encrypted_regex', pattern: '_x$' }, ['2', '#in', '3', '4', '5', '6']],
    [{ field: 'encrypted_regex', pattern: '_' }, ['2', '#in', '3', '4', '5', '6']],
    [{ field: 'encrypted_regex', pattern: '^c_x:e_y$' }, []],
    [{ field: 'encrypted_regex', pattern: '^e' }, ['4', '5']],
    [{ field: 'encrypted_suffix', pattern: '' }, ['1', '2', '#in', '3', '4', '5', '6', '7']],
  ])('looks at every key of the path alone: %o', async (spec, sealed) => {
    expect(await sealedIn(text, spec)).toEqual(sealed)
  })

  it('seals a comment with its collection, not with its neighbour', async () => {
    const spec: SelectorSpec = { field: 'encrypted_regex', pattern: '^data$' }
    expect(await sealedIn('#above\ndata: #behind\n  #inside\n  a: 1\n#below\nb: 2\n', spec)).toEqual(['#inside', '1'])
  })

  it('seals values at the root only when a key says so', async () => {
    expect(await sealedIn('a: 1\n', { field: 'encrypted_suffix', pattern: 'a' })).toEqual(['1'])
    expect(await sealedIn('#c\n{}\n', { field: 'encrypted_suffix', pattern: '' })).toEqual([])
    expect(await sealedIn('#c\n{}\n', { field: 'unencrypted_suffix', pattern: '' })).toEqual(['#c'])
  })
})

describe('a comment selector', () => {
  const seal = (text: string) => sealedIn(text, { field: 'encrypted_comment_regex', pattern: 'on' })
  const clear = (text: string) => sealedIn(text, { field: 'unencrypted_comment_regex', pattern: 'off' })

  // sops: TestEncryptedCommentRegex and TestUnencryptedCommentRegex
  it.each<[string, string, string[]]>([
    ['governs the next entry', '#on\na: 1\nb: 2\n', ['1']],
    ['governs everything below the next entry', '#on\na:\n  b: 1\n  c: [2, {d: 3}]\ne: 4\n', ['1', '2', '3']],
    ['governs the comments between it and the entry', '#x\n#on\n#y\na: 1\n#z\n', ['#y', '1']],
    ['stays clear itself, and so does one before it', '#on\n#on\na: 1\n', ['#on', '1']],
    ['counts as standing before its value when it is behind it', 'a: 1 #on\nb: 2\n', ['1']],
    ['governs an element', 'a:\n#on\n- 1\n- 2\n', ['1']],
    ['governs a nested list', 'a:\n#on\n- [1, 2]\n- 3\n', ['1', '2']],
    ['inside a collection governs nothing outside of it', 'a:\n  #on\n  b: 1\n  c: 2\nd: 3\n', ['1']],
    ['at the end of a collection governs nothing', 'a:\n  b: 1\n  #on\nc: 2\n', []],
    ['behind the key of a list governs the whole list', 'a: #on\n- 1\n- 2\n', ['1', '2']],
    ['in front of a null is spent on it', '#on\na: ~\nb: 1\n', []],
    ['does not reach the next document', 'a: 1\n#on\n---\nb: 2\n', []],
    ['of an outer collection adds to one of an inner', '#on\na:\n  #x\n  b: 1\n', ['#x', '1']],
  ])('that seals %s', async (_, text, sealed) => {
    expect(await seal(text)).toEqual(sealed)
  })

  it.each<[string, string, string[]]>([
    ['governs the next entry', '#off\na: 1\nb: 2\n', ['2']],
    ['stays clear, and so does what follows it', '#x\n#off\n#y\na: 1\n#z\n', ['#x', '#z']],
    ['governs everything below the next entry', '#off\na:\n  b: 1\n  #x\n  c: [2]\nd: 3\n', ['3']],
    ['counts as standing before its value', 'a: 1 #off\nb: 2 #x\n', ['#x', '2']],
    ['governs an element', 'a:\n#off\n- 1\n#x\n- 2\n', ['#x', '2']],
  ])('that leaves clear %s', async (_, text, sealed) => {
    expect(await clear(text)).toEqual(sealed)
  })

  it('looks at the text behind the sign', async () => {
    expect(await sealedIn('# on\na: 1\n', { field: 'encrypted_comment_regex', pattern: '^on' })).toEqual([])
    expect(await sealedIn('# on\na: 1\n', { field: 'encrypted_comment_regex', pattern: '^ on$' })).toEqual(['1'])
  })

  it('is not stopped by a sealed element that turns out to be a comment', async () => {
    const selector = await compileSelector({ field: 'encrypted_comment_regex', pattern: 'on' })
    const found: string[] = []
    walk(documentsOf('a:\n#on\n- x\n- 1\n- 2\n'), selector, (leaf, { selected }) => {
      const text = leaf.kind === 'comment' ? `#${leaf.text}` : leaf.value
      if (selected) found.push(text)
      return text === 'x'
    })
    expect(found).toEqual(['x', '1'])
  })
})
