import { createCipheriv, createDecipheriv, createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { AgeKernel, type KeySource } from '../../crypto/age-kernel.ts'

const ALGORITHM = 'chacha20-poly1305'
const OPTIONS = { authTagLength: 16 } as const
export const TAG_BYTES = 16
/** RFC 5869, section 2.2: what stands for an empty salt. */
const NO_SALT = Buffer.alloc(32)

/** For fewer uses the kernel is not worth being compiled: three or four for each file. */
const MANY_USES = 24

let uses = 0

/** {@link hmac} with a key that is used for nothing else. */
export function hmacOnce(source: KeySource, data: Uint8Array): Uint8Array {
  return kernelFor(source, data)?.mac(source, data) ?? hmac(deriveKey(source), data)
}

/** {@link sealChunk} with a key that is used for nothing else. */
export function sealOnce(source: KeySource, nonce: Uint8Array, plaintext: Uint8Array): Uint8Array {
  return kernelFor(source, plaintext)?.seal(source, nonce, plaintext) ?? sealChunk(deriveKey(source), nonce, plaintext)
}

/** Inverse of {@link sealOnce}. */
export function openOnce(source: KeySource, nonce: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
  if (sealed.length < TAG_BYTES) return undefined
  const kernel = kernelFor(source, sealed)
  return kernel === undefined ? openChunk(deriveKey(source), nonce, sealed) : kernel.open(source, nonce, sealed)
}

/** Undefined when OpenSSL is as good. */
function kernelFor(source: KeySource, text: Uint8Array): AgeKernel | undefined {
  uses += 1
  return uses > MANY_USES && AgeKernel.takes(source, text) ? AgeKernel.get() : undefined
}

/**
 * HKDF-SHA-256 to 32 bytes (RFC 5869): extract, then one block of expand. Written as the two HMACs it is, because these
 * start and run faster than `hkdfSync`; every key goes in and comes out as a key object, because raw bytes are imported
 * anew by each use, which takes longer than the use (Node 24).
 */
export function deriveKey({ secret, salt, label }: KeySource): KeyObject {
  const extracted = hmac(createSecretKey(salt.length === 0 ? NO_SALT : salt), secret)
  const expanded = hmac(createSecretKey(extracted), Buffer.from(`${label}\x01`, 'latin1'))
  const key = createSecretKey(expanded)
  // wiped: the key object has its own copy, which Node clears
  extracted.fill(0)
  expanded.fill(0)
  return key
}

/** HMAC-SHA-256 (RFC 2104). @returns 32 bytes */
function hmac(key: KeyObject, data: Uint8Array): Uint8Array {
  return createHmac('sha256', key).update(data).digest()
}

/** ChaCha20-Poly1305 (RFC 8439) without associated data; the tag comes last. @param nonce - 12 bytes */
export function sealChunk(key: KeyObject, nonce: Uint8Array, plaintext: Uint8Array): Uint8Array {
  const cipher = createCipheriv(ALGORITHM, key, nonce, OPTIONS)
  const data = cipher.update(plaintext)
  cipher.final()
  return Buffer.concat([data, cipher.getAuthTag()])
}

/** Inverse of {@link sealChunk}; undefined when key, nonce or bytes are not the ones that were sealed. */
export function openChunk(key: KeyObject, nonce: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
  const end = sealed.length - TAG_BYTES
  if (end < 0) return undefined
  const decipher = createDecipheriv(ALGORITHM, key, nonce, OPTIONS)
  decipher.setAuthTag(sealed.subarray(end))
  const plaintext = decipher.update(sealed.subarray(0, end))
  try {
    decipher.final()
    return plaintext
  } catch {
    // wiped: these bytes came out of the cipher before it had judged them
    plaintext.fill(0)
    return undefined
  }
}
