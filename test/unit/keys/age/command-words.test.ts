import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitCommand } from '../../../../src/keys/age/command-words.ts'
import { runs } from '../../../helpers/runs.ts'

describe('splitCommand', () => {
  it.each<[string, string[]]>([
    ['', []],
    [' \t\r\n ', []],
    ['op read op://vault/key', ['op', 'read', 'op://vault/key']],
    ['  a  b\tc\n', ['a', 'b', 'c']],
    [`a "b c" 'd e'`, ['a', 'b c', 'd e']],
    [`a"b c"'d e'f`, ['ab cd ef']],
    [`"" ''`, ['', '']],
    [String.raw`a\ b \"c\"`, ['a b', '"c"']],
    [String.raw`"a\"b\c" 'a\b'`, ['a"bc', 'a\\b']],
    ['a # comment', ['a']],
    ['a # comment\nb', ['a', 'b']],
    ['a#b c', ['a#b', 'c']],
    ['a "#b"', ['a', '#b']],
    ['$HOME *.txt a|b;c', ['$HOME', '*.txt', 'a|b;c']],
    ['zürich 🔑', ['zürich', '🔑']],
  ])('splits %j as the splitter of sops does', (text, words) => {
    expect(splitCommand(text)).toEqual(words)
  })

  it.each<[string, string[]]>([
    [String.raw`C:\tools\vim.exe -n`, ['C:\\tools\\vim.exe', '-n']],
    [String.raw`"C:\Program Files\x y\vim.exe" -n`, ['C:\\Program Files\\x y\\vim.exe', '-n']],
    ['a\\', ['a\\']],
  ])('takes backslashes in %j as they are on Windows', (text, words) => {
    expect(splitCommand(text, { isWindows: true })).toEqual(words)
  })

  it.each(['"a', "'a", 'a "b', 'a\\', '"a\\', '"a\\"'])('refuses %j', (text) => {
    expect(splitCommand(text)).toBeUndefined()
  })

  it('gives back any words that were quoted', () => {
    const quote = (word: string) => `'${word.replaceAll("'", `'"'"'`)}'`
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), (words) => {
        expect(splitCommand(words.map(quote).join(' '))).toEqual(words)
      }),
      runs(100),
    )
  })
})
