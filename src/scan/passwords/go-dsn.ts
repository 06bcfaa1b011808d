import type { Detector } from '../page.ts'
import { judgePassword } from './url-credentials.ts'

/** User and password are looked for so far in front of the protocol. */
const LONGEST = 300
/** From where the word begins, or what it is assigned to. With a scheme it is an address as others are. */
const USER = /(?:^|[=(,;[])([\w.-]{1,80}):(?!\/\/)/
/** The whole rest must be there: a host and a port, or a socket, closed, and a database behind it. */
const TCP = /^([\w.-]{1,200}|\[[\da-fA-F:.%]{2,60}\])(?::\d{1,5})?\)\/(?=[\w$.?"'`\s-]|$)/
const SOCKET = /^\/[\w./-]{1,200}\)\/(?=[\w$.?"'`\s-]|$)/

/** Passwords in the addresses of Go's driver for MySQL: `user:password@tcp(host:3306)/name`. */
export const GO_DSN_DETECTOR: Detector = {
  keywords: ['@tcp(', '@tcp6(', '@unix('],
  detect(page, start, end) {
    page.steps += 40
    const rest = page.text.slice(end, end + LONGEST)
    const host = page.text.slice(start, end) === '@unix(' ? SOCKET.test(rest) && 'localhost' : TCP.exec(rest)?.[1]
    if (typeof host !== 'string') return
    const before = page.text.slice(Math.max(0, start - LONGEST), start)
    const word = /[^\s"'`<>\\]*$/.exec(before)?.[0] ?? ''
    page.steps += before.length
    const match = USER.exec(word)
    if (match === null) return
    const [whole, user = ''] = match
    const password = word.slice(match.index + whole.length)
    const level = password.length < 4 ? undefined : judgePassword(user, password, host)
    if (level === undefined) return
    page.report({
      rule: 'mysql-dsn',
      level,
      start: start - password.length,
      end: start,
      message: 'password in the address of a MySQL database',
      weight: 'form',
    })
  },
}
