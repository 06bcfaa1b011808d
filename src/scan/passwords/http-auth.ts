import type { Level } from '../finding.ts'
import type { Detector, Page } from '../page.ts'
import { decodeBase64, isUserAndPassword } from '../text/base64.ts'
import { isRandom } from '../text/randomness.ts'
import { isMadeUp } from '../text/value-kinds.ts'

const BASIC = /basic[ \t]{1,8}([A-Za-z0-9+/]{8,600}={0,2})(?![A-Za-z0-9+/=])/iy
const BEARER = /bearer[ \t]{1,8}([\w~+/.-]{16,2000}={0,2})/iy

/** Headers `Authorization: Basic …` and `Bearer …`. */
export const HTTP_AUTH_DETECTORS: readonly Detector[] = [
  {
    keywords: ['basic '],
    detect: (page, start) => {
      const found = tryAt(page, BASIC, start)
      const plain = found === undefined ? undefined : decodeBase64(found.value)
      if (found === undefined || plain === undefined || !isUserAndPassword(plain)) return
      const level = isRandom(plain.slice(plain.indexOf(':') + 1)) ? 'block' : 'warn'
      report(page, found, 'http-basic-auth', level, 'user and password of an HTTP header')
    },
  },
  {
    keywords: ['bearer '],
    detect: (page, start) => {
      const found = tryAt(page, BEARER, start)
      // signed tokens are looked at for themselves
      if (found === undefined || found.value.startsWith('eyJ') || isMadeUp(found.value) || !isRandom(found.value))
        return
      report(page, found, 'http-bearer-token', 'block', 'bearer token')
    },
  },
]

interface Found {
  readonly value: string
  readonly start: number
}

function tryAt(page: Page, expression: RegExp, start: number): Found | undefined {
  page.steps += 32
  expression.lastIndex = start
  const match = expression.exec(page.text)
  const value = match?.[1]
  if (match === null || value === undefined) return undefined
  page.steps += match[0].length
  return { value, start: start + match[0].lastIndexOf(value) }
}

function report(page: Page, { value, start }: Found, rule: string, level: Level, message: string): void {
  page.report({ rule, level, start, end: start + value.length, message, weight: 'place' })
}
