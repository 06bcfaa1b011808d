import { createPrivateKey, createPublicKey, diffieHellman, generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { KeySource } from '../../crypto/age-kernel.ts'
import { AgeFileError } from './age-file-error.ts'
import { decodeStrictBase64, encodeUnpaddedBase64 } from './base64.ts'
import { encodeBech32 } from './bech32.ts'
import type { AgeIdentity } from './file.ts'
import type { AgeHeader, Stanza } from './header.ts'
import { openOnce, sealOnce } from './primitives.ts'

const STANZA_TYPE = 'X25519'
const LABEL = 'age-encryption.org/v1/X25519'
const KEY_BYTES = 32
/** A file key of 16 bytes and its tag. */
const BODY_BYTES = 32
/** Imported when it is first needed: a command that opens nothing does not pay for it. */
let basePoint: KeyObject | undefined
/** Always zero: every wrapping key wraps one file key. */
const NONCE = Buffer.alloc(12)
/** What stands before the scalar in a PKCS #8 private key of X25519. RFC 8410, section 7 */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex')

/**
 * An X25519 identity. The scalar lives in OpenSSL only: imported once, used for every file.
 *
 * @see age specification, "The X25519 recipient type"
 */
export class X25519Identity implements AgeIdentity {
  readonly recipient: string
  readonly #privateKey: KeyObject
  readonly #publicKey: Uint8Array

  /** @param scalar - 32 bytes, of which this makes its own copy; the caller wipes them */
  constructor(scalar: Uint8Array) {
    const der = Buffer.concat([PKCS8_PREFIX, scalar])
    this.#privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    // wiped: it ends with the scalar
    der.fill(0)
    this.#publicKey = publicHalf(this.#privateKey)
    this.recipient = encodeBech32('age', this.#publicKey)
  }

  unwrapFileKey({ stanzas }: AgeHeader): Uint8Array | null {
    for (const stanza of stanzas) {
      const fileKey = stanza.type === STANZA_TYPE ? this.#unwrapStanza(stanza) : undefined
      if (fileKey !== undefined) return fileKey
    }
    return null
  }

  #unwrapStanza({ args, body }: Stanza): Uint8Array | undefined {
    const [shareText, ...others] = args
    const share = shareText === undefined ? undefined : decodeStrictBase64(shareText, { padded: false })
    if (share?.length !== KEY_BYTES || others.length > 0) throw broken('is malformed')
    const secret = sharedSecret(this.#privateKey, () => importPublicKey(share))
    if (secret === undefined) throw broken('holds a key that is not safe')
    if (body.length !== BODY_BYTES) throw broken('does not hold a file key')
    return withWrappingKey(secret, share, this.#publicKey, (source) => openOnce(source, NONCE, body))
  }
}

/**
 * Wrap a file key for an X25519 recipient.
 *
 * The ephemeral key is made by OpenSSL itself and not from an injected source: its secret half then never exists in
 * memory that JavaScript sees.
 *
 * @param publicKey - 32 bytes
 * @returns undefined when the recipient is a point of low order, for which everybody knows the shared secret
 */
export function wrapForX25519(fileKey: Uint8Array, publicKey: Uint8Array): Stanza | undefined {
  const ephemeral = generateKeyPairSync('x25519')
  const secret = sharedSecret(ephemeral.privateKey, () => recipientKey(publicKey))
  if (secret === undefined) return undefined
  const share = publicHalf(ephemeral.privateKey)
  const body = withWrappingKey(secret, share, publicKey, (source) => sealOnce(source, NONCE, fileKey))
  return { type: STANZA_TYPE, args: [encodeUnpaddedBase64(share)], body }
}

/** Wipes `secret`: with it and the file anybody has the file key. */
function withWrappingKey<Result>(
  secret: Uint8Array,
  share: Uint8Array,
  publicKey: Uint8Array,
  use: (source: KeySource) => Result,
): Result {
  try {
    return use({ secret, salt: Buffer.concat([share, publicKey]), label: LABEL })
  } finally {
    secret.fill(0)
  }
}

/** Undefined for a peer of low order: the result would be all zeros. OpenSSL refuses it too, but need not. */
function sharedSecret(privateKey: KeyObject, peer: () => KeyObject): Uint8Array | undefined {
  try {
    const secret = diffieHellman({ privateKey, publicKey: peer() })
    return secret.some((byte) => byte !== 0) ? secret : undefined
  } catch {
    return undefined
  }
}

/**
 * The public half of a key, which is what it shares with the base point (RFC 7748, section 6.1).
 *
 * Not `export`, which would be the plain way: Node 20 can stop for ever in it. It holds the lock of the key while it
 * makes a string, making the string may collect garbage, and with a key from `generateKeyPairSync` the garbage is the
 * job that made it, whose destructor waits for the same lock.
 */
function publicHalf(privateKey: KeyObject): Uint8Array {
  basePoint ??= importPublicKey(Uint8Array.of(9, ...new Uint8Array(KEY_BYTES - 1)))
  return diffieHellman({ privateKey, publicKey: basePoint })
}

/** Recipients are few, and wrap for many files. */
const recipientKeys = new WeakMap<Uint8Array, KeyObject>()

function recipientKey(raw: Uint8Array): KeyObject {
  const known = recipientKeys.get(raw) ?? importPublicKey(raw)
  recipientKeys.set(raw, known)
  return known
}

/** As JWK and not as DER, which takes ten times as long to read (Node 20). */
function importPublicKey(raw: Uint8Array): KeyObject {
  const x = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('base64url')
  return createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x }, format: 'jwk' })
}

function broken(message: string): AgeFileError {
  return new AgeFileError('header', `its X25519 stanza ${message}`)
}
