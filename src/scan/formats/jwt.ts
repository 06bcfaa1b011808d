import type { Detector } from '../page.ts'
import { decodeBase64 } from '../text/base64.ts'
import { isWordStart } from '../text/boundary.ts'
import { isRandom } from '../text/randomness.ts'

const HEADER = /eyJ[\w-]{10,4000}/y
const REST = /\.(eyJ[\w-]{10,4000})\.([\w-]{20,1400})(?![\w-])/y

/** Signed tokens. Many are long expired, or public by design: a warning, but for the accounts of Kubernetes. */
export const JWT_DETECTOR: Detector = {
  keywords: ['eyJ'],
  detect(page, start) {
    if (!page.text.startsWith('eyJ', start) || !isWordStart(page.text, start)) return
    page.steps += 64
    // one try for each run of base64: it ends in the same place wherever it is entered
    if (page.isDone('jwt', start, start + 1)) return
    HEADER.lastIndex = start
    if (!HEADER.test(page.text)) return
    page.isDone('jwt', HEADER.lastIndex, HEADER.lastIndex)
    page.steps += HEADER.lastIndex - start
    REST.lastIndex = HEADER.lastIndex
    const found = REST.exec(page.text)
    if (found === null) return
    page.steps += found[0].length
    const end = found.index + found[0].length
    page.isDone('jwt', end, end)
    const claims = decodeBase64(found[1] ?? '') ?? ''
    if (
      !claims.startsWith('{') ||
      !isRandom(found[2] ?? '') ||
      /jwt\.io|"John Doe"|supabase-demo|"role":"anon"/.test(claims)
    )
      return
    const isAccount = claims.includes('system:serviceaccount:')
    page.report({
      rule: isAccount ? 'kubernetes-service-account-token' : 'jwt',
      level: isAccount ? 'block' : 'warn',
      start,
      end,
      message: isAccount ? 'Kubernetes service account token' : 'signed token (JWT)',
      weight: 'form',
    })
  },
}

/** RSA of 4,096 bits, with all that speeds it up. */
const LONGEST_JWK = 4000

const MEMBER_D = /"(?:d|k)"\s{0,20}:\s{0,20}"([\w-]{20,1000})"/

/** Private keys as JSON Web Keys: an object with `kty` and `d`. */
export const JWK_DETECTOR: Detector = {
  keywords: ['"kty"'],
  detect(page, start, end) {
    const reach = Math.max(page.doneUntil('jwk'), start - LONGEST_JWK)
    if (page.isDone('jwk', start, end)) return
    const from = reach + Math.max(0, page.text.slice(reach, start).lastIndexOf('{'))
    const close = page.text.slice(start, start + LONGEST_JWK).indexOf('}')
    const to = close === -1 ? start + LONGEST_JWK : start + close
    const object = page.text.slice(from, to)
    page.steps += to - reach
    page.isDone('jwk', to, to)
    const found = MEMBER_D.exec(object)
    const value = found?.[1]
    if (found === null || value === undefined || !isRandom(value)) return
    const at = from + found.index + found[0].lastIndexOf(value)
    page.report({
      rule: 'jwk-private-key',
      level: 'block',
      start: at,
      end: at + value.length,
      message: 'private JSON web key',
      weight: 'form',
    })
  },
}
