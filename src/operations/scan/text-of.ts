import { FormatError } from '../../errors.ts'
import { decodeText } from '../../format/text.ts'
import { wideText } from '../../scan/wide-text.ts'

/** A text of any bytes: what is no UTF-8 may be UTF-16, or still hold a token. */
export function textOf(bytes: Uint8Array): string {
  return wideText(bytes) ?? narrowText(bytes)
}

/** The same, as what reads sealed files sees it: UTF-16 is none of theirs, and such a file under a rule is refused by its store. */
export function narrowText(bytes: Uint8Array): string {
  try {
    return decodeText(bytes)
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  }
}

/** Content that is no text, a picture too: nobody could read a secret in it that is not one of a program. */
export function isProgram(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 8000).includes(0) && wideText(bytes) === undefined
}
