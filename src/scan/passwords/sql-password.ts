import type { Detector, Page } from '../page.ts'
import { isPlacedPassword } from './placed-password.ts'

/** How far before `PASSWORD` its statement may begin. */
const STATEMENT = 400
/** In a text inside a text, quotes have backslashes before them, are doubled, or end and begin the text of a shell. */
const QUOTED = String.raw`(?:[(=][ \t]{0,8}){0,2}N?(?:\\{1,3}|'\\'|'"'"|')?['"]([^\s'"\\;]{1,200})(?=['"\\])`
const AFTER_IDENTIFIED = new RegExp(
  String.raw`(?:WITH[ \t]{1,8}["'\x60]?(\w{1,60})["'\x60]?\s{1,80})?BY\s{1,80}${QUOTED}`,
  'iy',
)
const AFTER_PASSWORD = new RegExp(String.raw`\s{0,80}${QUOTED}`, 'iy')
const AFTER_SET = new RegExp(
  String.raw`\s{1,80}(?:FOR\s{1,80}[^\s;]{1,100}\s{0,80})?(?:=|TO\b)?\s{0,80}(?:PASSWORD\s{0,8})?${QUOTED}`,
  'iy',
)
const MAKES_USER =
  /(?:^|[^a-z]|\\[nrt])(?:create|alter)\s+(?:user|role|login|group|master\s+key|server|foreign\s+server|or\s+replace\s+user)\b[^;]*$/i
/** What databases keep in the place of a password. */
const HASH = /^(?:md5[\da-f]{32}|SCRAM-SHA-|\*[\dA-F]{40}$|0x[\da-f]{16,}$|S:[\dA-F]{20})/i

/** Passwords in SQL: `IDENTIFIED BY '…'`, `CREATE USER … PASSWORD '…'`, `SET PASSWORD = '…'`. */
export const SQL_DETECTORS: readonly Detector[] = [
  {
    keywords: ['identified '],
    detect(page, _start, end) {
      const match = tryAt(page, AFTER_IDENTIFIED, end)
      // ClickHouse: WITH sha256_hash BY '…'
      if (match !== undefined && !/hash/i.test(match[1] ?? '')) report(page, match, match[2])
    },
  },
  {
    keywords: ['set password'],
    detect(page, _start, end) {
      const match = tryAt(page, AFTER_SET, end)
      if (match !== undefined) report(page, match, match[1])
    },
  },
  {
    keywords: ['password ', 'password=', "password'"],
    detect(page, start, end) {
      const match = tryAt(page, AFTER_PASSWORD, end - 1)
      if (match === undefined) return
      const before = page.text.slice(Math.max(page.doneUntil('sql'), start - STATEMENT), start)
      page.steps += before.length
      if (!MAKES_USER.test(before)) return
      page.isDone('sql', end, end)
      report(page, match, match[1])
    },
  },
]

function tryAt(page: Page, expression: RegExp, at: number): RegExpExecArray | undefined {
  if (page.kind === 'generated') return undefined
  expression.lastIndex = at
  const match = expression.exec(page.text) ?? undefined
  page.steps += match?.[0].length ?? 8
  return match
}

function report(page: Page, match: RegExpExecArray, value: string | undefined): void {
  if (value === undefined || HASH.test(value) || !isPlacedPassword(page, value)) return
  const end = match.index + match[0].length
  page.report({
    rule: 'sql-password',
    level: 'warn',
    start: end - value.length,
    end,
    message: 'password in a statement of SQL',
    weight: 'place',
  })
}
