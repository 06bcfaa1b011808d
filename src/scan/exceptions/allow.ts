import type { Finding } from '../finding.ts'
import { withLineFeeds } from '../text/line-feeds.ts'

/** An exception that stands in the text: `bulla:allow <rule> -- reason`. */
export interface Pragma {
  readonly rule: string
  readonly reason: string
  /** 1-based line of the findings that it is for: its own, or the next one when nothing else stands on its own. */
  readonly line: number
}

export interface Pragmas {
  readonly pragmas: readonly Pragma[]
  /** Exceptions that do not count, as findings of the rule `allow-malformed`. */
  readonly malformed: readonly Finding[]
}

const MARK = 'bulla:allow'
const FORM = /^bulla:allow[ \t]{1,8}([a-z0-9][a-z0-9-]{0,99})[ \t]{1,8}--[ \t]{0,8}(\S.{2,500})$/
/** What may stand before an exception that is alone on its line. */
const COMMENT_SIGNS = /^[\s#/*;<!{%"'-]*$/
const COMMENT_ENDS = /\s*(?:\*\/|-->|[#%]\}|\}\})\s*$/

/**
 * The exceptions in a text. Each is for one rule, has a reason, and reaches one line.
 *
 * @param isRule - whether there is a rule of this id
 */
export function readPragmas(content: string, isRule: (id: string) => boolean): Pragmas {
  const text = withLineFeeds(content)
  const pragmas: Pragma[] = []
  const malformed: Finding[] = []
  let line = 1
  let lineStart = 0
  for (let at = text.indexOf(MARK); at !== -1; at = text.indexOf(MARK, at + MARK.length)) {
    for (
      let newline = text.indexOf('\n', lineStart);
      newline !== -1 && newline < at;
      newline = text.indexOf('\n', lineStart)
    ) {
      line += 1
      lineStart = newline + 1
    }
    const newline = text.indexOf('\n', at)
    const end = newline === -1 ? text.length : newline
    const read = readPragma(text.slice(at, Math.min(end, at + 1000)), isRule)
    const isAlone = at - lineStart < 200 && COMMENT_SIGNS.test(text.slice(lineStart, at))
    if (typeof read === 'string') malformed.push(complain(read, at, line, at - lineStart + 1))
    else pragmas.push({ ...read, line: isAlone ? line + 1 : line })
    if (newline === -1) break
    at = end - MARK.length
  }
  return { pragmas, malformed }
}

function readPragma(text: string, isRule: (id: string) => boolean): { rule: string; reason: string } | string {
  const [, rule, reason] = FORM.exec(text.trimEnd().replace(COMMENT_ENDS, '')) ?? []
  if (rule === undefined || reason === undefined)
    return 'this exception needs a rule and a reason: bulla:allow <rule> -- <reason>'
  if (!/[\p{L}\d]{2}/u.test(reason)) return 'the reason of this exception says nothing'
  return isRule(rule) ? { rule, reason } : 'this exception names a rule that does not exist'
}

function complain(message: string, start: number, line: number, column: number): Finding {
  const span = { start, end: start + MARK.length }
  return { rule: 'allow-malformed', level: 'warn', line, column, length: MARK.length, message, span }
}
