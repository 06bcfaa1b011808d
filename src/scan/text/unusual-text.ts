import { isKeptKey, isSecretKeyring } from '../formats/openpgp.ts'
import { wideText } from './wide-text.ts'

const PARENTHESIS = 40

/**
 * The text of a file that is none at first sight: in UTF-16; or the armoured form of a keyring with secret keys, which git and
 * most tools take for a binary file as well; a key as older versions of GnuPG kept it.
 *
 * @returns undefined for anything else
 */
export function unusualText(bytes: Uint8Array): string | undefined {
  if (isSecretKeyring(bytes)) return armoured(bytes)
  return bytes[0] === PARENTHESIS && isKeptKey(bytes) ? keptAsText(bytes) : wideText(bytes)
}

/** Zero bytes would say that it is no text. */
function keptAsText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1').replaceAll('\0', ' ')
}

function armoured(bytes: Uint8Array): string {
  const name = 'PGP PRIVATE KEY BLOCK'
  const lines = Buffer.from(bytes).toString('base64').replaceAll(/.{64}/g, '$&\n')
  return `-----BEGIN ${name}-----\n\n${lines.trimEnd()}\n-----END ${name}-----\n`
}
