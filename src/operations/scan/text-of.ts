import { decodeText } from '../../format/text.ts'
import { unusualText } from '../../scan/text/unusual-text.ts'

/** Git looks at so much to tell a binary file. */
const LOOKED_AT = 8000

/** A text of any bytes: what is no UTF-8 may be UTF-16, a keyring, or still hold a token. */
export function textOf(bytes: Uint8Array): string {
  return unusualText(bytes) ?? decodeText(bytes)
}

/** Content that is no text, a picture too: nobody could read a secret in it that is not one of a program. */
export function isProgram(bytes: Uint8Array): boolean {
  return bytes.subarray(0, LOOKED_AT).includes(0) && unusualText(bytes) === undefined
}

/** The same of what can be looked into as a whole: a text with a few zero bytes, as a crash or a terminator leaves them, is one. */
export function holdsNoText(bytes: Uint8Array): boolean {
  return isProgram(bytes) && !isMostlyText(bytes.subarray(0, LOOKED_AT))
}

/** Of bytes drawn by chance a tenth are control characters; what is compiled has more. */
function isMostlyText(bytes: Uint8Array): boolean {
  let oddCount = 0
  for (const byte of bytes) if (byte < 32 && (byte < 8 || byte > 13)) oddCount += 1
  return oddCount * 20 < bytes.length
}
