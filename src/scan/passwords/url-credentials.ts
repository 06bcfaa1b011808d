import type { Detector, Page } from '../page.ts'
import { isRandom } from '../text/randomness.ts'
import { isCiphertext, isMadeUp, isReference } from '../text/value-kinds.ts'

const SCHEME = /[A-Za-z0-9+.-]/
const LONGEST_SCHEME = 30
const LONGEST = 400
/** User and password, then where it leads. */
const AUTHORITY = /^([^\s:@/?#"'`<>\\]{0,120}):([^\s@"'`<>\\]{1,250})@([\w.%-]{1,120}|\[[\da-fA-F:.]{2,45}\])/

const ORACLE = /^([\w$#]{1,80})\/([^\s@"'`<>\\/]{1,250})@(?:\/\/)?([\w.%-]{1,120})/

/** Names that lead nowhere, or to this machine. */
const NOWHERE =
  /^(?:localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|::1|host|hostname|server|example|host\.docker\.internal|.*\.(?:example|test|invalid|local|localhost)|(?:.*\.)?example\.(?:com|org|net|io|edu))$/i

/** Passwords of manuals and of images that nobody configured. */
const TRIVIAL =
  /^(?:(?:my|the|some|a|your|db|user)?[-_]?(?:pass(?:w(?:or)?d)?|pwd|secret|token|key|credentials?|auth)\d{0,3}|root|admin|user|guest|test|postgres(?:ql)?|mysql|mongo(?:db)?|redis|rabbitmq|minio(?:admin)?|neo4j|sa|elastic|changeme|hunter2|foo|bar|baz|abc|123\d*|p|pw|x+|s3cr3t|oauth2?|x-oauth-basic|git|public|toor|default|demo|dev)$/i

/** Passwords in addresses: `postgres://user:password@host`. */
export const URL_DETECTOR: Detector = {
  keywords: ['://'],
  detect(page, start, end) {
    const match = AUTHORITY.exec(page.text.slice(end, end + LONGEST))
    page.steps += 40
    if (match === null || !hasScheme(page, start)) return
    const [whole, user = '', password = '', host = ''] = match
    page.steps += whole.length
    const level = judgePassword(user, password, host)
    if (level === undefined) return
    const from = end + user.length + 1
    page.report({
      rule: 'url-credentials',
      level,
      start: from,
      end: from + password.length,
      message: 'password in an address',
      weight: 'form',
    })
  },
}

/** `jdbc:oracle:thin:user/password@host`. */
export const ORACLE_DETECTOR: Detector = {
  keywords: ['jdbc:oracle:thin:', 'jdbc:oracle:oci:'],
  detect(page, _start, end) {
    const match = ORACLE.exec(page.text.slice(end, end + LONGEST))
    page.steps += 40
    const [whole = '', user = '', password = '', host = ''] = match ?? []
    const level = match === null ? undefined : judgePassword(user, password, host)
    if (level === undefined) return
    page.steps += whole.length
    const start = end + user.length + 1
    const place = { start, end: start + password.length }
    page.report({ rule: 'url-credentials', level, ...place, message: 'password in an address', weight: 'form' })
  },
}

/**
 * How bad a password with its user and host is; undefined for what stands for one, and for those of manuals.
 *
 * @param password - as an address spells it
 */
export function judgePassword(user: string, password: string, host: string): 'block' | 'warn' | undefined {
  const plain = decode(password)
  if (isReference(user) || /[${}]/.test(host) || /^\d{1,5}(?:\/|$)/.test(plain)) return undefined
  if (isNoPassword(plain, user)) return undefined
  const isStrong = isRandom(plain) || looksChosen(plain)
  if (NOWHERE.test(host)) return isStrong ? 'warn' : undefined
  return isStrong ? 'block' : 'warn'
}

/** Whether what stands in the place of a password is none: what stands for one, is sealed, or is of a manual. */
export function isNoPassword(value: string, user = ''): boolean {
  if (isReference(value) || isCiphertext(value) || /^\{.*\}$|^\[.*\]$|^\(.*\)$|^[*:.,;|-]+$|%[sdv]/.test(value))
    return true
  return TRIVIAL.test(value) || value.toLowerCase() === user.toLowerCase() || isMadeUp(value)
}

/** Long enough, and of three kinds of characters: no word of a manual. */
function looksChosen(password: string): boolean {
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z\d]/].filter((kind) => kind.test(password)).length
  return password.length >= 8 && kinds >= 3
}

function hasScheme(page: Page, start: number): boolean {
  let first = start
  while (first > 0 && start - first < LONGEST_SCHEME && SCHEME.test(page.text.charAt(first - 1))) first -= 1
  return /^[a-z][a-z\d+.-]{1,29}$/i.test(page.text.slice(first, start).replace(/^[\d.+-]+/, ''))
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
