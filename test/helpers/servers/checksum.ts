/** CRC-32C, bit by bit: slow, and written apart from the one that is tested. @see RFC 3720, appendix B.4 */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit += 1) {
      const carry = (crc ^ (byte >> bit)) & 1
      crc = (crc >>> 1) ^ (carry === 1 ? 0x82f63b78 : 0)
    }
  }
  return ~crc >>> 0
}
