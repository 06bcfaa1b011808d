/**
 * Split a command line into words the way sops does, without a shell: blanks separate; `'…'` is literal; `"…"` too,
 * except that a backslash takes the next character as it is, as it does outside of quotes; `#` at the start of a word
 * begins a comment. No variables, no globs, no pipes.
 *
 * On Windows a backslash stands in every path, and is a character as others are.
 *
 * @returns undefined when a quote is not closed or nothing follows a backslash
 * @see github.com/google/shlex, which sops uses
 */
export function splitCommand(text: string, { isWindows = false } = {}): string[] | undefined {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  const characters = [...text]
  for (let index = 0; index < characters.length; index += 1) {
    const character = characters[index] ?? ''
    if (character === '\\' && quote !== "'" && !isWindows) {
      index += 1
      const next = characters[index]
      if (next === undefined) return undefined
      word = (word ?? '') + next
    } else if (quote !== '') {
      if (character === quote) quote = ''
      else word = (word ?? '') + character
    } else if (character === '"' || character === "'") {
      quote = character
      word ??= ''
    } else if (' \t\r\n'.includes(character)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (character === '#' && word === undefined) {
      const end = characters.indexOf('\n', index)
      index = end < 0 ? characters.length : end
    } else {
      word = (word ?? '') + character
    }
  }
  if (quote !== '') return undefined
  return word === undefined ? words : [...words, word]
}
