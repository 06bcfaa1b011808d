import { describe, expect, it } from 'vitest'
import { suggest } from '../../../src/schema/suggest.ts'

const NAMES = ['path_regex', 'age', 'encrypted_regex', 'unencrypted_regex', 'encrypted_suffix', 'key_groups', 'kms']

describe('the name that was meant', () => {
  it.each([
    ['path_regx', 'path_regex'],
    ['pathregex', 'path_regex'],
    ['path-regex', 'path_regex'],
    ['PathRegex', 'path_regex'],
    ['agee', 'age'],
    ['aeg', 'age'],
    ['encryptedRegex', 'encrypted_regex'],
    ['unencripted_regex', 'unencrypted_regex'],
    ['keygroups', 'key_groups'],
    ['KMS', 'kms'],
    ['age', 'age'],
  ])('by %s is %s', (word, expected) => {
    expect(suggest(word, NAMES)).toBe(expected)
  })

  it.each(['', 'creation_rules', 'something', 'x', 'recipients', 'a'.repeat(1000)])('by %s is none of them', (word) => {
    expect(
      suggest(
        word,
        NAMES.filter((name) => name.length > 3),
      ),
    ).toBeUndefined()
  })

  it('shares something with the word', () => {
    expect(suggest('x', ['a', 'b'])).toBeUndefined()
    expect(suggest('xy', ['ab'])).toBeUndefined()
    expect(suggest('xb', ['ab'])).toBe('ab')
  })

  it('is nothing where there are no names', () => {
    expect(suggest('age', [])).toBeUndefined()
  })

  it('is nothing for a word that is much longer than all names, which is compared with none of them', () => {
    // letter by letter this would take minutes
    expect(suggest('a'.repeat(50_000_000), NAMES)).toBeUndefined()
  })
})
