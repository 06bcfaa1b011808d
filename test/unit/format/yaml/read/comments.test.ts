import { describe, expect, it } from 'vitest'
import type { Branch, Node } from '../../../../../src/format/tree.ts'
import { yamlStore } from '../../../../../src/format/yaml/store.ts'
import { readVectors } from '../../../../helpers/vectors.ts'

/** What a comment is bound to, how many values stand before it in its collection, its text. */
type Place = readonly [aad: string, before: number, text: string, inline?: 'inline']

function placesOf(document: Branch): Place[] {
  const places: Place[] = []
  const visit = (node: Node, aad: string): void => {
    if (node.kind !== 'branch' && node.kind !== 'list') return
    let before = 0
    for (const item of node.items) {
      if (item.kind === 'comment') {
        places.push(item.inline ? [aad, before, item.text, 'inline'] : [aad, before, item.text])
        continue
      }
      if (item.kind === 'entry') visit(item.value, `${aad === ':' ? '' : aad}${item.key}:`)
      else visit(item, aad)
      before += 1
    }
  }
  visit(document, ':')
  return places
}

const commentsIn = (text: string): Place[][] => yamlStore.parse(text).documents.map(placesOf)

describe('comments of a YAML text', () => {
  it('belong to the collection that sops 3.13.3 sees them in', () => {
    const rows = readVectors<{ text: string; comments: Place[][] }>('go-yaml-comments/comments.json')
    const wrong = rows.filter(({ text, comments }) => JSON.stringify(commentsIn(text)) !== JSON.stringify(comments))
    expect(wrong).toEqual([])
    expect(rows.length).toBeGreaterThan(1000)
  })

  // the table of the format's own description, so that a change says what it breaks
  it.each([
    ['below a collection, in the column of its keys', 'a:\n  b:\n    c: 1\n    #X\nd: 1\n', 'a:b:'],
    ['below a collection, between its column and the next', 'a:\n  b:\n    c: 1\n  #X\nd: 1\n', 'a:b:'],
    ['the same with an empty line behind it', 'a:\n  b:\n    c: 1\n  #X\n\nd: 1\n', 'a:'],
    ['the same in column 0', 'a:\n  b:\n    c: 1\n#X\nd: 1\n', ':'],
    ['above a sibling of the collection', 'a:\n  b:\n    c: 1\n  #X\n  d: 1\n', 'a:'],
    ['below a value', 'a:\n  b: 1\n  #X\nd: 1\n', 'a:'],
    ['below a block scalar', 'a:\n  b: |\n    t\n  #X\nd: 1\n', 'a:'],
    ['below a list', 'a:\n  b:\n  - x\n  #X\nd: 1\n', 'a:b:'],
    ['below a list that has a sibling', 'a:\n  b:\n  - x\n  #X\n  d: 1\n', 'a:'],
    ['at the end, behind an empty line', 'a:\n  b: 1\n\n  #X\n', ':'],
    ['at the end', 'a:\n  b: 1\n  #X\n', 'a:'],
    ['behind a key whose value is on the next lines', 'a: #X\n  b: 1\n', ':'],
    ['behind a value', 'a:\n  b: 1 #X\n', 'a:'],
    ['behind a flow collection', 'a: {b: 1} #X\n', 'a:'],
    ['behind a flow list', 'a: [1] #X\n', 'a:'],
    ['behind a dash', 'a:\n- #X\n  b: 1\n', 'a:'],
  ])('stands %s', (_, text, aad) => {
    expect(commentsIn(text)).toEqual([[[aad, expect.any(Number), 'X', ...(/ 1 #X/.test(text) ? ['inline'] : [])]]])
  })

  it('keep everything behind the first sign, blanks included', () => {
    expect(commentsIn('#\n#  x \t\n##y\n# a: "b\na: 1\n')[0]?.map(([, , text]) => text)).toEqual([
      '',
      '  x \t',
      '#y',
      ' a: "b',
    ])
  })

  it('do not begin inside a value', () => {
    expect(commentsIn('a: x#y\nb: "#z"\nc: |\n  # t\nd: \'#\'\n')).toEqual([[]])
  })

  it('that go-yaml drops are listed beside the tree, with the keys of the collection around them', () => {
    const lost = (text: string) =>
      yamlStore.parse(text).lostComments.map(({ path, comment }) => [path, comment.text] as const)
    expect(lost('a: [1, #X\n  2]\n')).toEqual([])
    expect(lost('a: [ #X\n  1]\n')).toEqual([[['a'], 'X']])
    expect(lost('a: { #X\n  }\nb: 1\n')).toEqual([[['a'], 'X']])
    expect(lost('a: 1\nb:\n- |\n  t\n- &x #X\n  c\n')).toEqual([])
    expect(lost('%YAML 1.1 #X\n---\na: 1\n')).toEqual([[[], 'X']])
    expect(lost('a:\n- b: { #X\n  }\n')).toEqual([[['a', 'b'], 'X']])
  })

  it('of the metadata block are not listed as lost', () => {
    expect(yamlStore.parse('a: 1\nsops:\n  b: { #X\n  }\n').lostComments).toEqual([])
  })
})
