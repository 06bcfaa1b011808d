import type { Detector, Page } from '../page.ts'
import { isMadeUp } from '../text/value-kinds.ts'
import { keyringProtection, type Protection } from './openpgp.ts'
import { base64RunEnds } from './pem.ts'

/** The first packet of a keyring, version 4, with a time of creation from 2005 to 2039, in base64. */
const BEGINNING = /(?:lQ[A-Za-z\d+/]{2}B[C-H]|(?:l[A-P]|xV)[AEIMQUYcgkosw048]E[Q-Zab])[A-Za-z\d+/]{60}/y
const BASE64_UNIT = /[A-Za-z\d+/]/

/** How GnuPG keeps keys in `private-keys-v1.d`: as text, and as older versions did. */
const KEPT =
  /\((protected-)?private-key \((?:rsa|dsa|elg|ecc|ecdsa|ecdh)[\s(][^#]{0,200}#([\dA-F\s]{40,400})|\((?:11:|(21:protected-))private-key\(\d/y
const LONGEST_HEAD = '(21:protected-'.length
const LONGEST = 20_000

/** Keyrings with secret keys in base64, as `gpg --export-secret-keys | base64` writes them. */
export const KEYRING_DETECTOR: Detector = {
  // by their length: RSA and the like; curves, without a passphrase and with one
  keywords: 'lQ lFgE lIYE lHcE lKUE lHQE lKIE lHgE lKYE lKQE lNIE lNkE lNoE xVgE'.split(' '),
  detect(page, start) {
    if (BASE64_UNIT.test(page.text.charAt(start - 1))) return
    BEGINNING.lastIndex = start
    page.steps += 8
    if (!BEGINNING.test(page.text) || page.isDone('wrapped keyring', start, BEGINNING.lastIndex)) return
    const [line, last] = base64RunEnds(page, start, BEGINNING.lastIndex)
    page.isDone('wrapped keyring', last, last)
    page.steps += last - start
    // what comes on the lines below may be something else
    for (const end of new Set([last, line])) {
      const protection = keyringProtection(Buffer.from(page.text.slice(start, end), 'base64'))
      if (protection === undefined) continue
      if (protection !== 'stubs') report(page, { start, end }, protection, 'in base64')
      return
    }
  },
}

/** Files of `~/.gnupg/private-keys-v1.d`. */
export const KEPT_KEY_DETECTOR: Detector = {
  keywords: ['private-key (', '11:private-key(', '21:protected-private-key('],
  detect(page, start, end) {
    const first = page.text.lastIndexOf('(', start)
    if (first < start - LONGEST_HEAD || page.isDone('kept key', first, end)) return
    KEPT.lastIndex = first
    const [whole = '', isProtected, sample = '', wasProtected] = KEPT.exec(page.text.slice(0, first + LONGEST)) ?? []
    page.steps += 20 + whole.length
    if (whole === '' || (sample !== '' && isMadeUp(sample.replaceAll(/\s/g, '')))) return
    // lines of it that go on are indented
    const length = sample === '' ? LONGEST : page.text.slice(first, first + LONGEST).search(/\n(?![ \t])/)
    const last = length === -1 ? page.text.length : Math.min(first + length, page.text.length)
    page.isDone('kept key', last, last)
    report(page, { start: first, end: last }, (isProtected ?? wasProtected) ? 'passphrase' : 'none', 'of GnuPG')
  },
}

function report(
  page: Page,
  { start, end }: { readonly start: number; readonly end: number },
  protection: Exclude<Protection, 'stubs'>,
  place: string,
): void {
  const isOpen = protection === 'none'
  page.report({
    rule: 'pgp-private-key',
    level: isOpen ? 'block' : 'warn',
    start,
    end,
    message: `PGP private key${isOpen ? '' : ' with a passphrase'}, ${place}`,
    weight: 'form',
  })
}
