import { describe, expect, it } from 'vitest'
import { windowsProgram } from '../../../src/platform/programs/windows-program.ts'

const FILES = [
  'C:\\Code\\bin\\code.cmd',
  'C:\\Vim & more\\vim.exe',
  'C:\\tools\\both.exe',
  'C:\\tools\\both.cmd',
  'C:\\tools\\name.v2.exe',
  'C:\\repo\\evil.exe',
  'C:\\repo\\scripts\\ed.bat',
]
const start = (...words: readonly string[]) =>
  windowsProgram(words, {
    cwd: 'C:\\repo',
    variable: (name) => ({ PATH: 'C:\\Code\\bin;C:\\tools;;C:\\Vim & more', ComSpec: 'C:\\Windows\\cmd.exe' })[name],
    isFile: (path) => FILES.includes(path),
  })
const plain = (file: string, ...args: readonly string[]) => ({ file, args, isVerbatim: false })

describe('a program on Windows', () => {
  it.each<[readonly string[], string]>([
    [['vim', '-n', 'a b'], 'C:\\Vim & more\\vim.exe'],
    [['both'], 'C:\\tools\\both.exe'],
    [['name.v2'], 'C:\\tools\\name.v2.exe'],
    [['C:\\tools\\both.exe'], 'C:\\tools\\both.exe'],
    [['./evil'], 'C:\\repo\\evil.exe'],
  ])('is found as the system would, and gets its words as they are: %j', ([program = '', ...args], file) => {
    expect(start(program, ...args)).toEqual(plain(file, ...args))
  })

  it('is not looked for in the working directory, and then not started', () => {
    expect(start('evil')).toBeUndefined()
    expect(start('C:\\repo\\no-such')).toBeUndefined()
  })

  it('that is a batch file is run by cmd.exe', () => {
    expect(start('code', '--wait', 'C:\\Users\\Ada L\\a.yaml')).toEqual({
      file: 'C:\\Windows\\cmd.exe',
      args: ['/d', '/s', '/c', '"C:\\Code\\bin\\code.cmd ^"--wait^" ^"C:\\Users\\Ada^ L\\a.yaml^""'],
      isVerbatim: true,
    })
    expect(start('scripts/ed')?.args.at(-1)).toBe('"C:\\repo\\scripts\\ed.bat"')
  })

  it.each([
    ['a&calc', '^"a^&calc^"'],
    ['end\\', '^"end\\\\^"'],
  ])('means nothing to cmd.exe in the words of a batch file: %s', (word, written) => {
    expect(start('code', word)?.args.at(-1)).toBe(`"C:\\Code\\bin\\code.cmd ${written}"`)
  })

  it.each(['%PATH%', 'say "x"', '"&calc&"', 'a\ncalc'])('is refused to a batch file: %j', (word) => {
    expect(() => start('code', word)).toThrow(expect.objectContaining({ code: 'ERR_PROGRAM' }))
    expect(start('vim', word)?.args).toEqual([word])
  })
})
