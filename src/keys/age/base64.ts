/**
 * Decode base64 strictly: this alphabet, this padding and no spare bits, so that every byte sequence has one spelling.
 * age signs the text of its header, not the bytes; a lenient reader would accept files that other readers refuse.
 *
 * @returns undefined when `text` is anything else
 */
export function decodeStrictBase64(text: string, { padded }: { padded: boolean }): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64')
  const canonical = bytes.toString('base64')
  return text === (padded ? canonical : withoutPadding(canonical)) ? bytes : undefined
}

/** Base64 without padding, as age headers have it. */
export function encodeUnpaddedBase64(bytes: Uint8Array): string {
  return withoutPadding(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'))
}

function withoutPadding(text: string): string {
  return text.endsWith('==') ? text.slice(0, -2) : text.endsWith('=') ? text.slice(0, -1) : text
}
