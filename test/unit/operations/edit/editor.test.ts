import { describe, expect, it } from 'vitest'
import { chooseEditor } from '../../../../src/operations/edit/editor.ts'
import { failure } from '../../../helpers/failure.ts'

const desk = (...programs: readonly string[]) => ({
  isWindows: false,
  findProgram: (names: readonly string[]) => names.find((name) => programs.includes(name)),
})
const choose = (editor: string) => chooseEditor({ SOPS_EDITOR: undefined, EDITOR: editor }, desk())

describe('the editor', () => {
  it('is that of SOPS_EDITOR, then of EDITOR, then one that is installed', () => {
    const all = desk('vi', 'nano', 'vim')
    expect(chooseEditor({ SOPS_EDITOR: 'a', EDITOR: 'b' }, all)).toEqual({ words: ['a'] })
    expect(chooseEditor({ SOPS_EDITOR: '', EDITOR: 'b -x' }, all)).toEqual({ words: ['b', '-x'] })
    expect(chooseEditor({ SOPS_EDITOR: undefined, EDITOR: '' }, all)).toEqual({ words: ['vim'] })
    expect(chooseEditor({ SOPS_EDITOR: undefined, EDITOR: undefined }, desk('vi', 'nano'))).toEqual({ words: ['nano'] })
  })

  it('is notepad on Windows', () => {
    const windows = { ...desk('notepad', 'vim'), isWindows: true }
    expect(chooseEditor({ SOPS_EDITOR: undefined, EDITOR: undefined }, windows)).toEqual({ words: ['notepad'] })
  })

  it('may stand in a folder of Windows as it is', () => {
    const windows = { ...desk(), isWindows: true }
    const choice = chooseEditor(
      { SOPS_EDITOR: undefined, EDITOR: String.raw`"C:\Program Files\Vim\vim.exe" -n` },
      windows,
    )
    expect(choice).toEqual({ words: ['C:\\Program Files\\Vim\\vim.exe', '-n'] })
  })

  it.each(['', '"a', 'a \\', '# only a comment'])('is an error when there is none: %s', (text) => {
    expect(failure(() => choose(text)).code).toBe('ERR_EDITOR')
  })

  it.each([
    'vim',
    'code --wait',
    'code -n -w',
    '/usr/bin/code -nw',
    'subl -w',
    'gvim -f',
    'vim -g -f',
    'emacsclient -nw',
    'emacsclient -c',
    'open -W -a TextEdit',
    'barcode',
    `'C:\\\\Program Files\\\\Code\\\\code.cmd' --wait`,
  ])('is taken when it waits: %s', (text) => {
    expect(choose(text)).not.toHaveProperty('mayReturnAtOnce')
  })

  it.each([
    ['code', "set EDITOR='code --wait'"],
    ['/usr/bin/code -n', "set EDITOR='code --wait'"],
    ['code-insiders --new-window', "set EDITOR='code-insiders --wait'"],
    ['subl', "set EDITOR='subl --wait'"],
    ['gvim', "set EDITOR='gvim -f'"],
    ['vim -g', "set EDITOR='vim -g -f'"],
    ['emacsclient -n', 'leave out --no-wait'],
    ['xdg-open', 'name an editor'],
    [`"C:/Program Files/Code/Code.exe"`, "set EDITOR='code --wait'"],
  ])('is refused when it comes back at once: %s', (text, hint) => {
    const error = failure(() => choose(text))
    expect(error).toMatchObject({ code: 'ERR_EDITOR', hint })
    expect(error.message).toMatch(/comes back at once/)
  })

  it('names the variable that it came from', () => {
    const error = failure(() => chooseEditor({ SOPS_EDITOR: 'code', EDITOR: 'vim' }, desk()))
    expect(error.hint).toBe("set SOPS_EDITOR='code --wait'")
  })

  it.each(['gedit', 'kate', 'idea'])('is taken with a word of warning when it may come back at once: %s', (name) => {
    expect(choose(name).mayReturnAtOnce).toMatch(new RegExp(`^if ${name} came back at once: set EDITOR='${name} --`))
  })
})
