import type { Finding } from '../judge/finding.ts'
import type { KnownValues } from './known-values.ts'

/** What ends a token, whatever the language. */
const COARSE = /[^\s"'`<>]+/g
/** What may also be part of a value. */
const FINE = /[^()[\]{},;|=:/?&@\\]+/g
const ENDING = /[.,;:!?)\]}]+$/
/** Nobody has longer values on one line; what is longer is data. */
const LONGEST = 4096

/** Values of sealed files that stand in a text in clear: in lines that are not in `before`. */
export function findCopies(file: string, text: string, before: ReadonlySet<string>, known: KnownValues): Finding[] {
  const findings: Finding[] = []
  text.split('\n').forEach((line, index) => {
    if (before.has(line)) return
    for (const { token, column } of tokensOf(line)) {
      const level = known.match(token)
      if (level === undefined) continue
      const message = 'a value that is sealed elsewhere in this repository stands here in clear'
      findings.push({ rule: 'sealed-value-copied', level, file, line: index + 1, column, message })
      return
    }
  })
  return findings
}

function* tokensOf(line: string): Generator<{ token: string; column: number }> {
  for (const { 0: coarse, index } of line.matchAll(COARSE)) {
    if (coarse.length < 8 || coarse.length > LONGEST) continue
    yield { token: coarse, column: index + 1 }
    const trimmed = coarse.replace(ENDING, '')
    if (trimmed !== coarse) yield { token: trimmed, column: index + 1 }
    // what a key or an option is followed by, with all that it holds itself
    const start = coarse.search(/[=:]/) + 1
    if (start > 0) yield { token: coarse.slice(start), column: index + start + 1 }
    for (const { 0: fine, index: inside } of coarse.matchAll(FINE)) {
      if (fine !== coarse) yield { token: fine, column: index + inside + 1 }
    }
  }
}
