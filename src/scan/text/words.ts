/** A list of words. It is made a set of where one is asked for: a hook is over before most of these lists are needed. */
export class Words {
  private readonly text: string
  private set: ReadonlySet<string> | undefined

  /** @param text - parted by single blanks */
  constructor(text: string) {
    this.text = text
  }

  has(word: string): boolean {
    this.set ??= new Set(this.text.split(' '))
    return this.set.has(word)
  }
}

/** Whether a word is on a list, as {@link Words} takes it: for what is asked once for a whole file, it need not be made a set. */
export function isOneOf(word: string, list: string): boolean {
  return word !== '' && !word.includes(' ') && ` ${list} `.includes(` ${word} `)
}
