import { constants, createPublicKey, type KeyObject, publicEncrypt } from 'node:crypto'
import { KeyError } from '../../errors.ts'
import { decodeStrictBase64 } from '../age/base64.ts'

/** Hashes of RSA-OAEP, as `node:crypto` names them. */
export type OaepHash = 'sha1' | 'sha256' | 'sha512'

/**
 * Seal to the public half of a key that a service holds: nobody is asked.
 *
 * @param publicKey - SubjectPublicKeyInfo, DER, in base64
 * @param plaintext - short enough for the key: the caller wipes it
 * @throws {@link KeyError} `ERR_RECIPIENT` when it is no RSA key of 2048 to 8192 bits
 */
export function sealOaep(publicKey: string, plaintext: Uint8Array, oaepHash: OaepHash): Uint8Array {
  const key = readRsaPublicKey(publicKey)
  return publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, plaintext)
}

/** @throws {@link KeyError} `ERR_RECIPIENT` */
export function readRsaPublicKey(publicKey: string): KeyObject {
  const key = parse(publicKey)
  if (key !== undefined && isSealable(key)) return key
  throw new KeyError('ERR_RECIPIENT', 'the public key of the service is no RSA key of 2048 to 8192 bits', {
    hint: 'remove it, and it is asked for anew',
  })
}

/** Whether {@link sealOaep} takes it. */
export function isRsaPublicKey(publicKey: string): boolean {
  const key = parse(publicKey)
  return key !== undefined && isSealable(key)
}

function isSealable({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  const bits = asymmetricKeyDetails?.modulusLength ?? 0
  return asymmetricKeyType === 'rsa' && bits >= 2048 && bits <= 8192
}

function parse(publicKey: string): KeyObject | undefined {
  const der = decodeStrictBase64(publicKey, { padded: true })
  if (der === undefined) return undefined
  try {
    return createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' })
  } catch {
    return undefined
  }
}
