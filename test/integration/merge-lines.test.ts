import { describe, expect, it } from 'vitest'
import type { StoreName } from '../../src/format/tree.ts'
import { type MergeOutcome, mergeVersions } from '../../src/operations/merge/driver.ts'
import { mergeWorld, sealVersion } from '../helpers/merging/versions.ts'
import type { Person } from '../helpers/people.ts'
import { open } from '../helpers/sealing.ts'

const READERS: readonly Person[] = ['alice']
const MARKING = { labels: { ours: 'HEAD', theirs: 'branch' }, markerSize: 7 }
const EXTENSIONS = { yaml: 'yaml', json: 'json', dotenv: 'env', ini: 'ini', binary: 'bin' } as const

type Texts = readonly [base: string, ours: string, theirs: string]

async function merge([base, ours, theirs]: Texts, format: StoreName): Promise<MergeOutcome> {
  const sealed = await sealVersion(base, format, { readers: READERS })
  const versions = {
    base: sealed,
    ours: await sealVersion(ours, format, { readers: READERS }, sealed),
    theirs: await sealVersion(theirs, format, { readers: READERS }, sealed),
  }
  const path = `/repository/file.${EXTENSIONS[format]}`
  return mergeVersions({ ...versions, path, marking: MARKING }, mergeWorld(READERS))
}

async function mergedText(texts: Texts, format: StoreName): Promise<string> {
  const outcome = await merge(texts, format)
  expect(outcome).toMatchObject({ kind: 'merged', notes: [] })
  return Buffer.from((await open(outcome.kind === 'merged' ? outcome.bytes : '', format)).bytes).toString()
}

const BLOCK = 'a: |\n  one\n  two\nb: 1 # why\n'

describe('comments and layout beside values that changed', () => {
  it.each<[string, StoreName, Texts, string]>([
    [
      'a new key with a comment, below a value that the other side changed',
      'yaml',
      ['a: 1\nb: old\n', 'a: 1\nb: new\n', 'a: 1\nb: old\n# about c\nc: 3 # inline\n'],
      'a: 1\nb: new\n# about c\nc: 3 # inline\n',
    ],
    [
      'a comment behind a value that the other side changed',
      'yaml',
      ['a: old\n', 'a: new\n', 'a: old # why\n'],
      'a: new # why\n',
    ],
    [
      'values of both sides, next to each other, one with a comment',
      'yaml',
      ['a: 1\nb: 2\n', 'a: 3\nb: 2\n', '# why\na: 1\nb: 4\n'],
      '# why\na: 3\nb: 4\n',
    ],
    [
      'a text of several lines, and a comment above it',
      'yaml',
      [BLOCK, BLOCK.replace('two', 'three\n  four'), `# about a\n${BLOCK.replace('why', 'because')}`],
      '# about a\na: |\n  one\n  three\n  four\nb: 1 # because\n',
    ],
    [
      'elements of a list that stay where they are',
      'yaml',
      ['l:\n  - a\n  - b\n', 'l:\n  - a\n  - c\n', 'l:\n  - a\n  # why\n  - b # here\n'],
      'l:\n  - a\n  # why\n  - c # here\n',
    ],
    [
      'elements with names, one of which is new',
      'yaml',
      [
        'l:\n  - name: a\n    v: 1\n',
        'l:\n  - name: a\n    v: 2\n',
        'l:\n  # new\n  - name: b\n    v: 3\n  - name: a # old\n    v: 1\n',
      ],
      'l:\n  # new\n  - name: b\n    v: 3\n  - name: a # old\n    v: 2\n',
    ],
    [
      'a text without a line break at its end',
      'yaml',
      ['a: 1\nb: 2', 'a: 1\nb: 3', 'a: 1\nb: 2\n# about c\nc: 4\n'],
      'a: 1\nb: 3\n# about c\nc: 4\n',
    ],
    [
      'a text that begins with a mark of the byte order',
      'yaml',
      ['\ufeffa: 1\nb: 2\n', '\ufeffz: 0\na: 1\nb: 2\n', '\ufeff# top\na: 1\nb: 2\n'],
      '\ufeffz: 0\n# top\na: 1\nb: 2\n',
    ],
    [
      'line breaks that one side turned into others',
      'yaml',
      ['a: 1\r\nb: 2\r\n', 'a: 1\r\nb: 3\r\n', 'a: 1\nb: 2\n# about c\nc: 4\n'],
      'a: 1\nb: 3\n# about c\nc: 4\n',
    ],
    [
      'a variable with a comment',
      'dotenv',
      ['A=1\nB=old\n', 'A=1\nB=new\n', 'A=1\nB=old\n# about C\nC=3\n'],
      'A=1\nB=new\n# about C\nC=3\n',
    ],
    [
      'a section with a comment',
      'ini',
      ['[a]\nb = old\n', '[a]\nb = new\n', '[a]\nb = old\n; about c\n[c]\nd = 1\n'],
      '[a]\nb = new\n; about c\n[c]\nd = 1\n',
    ],
    [
      'keys of both sides behind the last one',
      'json',
      ['{\n  "a": 1\n}\n', '{\n  "a": 2\n}\n', '{\n  "a": 1,\n\n  "b": [1, 2]\n}\n'],
      '{\n  "a": 2,\n\n  "b": [1, 2]\n}\n',
    ],
  ])('are merged with them: %s', async (_, format, texts, merged) => {
    expect(await mergedText(texts, format)).toBe(merged)
    const [base, ours, theirs] = texts
    const turned = await mergedText([base, theirs, ours], format)
    if (!base.includes('\ufeff')) expect(turned).toBe(merged)
  })

  it('a text of several lines that comes to stand last gets the line break that is missing there', async () => {
    const texts = ['a: |\n  1\n  2\nb: 1\n', 'c: 1\na: |\n  1\n  2\nb: 1', 'a: |\n  1\n  2\n'] as const
    expect(await mergedText(texts, 'yaml')).toBe('c: 1\na: |\n  1\n  2\n')
  })

  it('an empty list with a comment is one side of a conflict', async () => {
    const outcome = await merge(['a: # why\n  b: 1\n', 'a: # why\n  b: 2\n', 'a: [] # why\n'], 'yaml')
    expect(outcome).toMatchObject({ kind: 'conflict', conflicts: [{ path: 'a' }] })
    const marked = outcome.kind === 'conflict' ? Buffer.from(outcome.bytes).toString() : ''
    expect(marked).toMatch(/^={7}\na: \[\]/m)
  })

  it('an alias to what the other side changed is written out with what it stood for', async () => {
    const base = 'a_unencrypted: &a\n  host: old\nb: 1\n'
    const texts = [base, base.replace('old', 'new'), `${base}c_unencrypted: *a\n`] as const
    const merged = `${texts[1]}c_unencrypted:\n  host: old\n`
    expect(await mergedText(texts, 'yaml')).toBe(merged)
  })

  it('are named where they are lost, also when only one side has a comment', async () => {
    const outcome = await merge(['a: 1\nb: 2\n', 'b: 2\n', '# about a\na: 1\nb: 2\n'], 'yaml')
    const note = 'both sides changed the same lines: not in the result is a comment of theirs at a'
    expect(outcome).toMatchObject({ kind: 'merged', notes: [note] })
    expect((await open(outcome.kind === 'merged' ? outcome.bytes : '', 'yaml')).text).toBe('b: 2\n')
  })

  it('are named too when both sides kept them', async () => {
    const texts = ['w: 1\nk: 2 # why\n', 'w: {a: 1}\nk: 2 # why\n', 'w: 1\n\ng: 3 # why\n'] as const
    const outcome = await merge(texts, 'yaml')
    const note = 'both sides changed the same lines: not in the result is a comment of ours at k'
    expect(outcome).toMatchObject({ kind: 'merged', notes: [note] })
    expect((await open(outcome.kind === 'merged' ? outcome.bytes : '', 'yaml')).text).toBe('w: {a: 1}\ng: 3\n')
  })
})
