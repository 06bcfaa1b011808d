/** Comments behind a key are notes of any length; a name is short. */
const MAX_CHARACTERS = 60

/**
 * What the text of a policy calls the keys in it: the YAML anchor in front of one (`&alice age1…`), else the comment behind
 * it (`- age1… # alice`) where it is the only key on its line. A guess about a text, to be shown and for nothing else.
 *
 * @param keys - as they stand in the text
 */
export function readerNames(text: string, keys: readonly string[]): Map<string, string> {
  const wanted = new Set(keys)
  const anchors = new Map<string, string>()
  const comments = new Map<string, string>()
  for (const line of text.split('\n')) {
    const words = line.split(/[\s,"'[\]{}]+/)
    const found = words.filter((word) => wanted.has(word))
    for (const [index, word] of words.entries()) {
      const before = words[index - 1]
      if (wanted.has(word) && before?.startsWith('&') === true) setOnce(anchors, word, before.slice(1))
    }
    // an alias stands for a key too
    const [only, second] = [...found, ...words.filter((word) => word.startsWith('*'))]
    if (only === undefined || second !== undefined || !wanted.has(only)) continue
    const comment = commentBehind(line, only)
    if (comment !== undefined) setOnce(comments, only, comment)
  }
  return new Map([...comments, ...anchors])
}

function commentBehind(line: string, key: string): string | undefined {
  const comment = /\s#\s*(\S.*)$/.exec(line.slice(line.indexOf(key) + key.length))?.[1]?.trim()
  return comment === undefined || comment.length > MAX_CHARACTERS ? undefined : comment
}

function setOnce(names: Map<string, string>, key: string, name: string): void {
  if (!names.has(key) && name !== '') names.set(key, name.slice(0, MAX_CHARACTERS))
}
