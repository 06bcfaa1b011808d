import { describe, expect, it } from 'vitest'
import { joinYaml, splitYaml } from '../../../../src/format/yaml/split.ts'
import { yamlStore } from '../../../../src/format/yaml/store.ts'
import { contentKey } from '../../../../src/merge/same.ts'

const TEXTS = [
  'a: 1\n',
  '---\na: 1\n---\nb: 2\n',
  '# top\n---\na: 1 # x\n\n# foot\n---\n# head\nb: |\n  ---x\n  2\n...\n---\nc: 3',
  'a: 1\n...\n# between\n%YAML 1.1\n---\nb: 2\n',
  'a: 1\r\n---\r\nb: 2\r\n',
  '---\n---\n',
]

describe('a text of several documents', () => {
  it('is taken apart into as many parts, which are the whole text', () => {
    for (const text of TEXTS) {
      const parts = splitYaml(text)
      expect(parts).toHaveLength(yamlStore.parse(text).documents.length)
      expect(parts.join('')).toBe(text)
      expect(joinYaml(parts)).toBe(text)
    }
  })

  it('holds the documents that it is put together of, in whatever order', () => {
    for (const text of TEXTS) {
      const parts = splitYaml(text)
      const { documents } = yamlStore.parse(joinYaml(parts.toReversed()))
      expect(documents.map(contentKey)).toEqual(yamlStore.parse(text).documents.map(contentKey).toReversed())
    }
  })

  it('has a mark before each document but the first, and line breaks of one kind', () => {
    expect(joinYaml(['a: 1', 'b: 2'])).toBe('a: 1\n---\nb: 2')
    expect(joinYaml(['a: 1\r\n', 'b: 2\r\n'])).toBe('a: 1\r\n---\r\nb: 2\r\n')
    expect(joinYaml(['a: 1\n', '%YAML 1.1\n---\nb: 2\n'])).toBe('a: 1\n...\n%YAML 1.1\n---\nb: 2\n')
  })
})
