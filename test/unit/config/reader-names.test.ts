import { describe, expect, it } from 'vitest'
import { readerNames } from '../../../src/config/reader-names.ts'

const names = (text: string) => Object.fromEntries(readerNames(text, ['age1a', 'age1b', 'arn:aws:kms:x']))

describe('what a policy calls its keys', () => {
  const cases: [string, string, Record<string, string>][] = [
    ['an anchor', 'keys:\n  - &alice age1a\n  - &bob "age1b"', { age1a: 'alice', age1b: 'bob' }],
    [
      'a comment behind the only key of a line',
      '- age1a # Alice, ops\n- arn: arn:aws:kms:x #prod',
      {
        age1a: 'Alice, ops',
        'arn:aws:kms:x': 'prod',
      },
    ],
    ['the anchor rather than the comment', '- age1a # note\n- &alice age1a', { age1a: 'alice' }],
    ['the first of several', '- age1a # one\n- age1a # two', { age1a: 'one' }],
    ['no comment where a line has two keys', 'age: age1a,age1b # both', {}],
    ['no comment where an alias stands for a second one', 'age: [*alice, age1b] # both', {}],
    ['no comment that is a sentence of a certain length', `- age1a # ${'long '.repeat(20)}`, {}],
    ['no part of a longer key', '- age1ab # other', {}],
    ['nothing for a hash inside of a word', '- age1a#x', {}],
    ['nothing without keys', '# age', {}],
  ]

  it.each(cases)('is %s', (_name, text, expected) => {
    expect(names(text)).toEqual(expected)
  })
})
