/**
 * Bech32 (BIP 173) without its limit of 90 characters, as age uses it. Own, because the hot path may not wait for the
 * age library to load, and because what is decoded here may be a secret key: failures carry no part of the text.
 */
const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const CHECKSUM_LENGTH = 6

const VALUES = new Int8Array(128).fill(-1)
for (let value = 0; value < ALPHABET.length; value += 1) VALUES[ALPHABET.charCodeAt(value)] = value

export interface Bech32 {
  /** The part before the last `1`, in the case in which it was written. */
  readonly prefix: string
  readonly bytes: Uint8Array
}

/** Decode `text`, all lower or all upper case; undefined when it is not Bech32, whatever the fault. */
export function decodeBech32(text: string): Bech32 | undefined {
  if (!/^[\x21-\x7e]+$/.test(text)) return undefined
  const lower = text.toLowerCase()
  if (text !== lower && text !== text.toUpperCase()) return undefined
  const separator = text.lastIndexOf('1')
  const length = text.length - separator - 1
  if (separator < 1 || length < CHECKSUM_LENGTH) return undefined
  const words = new Uint8Array(length)
  for (let index = 0; index < length; index += 1) {
    const value = VALUES[lower.charCodeAt(separator + 1 + index)] ?? -1
    if (value < 0) return undefined
    words[index] = value
  }
  const valid = polymod([prefixWords(lower.slice(0, separator)), words]) === 1
  const bytes = valid ? toBytes(words.subarray(0, length - CHECKSUM_LENGTH)) : undefined
  // wiped: the words are as good as the bytes, which may be a secret key
  words.fill(0)
  return bytes === undefined ? undefined : { prefix: text.slice(0, separator), bytes }
}

/** Encode `bytes` in lower case. @param prefix - lower case ASCII */
export function encodeBech32(prefix: string, bytes: Uint8Array): string {
  const words = toWords(bytes)
  const remainder = polymod([prefixWords(prefix), words, new Uint8Array(CHECKSUM_LENGTH)]) ^ 1
  const checksum = Uint8Array.from({ length: CHECKSUM_LENGTH }, (_, index) => (remainder >>> (5 * (5 - index))) & 31)
  const letters = [...words, ...checksum].map((word) => ALPHABET[word])
  return `${prefix}1${letters.join('')}`
}

function prefixWords(prefix: string): Uint8Array {
  const codes = [...prefix].map((letter) => letter.charCodeAt(0))
  return Uint8Array.from([...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)])
}

/** Written out and without iterators: it runs once per process, before the engine had a reason to make it fast. */
function polymod(parts: readonly Uint8Array[]): number {
  let checksum = 1
  for (const part of parts) {
    for (let index = 0; index < part.length; index += 1) {
      const top = checksum >>> 25
      checksum = ((checksum & 0x1ffffff) << 5) ^ (part[index] ?? 0)
      if ((top & 1) !== 0) checksum ^= 0x3b6a57b2
      if ((top & 2) !== 0) checksum ^= 0x26508e6d
      if ((top & 4) !== 0) checksum ^= 0x1ea119fa
      if ((top & 8) !== 0) checksum ^= 0x3d4233dd
      if ((top & 16) !== 0) checksum ^= 0x2a1462b3
    }
  }
  return checksum
}

function toWords(bytes: Uint8Array): Uint8Array {
  const words = new Uint8Array(Math.ceil((bytes.length * 8) / 5))
  let buffer = 0
  let bits = 0
  let count = 0
  for (const byte of bytes) {
    buffer = ((buffer << 8) | byte) & 0xfff
    bits += 8
    while (bits >= 5) {
      bits -= 5
      words[count] = (buffer >> bits) & 31
      count += 1
    }
  }
  if (bits > 0) words[count] = (buffer << (5 - bits)) & 31
  return words
}

/** Undefined unless the bits left over are fewer than five and zero. */
function toBytes(words: Uint8Array): Uint8Array | undefined {
  const bytes = new Uint8Array(Math.floor((words.length * 5) / 8))
  let buffer = 0
  let bits = 0
  let count = 0
  for (const word of words) {
    buffer = ((buffer << 5) | word) & 0xfff
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes[count] = (buffer >> bits) & 0xff
      count += 1
    }
  }
  return bits < 5 && (buffer & ((1 << bits) - 1)) === 0 ? bytes : undefined
}
