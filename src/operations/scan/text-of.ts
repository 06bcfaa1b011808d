import { FormatError } from '../../errors.ts'
import { decodeText } from '../../format/text.ts'
import { wideText } from '../../scan/wide-text.ts'

/** A text of any bytes: what is no UTF-8 may be UTF-16, or still hold a token. */
export function textOf(bytes: Uint8Array): string {
  try {
    return wideText(bytes) ?? decodeText(bytes)
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  }
}
