import { describe, expect, it } from 'vitest'
import { renderError, renderNote, shortPath } from '../../../../src/cli/show/messages.ts'
import { FormatError, type Where } from '../../../../src/errors.ts'
import { fakeIo } from '../../../helpers/fake-io.ts'

function shown(message: string, where?: Where, hint?: string): string {
  const io = fakeIo()
  const details = { ...(where === undefined ? {} : { where }), ...(hint === undefined ? {} : { hint }) }
  renderError(new FormatError('ERR_SYNTAX', message, details), io)
  return io.err()
}

describe('an error on the terminal', () => {
  const places: [string, Where | undefined, string][] = [
    ['nothing', undefined, 'bulla: error: it broke\n'],
    ['a file', { file: '/repo/a/b.yaml' }, 'bulla: error: a/b.yaml: it broke\n'],
    ['a file somewhere else', { file: '/etc/x' }, 'bulla: error: /etc/x: it broke\n'],
    ['a line', { file: '/repo/b.yaml', line: 3 }, 'bulla: error: b.yaml:3: it broke\n'],
    ['line and column', { file: '/repo/b.yaml', line: 3, column: 7 }, 'bulla: error: b.yaml:3:7: it broke\n'],
    [
      'a path of keys',
      { file: '/repo/b.yaml', path: ['db', 'password'] },
      'bulla: error: b.yaml (db.password): it broke\n',
    ],
    ['only a path of keys', { path: ['a'] }, 'bulla: error: (a): it broke\n'],
    ['the root', { file: '/repo/b.yaml', path: [] }, 'bulla: error: b.yaml: it broke\n'],
  ]

  it.each(places)('names the place: %s', (_name, where, expected) => {
    expect(shown('it broke', where)).toBe(expected)
  })

  it('says what to do', () => {
    expect(shown('it broke', undefined, 'mend it')).toBe('bulla: error: it broke\nbulla: hint: mend it\n')
  })

  it('has one line for each thing it lists', () => {
    expect(shown('no key\n  age1x: no\nlooked in\n  HOME')).toBe(
      'bulla: error: no key\n  age1x: no\n  looked in\n  HOME\n',
    )
  })

  const hostile: [string, Where][] = [
    ['\x1b[2Jgone \x07', { file: '/repo/\x1b]0;title\x07.yaml' }],
    ['a\r\nb', { file: '/repo/a\nbulla: hint: run this.yaml', path: ['a\nbulla: hint: or that'] }],
    ['\u202egnp.exe\u2066 \u009b31m', { path: ['\u2028bulla: error: no'] }],
  ]

  it.each(hostile)('cannot steer the terminal, nor look like another message: %j', (message, where) => {
    const text = shown(message, where, message)
    expect(text).not.toMatch(/[\0-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/)
    for (const line of text.trimEnd().split('\n')) expect(line).toMatch(/^(bulla: error: |bulla: hint: | {2})/)
    expect(text.match(/^bulla: /gm)).toHaveLength(2)
  })
})

describe('a note', () => {
  it('names its file, and how many more it is about', () => {
    const io = fakeIo()
    renderNote('/repo/a.yaml', 'as in git', io)
    renderNote('/repo/a.yaml', 'as in git', io, 1)
    renderNote('/repo/a.yaml', 'as in git', io, 2)
    renderNote(undefined, 'as in git', io)
    expect(io.err().split('\n')).toEqual([
      'bulla: note: a.yaml: as in git',
      'bulla: note: a.yaml and 1 more file: as in git',
      'bulla: note: a.yaml and 2 more files: as in git',
      'bulla: note: as in git',
      '',
    ])
  })
})

describe('a path', () => {
  it.each([
    ['/repo/a', 'a'],
    ['/repo', '/repo'],
    ['/', '/'],
    ['/other', '/other'],
    ['/repository/a', '/repository/a'],
  ])('is shown as it is shorter: %s', (path, expected) => {
    expect(shortPath(path, '/repo')).toBe(expected)
  })
})
