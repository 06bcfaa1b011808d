import { decodeText } from '../../format/text.ts'
import { unusualText } from '../../scan/text/unusual-text.ts'

/** A text of any bytes: what is no UTF-8 may be UTF-16, a keyring, or still hold a token. */
export function textOf(bytes: Uint8Array): string {
  return unusualText(bytes) ?? decodeText(bytes)
}

/** Content that is no text, a picture too: nobody could read a secret in it that is not one of a program. */
export function isProgram(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 8000).includes(0) && unusualText(bytes) === undefined
}
