import type { Page } from '../page.ts'
import { isRandom } from '../text/randomness.ts'
import { isManyWords, isPlace, isPlainWord, isProse, isUuid, looksChosen } from '../text/value-kinds.ts'
import { isNoPassword } from './url-credentials.ts'

const SHORTEST = 5

/**
 * Whether what a program, a statement or a line of configuration takes as a password is one of somebody: any in files that run
 * or configure something, what looks chosen in sources, what looks drawn by chance in documentation.
 *
 * @param user - whose it is: no password is like the name
 */
export function isPlacedPassword(page: Page, value: string, user = ''): boolean {
  if (value.length < SHORTEST || isNoPassword(value, user) || isPart(value)) return false
  if (isPlainWord(value) || isPlace(value) || isProse(value) || /\s/.test(value)) return false
  if (isRandom(value)) return !isUuid(value)
  if (page.kind === 'prose') return false
  if (page.kind === 'code' && !page.baseName.endsWith('.sql')) return looksChosen(value)
  return !isManyWords(value)
}

/** Put together when it runs: `pre{name}`, `a$b`, `' + password`; also a parameter of a statement. */
function isPart(value: string): boolean {
  return /\{[\w.:]*\}|\$[A-Za-z_({]|^[:@?&%]|%[A-Za-z_]{2,40}%|["'`]|^\+|\+$/.test(value)
}
