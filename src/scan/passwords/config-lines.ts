import type { Level } from '../finding.ts'
import type { Detector, Page } from '../page.ts'
import { isWordStart } from '../text/boundary.ts'
import { isPlacedPassword } from './placed-password.ts'
import { judgePassword } from './url-credentials.ts'

/** The rest of a line, or of a text in quotes that holds one. */
const REST = /[ \t]{1,80}\\{0,3}["']?([^\s"'`\\]{1,200})\\{0,3}["']?(?=[ \t]{0,80}(?:[\r\n"'`|]|\\n|>|$))/y
/** `user app on >password ~* +@all`. */
const REDIS_USER = /user[ \t]{1,8}[\w.-]{1,80}(?:[ \t]{1,8}reset)?[ \t]{1,8}$/i
const VALUE = /([^\s"'`\\]{1,200})/y
/** Of HAProxy. */
const USER_AND_PASSWORD = /([\w.-]{1,80}):([^\s"'`\\]{1,200})/y
/** Of cloud-init: `chpasswd:`, `list: |`, and below a line for each user. */
const USERS_BEGIN =
  /[^\S\n]{0,8}\n(?:[ \t]{1,40}expire:[^\n]{0,20}\n)?[ \t]{1,40}list:[ \t]{0,8}([|>][-+]?)(?=[ \t]{0,8}\n)/y
const USER_LINE = /[ \t]{0,8}\n[ \t]{1,40}([\w.-]{1,80}):([^\s"'`\\]{1,200})(?=[ \t]{0,8}(?:\n|$))/y
/** `getConnection(url, "user", "password")` of JDBC, and the same of PHP. */
const THIRD_ARGUMENT = /[^()\n]{1,200},\s{0,80}["']([^"'\n]{1,80})["'],\s{0,80}["']([^"'\n]{1,200})["'][ \t]{0,8}[,)]/y
/** `SetBasicAuth("user", "password")`. */
const SECOND_ARGUMENT = /\s{0,8}["']([^"'\n]{1,80})["'],\s{0,80}["']([^"'\n]{1,200})["'][ \t]{0,8}[,)]/y
const NETRC =
  /\s{0,80}([\w.-]{1,200})(?:\s|\\n){1,40}login\s{1,40}([^\s"'\\]{1,200})(?:\s|\\n){1,40}password\s{1,40}([^\s"'`\\]{1,200})/y
const PGPASS = /([\w*-]{1,80}):([\w*.-]{1,80}):([^\s"'`:\\]{1,200})(?=[\s"'`\\]|$)/y
const HOST = /[\w*.-]{1,200}$/

/** Passwords of configuration with nothing between name and value, wherever such lines stand. */
export const LINE_DETECTORS: readonly Detector[] = [
  {
    keywords: ['requirepass', 'masterauth', 'bindpw', 'rootpw', 'auth_pass', 'insecure-password'],
    detect(page, start, end) {
      if (/[.>$]/.test(page.text.charAt(start - 1)) || !isWordStart(page.text, start)) return
      const match = matchAt(page, REST, end)
      if (match === undefined || !isPlacedPassword(page, match.value)) return
      report(page, match, 'config-password', 'warn', 'password in a line of configuration')
    },
  },
  {
    keywords: [' on >'],
    detect(page, start, end) {
      if (!REDIS_USER.test(page.text.slice(Math.max(0, start - 120), start + 1))) return
      const match = matchAt(page, VALUE, end)
      if (match === undefined || !isPlacedPassword(page, match.value)) return
      report(page, match, 'config-password', 'warn', 'password in a line of configuration')
    },
  },
  {
    keywords: ['stats auth '],
    detect(page, _start, end) {
      const match = matchAt(page, USER_AND_PASSWORD, end)
      if (match === undefined || !isPlacedPassword(page, match.value, match.before[0])) return
      report(page, match, 'config-password', 'warn', 'password in a line of configuration')
    },
  },
  {
    keywords: ['chpasswd:'],
    detect(page, _start, end) {
      let match = page.kind === 'yaml' ? matchAt(page, USERS_BEGIN, end) : undefined
      while (match !== undefined) {
        match = matchAt(page, USER_LINE, match.end)
        // it makes one itself for `RANDOM`
        if (match === undefined || match.value === 'RANDOM' || !isPlacedPassword(page, match.value, match.before[0]))
          continue
        report(page, match, 'config-password', 'warn', 'password in a line of configuration')
      }
    },
  },
  {
    keywords: ['.getConnection(', 'new PDO(', 'new mysqli(', 'mysqli_connect('],
    detect: (page, _start, end) => reportArgument(page, matchAt(page, THIRD_ARGUMENT, end)),
  },
  {
    keywords: ['NetworkCredential(', 'SetBasicAuth(', 'BasicAuth(', 'auth=(', 'basic_auth('],
    detect: (page, _start, end) => reportArgument(page, matchAt(page, SECOND_ARGUMENT, end)),
  },
  {
    keywords: ['machine '],
    detect(page, _start, end) {
      const match = matchAt(page, NETRC, end)
      const [host = '', user = ''] = match?.before ?? []
      reportAccount(page, match, host, user, 'netrc-password', 'password of .netrc')
    },
  },
  {
    keywords: [':5432:'],
    detect(page, start, end) {
      const match = matchAt(page, PGPASS, end)
      const host = HOST.exec(page.text.slice(Math.max(0, start - 200), start))?.[0] ?? ''
      if (host === '') return
      reportAccount(page, match, host, match?.before[1] ?? '', 'pgpass-password', 'password of .pgpass')
    },
  },
]

interface Match {
  readonly before: readonly string[]
  readonly value: string
  readonly end: number
}

/** The last group is what counts, and stands at the end but for quotes. */
function matchAt(page: Page, expression: RegExp, at: number): Match | undefined {
  if (page.kind === 'generated') return undefined
  expression.lastIndex = at
  const match = expression.exec(page.text)
  page.steps += match?.[0].length ?? 16
  const value = match?.at(-1)
  if (match === null || value === undefined) return undefined
  return { before: match.slice(1, -1), value, end: at + match[0].lastIndexOf(value) + value.length }
}

function reportArgument(page: Page, match: Match | undefined): void {
  if (match === undefined || !isPlacedPassword(page, match.value, match.before[0])) return
  report(page, match, 'config-password', 'warn', 'password of a connection')
}

function reportAccount(
  page: Page,
  match: Match | undefined,
  host: string,
  user: string,
  rule: string,
  message: string,
): void {
  if (match === undefined || !isPlacedPassword(page, match.value, user)) return
  const level = judgePassword(user, match.value, host)
  if (level !== undefined) report(page, match, rule, level, message)
}

function report(page: Page, { value, end }: Match, rule: string, level: Level, message: string): void {
  page.report({ rule, level, start: end - value.length, end, message, weight: 'place' })
}
