/**
 * A sealed file with the ciphertext of its first value changed.
 *
 * @param before - what stands before that value, such as its key
 */
export function withOtherData(sealed: string, before = ''): string {
  const start = `${before}ENC[AES256_GCM,data:`
  const index = sealed.indexOf(start)
  if (index < 0) throw new Error('there is no such value to tamper with')
  const at = index + start.length
  // the first letter of base64 holds six bits of the first byte, so another letter is always another byte
  return `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`
}
