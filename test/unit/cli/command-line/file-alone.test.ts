import { describe, expect, it } from 'vitest'
import { isFileAlone } from '../../../../src/cli/command-line/file-alone.ts'

const isAlone = (line: string) => isFileAlone(line.split(' '), { isFile: (path) => path === 'there' })

describe('a command line without a command', () => {
  it.each([
    'a.yaml',
    'dir/a.json',
    'there',
    'a.env b.ini',
    '.env',
    '-s a.yml',
    'a.yaml --ignore-mac',
    '--config c a.yaml',
    '--config=c a.yaml',
    '-- a.yaml',
  ])('is a file to edit: %s', (line) => {
    expect(isAlone(line)).toBe(true)
  })

  it.each([
    'decyrpt',
    'decyrpt a.yaml',
    'a.yaml decrypt',
    'not-there',
    '--config a.yaml',
    '-q',
    '-v a.yaml',
    '--help a.yaml',
    '--nope a.yaml',
    '- a.yaml',
    '',
  ])('is something else: %s', (line) => {
    expect(isAlone(line)).toBe(false)
  })
})
