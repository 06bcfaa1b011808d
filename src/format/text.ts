import { isUtf8 } from 'node:buffer'

/**
 * Bytes that are not UTF-8 travel through strings as lone low surrogates, U+DC80 for byte 0x80 up to U+DCFF for 0xFF
 * (PEP 383, "surrogateescape"): every byte sequence has one string and comes back unchanged. UTF-8 itself can never
 * produce a surrogate, so nothing else collides with them.
 */
const ESCAPE_BASE = 0xdc00

/** Decode `bytes`; anything that is not UTF-8 is kept as lone surrogates. The BOM, if any, stays. */
export function decodeText(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return isUtf8(buffer) ? buffer.toString('utf8') : decodeWithEscapes(buffer)
}

/** The bytes of `text`, inverse of {@link decodeText}. */
export function encodeText(text: string): Uint8Array {
  return text.isWellFormed() ? Buffer.from(text, 'utf8') : encodeEscapes(text)
}

/** Whether `text` stands for bytes that are valid UTF-8. */
export function isCleanText(text: string): boolean {
  return text.isWellFormed()
}

function decodeWithEscapes(buffer: Buffer): string {
  const parts: string[] = []
  let clean = 0
  let position = 0
  while (position < buffer.length) {
    const width = sequenceWidth(buffer, position)
    if (width > 0) {
      position += width
      continue
    }
    parts.push(buffer.toString('utf8', clean, position), String.fromCharCode(ESCAPE_BASE + (buffer[position] ?? 0)))
    position += 1
    clean = position
  }
  parts.push(buffer.toString('utf8', clean))
  return parts.join('')
}

/** Bytes of the valid UTF-8 sequence at `position`, or 0. RFC 3629, section 4. */
function sequenceWidth(buffer: Buffer, position: number): number {
  const lead = buffer[position] ?? 0
  if (lead < 0x80) return 1
  const width = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2
  if (lead < 0xc2 || lead > 0xf4 || position + width > buffer.length) return 0
  return isUtf8(buffer.subarray(position, position + width)) ? width : 0
}

function encodeEscapes(text: string): Uint8Array {
  const parts: Buffer[] = []
  let clean = 0
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    if (unit >= 0xd800 && unit < 0xdc00) {
      index += 1 // a high surrogate is always half of a pair here: decoding never makes a lone one
    } else if (unit >= 0xdc80 && unit <= 0xdcff) {
      parts.push(Buffer.from(text.slice(clean, index), 'utf8'), Buffer.from([unit - ESCAPE_BASE]))
      clean = index + 1
    }
  }
  parts.push(Buffer.from(text.slice(clean), 'utf8'))
  return Buffer.concat(parts)
}

/** 1-based line and column (in UTF-16 units) of `offset` in `text`; LF, CR and CRLF end lines. */
export function positionOf(text: string, offset: number): { line: number; column: number } {
  let line = 1
  let start = 0
  const breaks = /\r\n?|\n/g
  for (let match = breaks.exec(text); match !== null && breaks.lastIndex <= offset; match = breaks.exec(text)) {
    line += 1
    start = breaks.lastIndex
  }
  return { line, column: offset - start + 1 }
}
