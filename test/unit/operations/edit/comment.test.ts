import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FormatError } from '../../../../src/errors.ts'
import { describeProblem, withoutProblem, withProblem } from '../../../../src/operations/edit/comment.ts'

const problem = new FormatError('ERR_SYNTAX', 'something\nis missing', {
  where: { line: 2, column: 3, path: ['a', 'b'] },
  hint: 'add it',
})
const bytes = (text: string) => Buffer.from(text, 'utf8')
const put = (text: string, store: 'yaml' | 'ini' | 'json' | 'binary' = 'yaml') => {
  const result = withProblem(bytes(text), problem, store)
  return result === undefined ? undefined : Buffer.from(result).toString('utf8')
}

describe('what is wrong with a text', () => {
  it('is said in lines of their own, with its place', () => {
    expect(describeProblem(problem)).toEqual(['error: line 2: a.b: something is missing', 'hint: add it'])
    expect(describeProblem(new FormatError('ERR_EMPTY', 'nothing'))).toEqual(['error: nothing'])
  })

  it('stands above it as a comment of its format, which counts the lines of the comment', () => {
    expect(put('x: 1\ny\n')).toBe(
      [
        '#! bulla: error: line 5: a.b: something is missing',
        '#! bulla: hint: add it',
        '#! bulla: these lines go away by themselves; leave the text as it is to give up',
        'x: 1',
        'y',
        '',
      ].join('\n'),
    )
    expect(put('[s]\n', 'ini')).toMatch(/^;! bulla: error: .*\n;! bulla: hint: .*\n;! bulla: .*\n\[s\]\n$/)
    expect([put('{}', 'json'), put('x', 'binary')]).toEqual([undefined, undefined])
  })

  it('stands behind a byte order mark', () => {
    expect(put('\ufeffa: 1\n')).toMatch(/^\ufeff#! bulla: /)
  })

  it('is taken out again, whatever the text is', () => {
    const texts = fc.oneof(
      fc.uint8Array(),
      fc.string({ unit: fc.constantFrom('#', '!', ' ', 'a', '\n', '\r', '\ufeff', 'ü', '\u2028') }).map(bytes),
    )
    const runs = process.env['SLOW'] === undefined ? {} : { numRuns: 10_000 }
    fc.assert(
      fc.property(texts, (text) => {
        const commented = withProblem(text, problem, 'yaml')
        expect(Buffer.from(withoutProblem(commented ?? Buffer.of(), 'yaml'))).toEqual(Buffer.from(text))
      }),
      runs,
    )
  })

  it('is taken out when an editor changed the line ends or moved it', () => {
    const commented = put('x: 1\ny\n')?.replaceAll('\n', '\r\n') ?? ''
    expect(Buffer.from(withoutProblem(bytes(commented), 'yaml')).toString()).toBe('x: 1\r\ny\r\n')
    const moved = `x: 1\n${put('')}`
    expect(Buffer.from(withoutProblem(bytes(moved), 'yaml')).toString()).toBe('x: 1\n')
    expect(Buffer.from(withoutProblem(bytes('{}'), 'json')).toString()).toBe('{}')
  })
})
