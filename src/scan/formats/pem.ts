import type { Detector, Page } from '../page.ts'
import { decodeBase64 } from '../text/base64.ts'
import { isMadeUp } from '../text/value-kinds.ts'
import { keyringProtection, type Protection } from './openpgp.ts'

const HEADER = /-{4,5} ?BEGIN ([A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)? ?-{4,5}/y
const FIELDS = /(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset|X-[\w-]{1,20}): [^\n\\]{0,100}/y
/** A key has at least so many characters of base64. */
const SHORTEST = 64
/** So many are read of a longer one: keys of OpenSSH begin with names and numbers, zeros among them. */
const READ = 2 * SHORTEST
/** Headers of encrypted keys, comments and escapes may stand between. */
const FARTHEST = 1500
/** How an OpenSSH key begins that has a passphrase: behind its mark stands which cipher, `none` without one. */
const OPENSSH_CIPHER = /^openssh-key-v1\0\0{3}[\s\S](?!none\0)[a-z]/
const LONGEST = 20_000
const ACCOUNT_REACH = 600

/** What keys in PEM form are called, by their header. */
function nameOf(header: string): string {
  if (header.includes('PGP')) return 'PGP private key'
  if (header.includes('OPENSSH')) return 'OpenSSH private key'
  return 'private key'
}

/** Private keys: PEM of any kind, also in one line or in an escaped string, OpenSSH, PGP. */
export const PEM_DETECTOR: Detector = {
  keywords: ['---BEGIN ', '---- BEGIN SSH2 '],
  detect(page, start) {
    const first = dashesBefore(page.text, start)
    HEADER.lastIndex = first
    const header = HEADER.exec(page.text)?.[0]
    if (header === undefined || page.isDone('pem', first, first + header.length)) return
    const body = readBody(page, first + header.length)
    if (body === undefined || isMadeUp(body.sample)) return
    const isPgp = header.includes('PGP')
    const protection = isPgp ? pgpProtection(page, first + header.length, body.end) : undefined
    if (protection === 'stubs') return
    const isEncrypted = protection === 'passphrase' || header.includes('ENCRYPTED') || body.isEncrypted
    const before = page.text.slice(Math.max(0, first - ACCOUNT_REACH), first)
    const isAccount = /service_account/.test(before) && /private_key/.test(before)
    page.isDone('pem', body.end, body.end)
    page.report({
      rule: isAccount ? 'google-service-account' : isPgp ? 'pgp-private-key' : 'private-key',
      level: isEncrypted ? 'warn' : 'block',
      start: first,
      end: body.end,
      message: isAccount
        ? 'Google service account'
        : isEncrypted
          ? `${nameOf(header)} with a passphrase`
          : nameOf(header),
      weight: 'form',
    })
  },
}

function dashesBefore(text: string, start: number): number {
  let first = start
  while (start - first < 2 && text.charAt(first - 1) === '-') first -= 1
  return first
}

interface Body {
  readonly sample: string
  readonly end: number
  readonly isEncrypted: boolean
}

/** What tells a key from a made-up one, behind its header; line ends, quotes, signs and headers between do not count. */
function readBody(page: Page, start: number): Body | undefined {
  const { text } = page
  const last = Math.min(text.length, start + FARTHEST)
  let sample = ''
  let isEncrypted = false
  let at = start
  while (at < last && sample.length < READ) {
    if (sample === '') {
      FIELDS.lastIndex = at
      const fields = FIELDS.exec(text)?.[0]
      if (fields !== undefined) isEncrypted ||= fields.includes('ENCRYPTED')
      at += fields?.length ?? 0
    }
    const character = text.charAt(at)
    if (/[A-Za-z\d+/=]/.test(character)) sample += character
    else if (character === '\\') at += /[nrt]/.test(text.charAt(at + 1)) ? 1 : 0
    else if (!/[\s"'`,;|>#*]/.test(character)) break
    at += 1
  }
  page.steps += at - start
  if (sample.length < SHORTEST) return undefined
  const end = text.slice(at, at + LONGEST).search(/-----END|[^\w\s+/=\\"'`,;|>#*]/)
  page.steps += end === -1 ? LONGEST : end
  isEncrypted ||= OPENSSH_CIPHER.test(Buffer.from(sample.slice(0, SHORTEST), 'base64').toString('latin1'))
  return { sample: sample.slice(-SHORTEST), end: end === -1 ? at : at + end, isEncrypted }
}

/** How the keys of an armoured keyring are kept; undefined for what cannot be read. @param start - behind its first line */
function pgpProtection({ text }: Page, start: number, end: number): Protection | undefined {
  const lines = text.slice(start, end).replaceAll(/\\[nrt]/g, '\n')
  // headers, and the checksum of older forms
  const body = lines
    .replaceAll(/[A-Z][A-Za-z]{1,20}: [^\n]{0,200}/g, '')
    .replace(/=[A-Za-z\d+/]{4}[^A-Za-z\d+/=]*$/, '')
  return keyringProtection(Buffer.from(body.replaceAll(/[^A-Za-z\d+/=]/g, ''), 'base64'))
}

/** PuTTY's own form. */
export const PPK_DETECTOR: Detector = {
  keywords: ['PuTTY-User-Key-File-'],
  detect(page, start) {
    if (page.isDone('ppk', start, start + 400)) return
    const window = page.text.slice(start, start + 6000)
    page.steps += window.length
    const found =
      /^PuTTY-User-Key-File-\d{1,2}: .{1,60}[\s\S]{1,3000}?Private-Lines: \d{1,3}\s{1,4}[A-Za-z0-9+/=]{16}/.exec(window)
    if (found === null) return
    const isEncrypted = !/\nEncryption: none/.test(window)
    const message = isEncrypted ? 'PuTTY private key with a passphrase' : 'PuTTY private key'
    page.report({
      rule: 'putty-private-key',
      level: isEncrypted ? 'warn' : 'block',
      start,
      end: start + found[0].length,
      message,
      weight: 'form',
    })
  },
}

const BASE64_RUN = /[A-Za-z0-9+/_-]/
/** A line of base64 that goes on: `base64` breaks them after 76, other programs after 64. */
const NEXT_LINE = /\r?\n[ \t]{0,200}(?=[A-Za-z0-9+/_-]{1,200}={0,2}[ \t]{0,40}(?:\r?\n|$))/y
/** Shorter ones are the last of theirs. */
const SHORTEST_LINE = 60
/** Longer runs are no keys. */
const LONGEST_RUN = 100_000

/** How beginnings of keys look within base64, whichever of three bytes they begin with. Written down: each start would work them out. */
export const WRAPPED: Readonly<Record<string, readonly [string, string, string]>> = {
  '-----BEGIN ': ['LS0tLS1CRUdJTi', '0tLS0tQkVHSU4g', 'tLS0tLUJFR0lOI'],
  'AGE-SECRET-KEY-1': ['QUdFLVNFQ1JFVC1LRVktM', 'FHRS1TRUNSRVQtS0VZLT', 'BR0UtU0VDUkVULUtFWS0x'],
  '"private_key"': ['InByaXZhdGVfa2V5I', 'Jwcml2YXRlX2tleS', 'icHJpdmF0ZV9rZXki'],
  'PuTTY-User-Key-File': ['UHVUVFktVXNlci1LZXktRmlsZ', 'B1VFRZLVVzZXItS2V5LUZpbG', 'QdVRUWS1Vc2VyLUtleS1GaWxl'],
}

/** Keys and service accounts that somebody put into base64. */
export const WRAPPED_DETECTOR: Detector = {
  keywords: Object.values(WRAPPED).flat(),
  detect(page, start, end) {
    if (page.isDone('wrapped', start, end)) return
    const first = runStart(page, start)
    const [line, last] = base64RunEnds(page, first, end)
    page.isDone('wrapped', last, last)
    page.steps += last - start
    const decoded = decodeBase64(page.text.slice(first, last)) ?? decodeBase64(page.text.slice(first, line))
    if (decoded === undefined) return
    for (const { rule, level, message } of page.lookInside(decoded, 'inside.json')) {
      page.report({ rule, level, start: first, end: last, message: `${message}, in base64`, weight: 'form' })
    }
  },
}

/** Where a run of base64 ends on its line, and where it does when it goes on below. */
export function base64RunEnds({ text }: Page, start: number, from: number): readonly [line: number, last: number] {
  let line: number | undefined
  let last = from
  for (let lineStart = start; ; ) {
    while (last < text.length && last - start < LONGEST_RUN && BASE64_RUN.test(text.charAt(last))) last += 1
    line ??= last
    NEXT_LINE.lastIndex = last
    const between = last - lineStart < SHORTEST_LINE ? undefined : NEXT_LINE.exec(text)?.[0]
    if (between === undefined || last - start >= LONGEST_RUN) return [line, last]
    last += between.length
    lineStart = last
  }
}

/** Where the run of base64 began, as far as it may matter. */
function runStart(page: Page, start: number): number {
  let first = start
  while (first > 0 && start - first < 4000 && BASE64_RUN.test(page.text.charAt(first - 1))) first -= 1
  page.steps += start - first
  return first
}
