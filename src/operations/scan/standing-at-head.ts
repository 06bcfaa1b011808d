import { keywordFinder } from '../../scan/keywords/keyword-finder.ts'
import type { Repository } from '../git-port.ts'

/** `git grep` compares each line with each text. With more of them it takes less to read everything, and look for all at once. */
const FEW = 8
/** So much of a text is looked for; where it stands, the rest is compared. */
const LOOKED_FOR = 100
const ASCII = /^[\t\x20-\x7e]+$/
/** As git tells binary files. */
const BINARY_BYTES = 8000

/** Which of some texts, of one line each, stand in a text file of HEAD. */
export async function standingAtHead(texts: readonly string[], repository: Repository): Promise<ReadonlySet<string>> {
  const plain = texts.length <= FEW ? [] : texts.filter((text) => ASCII.test(text))
  const known = new Set(plain)
  const others = texts.filter((text) => !known.has(text))
  const found = new Set(await repository.standingIn(others, ['HEAD']))
  if (plain.length === 0 || !(await repository.has('HEAD'))) return found
  const byBeginning = new Map<string, string[]>()
  for (const text of plain) {
    const beginning = text.slice(0, LOOKED_FOR).toLowerCase()
    byBeginning.set(beginning, [...(byBeginning.get(beginning) ?? []), text])
  }
  const beginnings = [...byBeginning.keys()]
  const finder = keywordFinder(beginnings)
  const files = (await repository.files('HEAD')).filter(({ mode }) => mode.startsWith('100'))
  for await (const { bytes } of repository.tree('HEAD').contents(files)) {
    if (bytes === undefined || bytes.subarray(0, BINARY_BYTES).includes(0)) continue
    const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
    finder.scan(content, (keyword, end) => {
      const beginning = beginnings[keyword] ?? ''
      for (const text of byBeginning.get(beginning) ?? []) {
        if (content.startsWith(text, end - beginning.length)) found.add(text)
      }
    })
  }
  return found
}
