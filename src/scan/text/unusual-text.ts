import { isSecretKeyring } from '../formats/openpgp.ts'
import { wideText } from './wide-text.ts'

/**
 * The text of a file that is none at first sight: in UTF-16; or the armoured form of a keyring with secret keys, which git and
 * most tools take for a binary file as well.
 *
 * @returns undefined for anything else
 */
export function unusualText(bytes: Uint8Array): string | undefined {
  return isSecretKeyring(bytes) ? armoured(bytes) : wideText(bytes)
}

function armoured(bytes: Uint8Array): string {
  const name = 'PGP PRIVATE KEY BLOCK'
  const lines = Buffer.from(bytes).toString('base64').replaceAll(/.{64}/g, '$&\n')
  return `-----BEGIN ${name}-----\n\n${lines.trimEnd()}\n-----END ${name}-----\n`
}
