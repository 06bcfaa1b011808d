import { parseYaml } from './read/parser.ts'

/** The text of each document, with the `---` and the directives before it and the `...` behind it; together the whole text. */
export function splitYaml(text: string): string[] {
  const { documents } = parseYaml(text)
  const ends = documents.map(({ end }, index) => {
    if (index === documents.length - 1) return text.length
    // the mark of an end belongs to what it ends
    const mark = /^\.\.\.[^\n\r]*(?:\r\n|[\n\r]|$)/.exec(text.slice(end))
    return end + (mark?.[0].length ?? 0)
  })
  return ends.map((end, index) => text.slice(ends[index - 1] ?? 0, end))
}

/** A text of documents that {@link splitYaml} took out of others. What is read in them may differ: their reader decides. */
export function joinYaml(parts: readonly string[]): string {
  const lineBreak = /\r\n|[\n\r]/.exec(parts.join(''))?.[0] ?? '\n'
  let text = ''
  for (const part of parts) {
    const isFirst = text === ''
    if (!isFirst && !/[\n\r]$/.test(text)) text += lineBreak
    if (!isFirst && !MARKER.test(part)) text += `---${lineBreak}`
    if (!isFirst && DIRECTIVE.test(part) && !ENDED.test(text)) text += `...${lineBreak}`
    text += part
  }
  return text
}

/** Before it only comments, directives and blank lines may stand. */
const MARKER = /^(?:[ \t]*(?:#[^\n\r]*)?[\n\r]+|%[^\n\r]*[\n\r]+)*---(?=\s|$)/
const DIRECTIVE = /^(?:[ \t]*(?:#[^\n\r]*)?[\n\r]+)*%/
const ENDED = /(?:^|[\n\r])\.\.\.[^\n\r]*[\n\r]+$/
