/** Polynomial of CRC-32C (Castagnoli), reflected. @see RFC 3720, appendix B.4 */
const POLYNOMIAL = 0x82f63b78

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index
  for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ (value & 1 ? POLYNOMIAL : 0)
  return value
})

/**
 * CRC-32C of `bytes`, as Cloud KMS asks for and gives it: it finds what was damaged on the way, not what was forged.
 *
 * @returns an unsigned integer of 32 bits
 */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (crc >>> 8) ^ (TABLE[(crc ^ byte) & 0xff] ?? 0)
  return (crc ^ 0xffffffff) >>> 0
}
