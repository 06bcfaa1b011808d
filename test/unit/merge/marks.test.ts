import { describe, expect, it } from 'vitest'
import { markDifferences, sidesOf } from '../../../src/merge/marks.ts'

const MARKING = { labels: { ours: 'HEAD', theirs: 'topic' }, markerSize: 7 }

describe('marks', () => {
  it('stand around the lines that differ, and around nothing else', () => {
    expect(markDifferences('a\nb\nc\n', 'a\nx\ny\nc\n', MARKING)).toBe(
      'a\n<<<<<<< HEAD\nb\n=======\nx\ny\n>>>>>>> topic\nc\n',
    )
  })

  it('of lines that one side does not have leave its half empty', () => {
    expect(markDifferences('a\n', 'a\nb\n', MARKING)).toBe('a\n<<<<<<< HEAD\n=======\nb\n>>>>>>> topic\n')
    expect(markDifferences('b\na\n', 'a\n', MARKING)).toBe('<<<<<<< HEAD\nb\n=======\n>>>>>>> topic\na\n')
  })

  it('are as long as git wants them, and end as the lines of ours do', () => {
    expect(markDifferences('a\r\n', 'b\r\n', { ...MARKING, markerSize: 9 })).toBe(
      '<<<<<<<<< HEAD\r\na\r\n=========\r\nb\r\n>>>>>>>>> topic\r\n',
    )
  })

  it('never run into a last line without a line break', () => {
    expect(markDifferences('a\nb', 'a\nc', MARKING)).toBe('a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> topic\n')
  })

  it('are not there when nothing differs', () => {
    expect(markDifferences('a', 'a', MARKING)).toBe('a')
  })
})

describe('the sides of a text with marks', () => {
  it.each([
    ['a\nb\nc\n', 'a\nx\nc\n'],
    ['b\na\n', 'a\n'],
    ['a\r\nb\r\n', 'a\r\nc\r\n'],
    ['a\n', 'a\n'],
  ])('are those it was made of: %j and %j', (ours, theirs) => {
    expect(sidesOf(markDifferences(ours, theirs, MARKING))).toMatchObject({ ours, theirs })
    expect(sidesOf(markDifferences(ours, theirs, { ...MARKING, markerSize: 12 }))).toMatchObject({ ours, theirs })
  })

  it('have a base where all marks say what stood there before', () => {
    const text = '<<<<<<< ours\na\n||||||| base\nb\n=======\nc\n>>>>>>> theirs\nd\n'
    expect(sidesOf(text)).toEqual({ ours: 'a\nd\n', theirs: 'c\nd\n', base: 'b\nd\n' })
    expect(sidesOf(`${text}<<<<<<< ours\na\n=======\nc\n>>>>>>> theirs\n`)).toEqual({
      ours: 'a\nd\na\n',
      theirs: 'c\nd\nc\n',
    })
  })

  it('keep lines that only look like marks', () => {
    const text = '=======\na: <<<<<<< b\n'
    expect(sidesOf(text)).toEqual({ ours: text, theirs: text, base: text })
  })
})
