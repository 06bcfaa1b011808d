import { constants, createPublicKey, type KeyObject, publicEncrypt } from 'node:crypto'
import { KeyError } from '../../errors.ts'

/** The only algorithm that is used with RSA keys of KMS. */
export const RSA_ALGORITHM = 'RSAES_OAEP_SHA_256'

const SMALLEST_BITS = 2048

/**
 * Wrap for an RSA key without asking anybody.
 *
 * @param publicKey - base64 of the SubjectPublicKeyInfo, as `GetPublicKey` gives it
 * @throws {@link KeyError} `ERR_RECIPIENT` for what is no RSA key of 2048 bits or more
 */
export function sealToPublicKey(publicKey: string, plaintext: Uint8Array): Uint8Array {
  const key = readPublicKey(publicKey)
  if (key !== undefined)
    return publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, plaintext)
  throw new KeyError('ERR_RECIPIENT', `its public key is not an RSA key of ${SMALLEST_BITS} bits or more`, {
    hint: 'take the public key out of the file, then wrap again: KMS is asked for it once',
  })
}

export function isSealable(publicKey: string): boolean {
  return readPublicKey(publicKey) !== undefined
}

function readPublicKey(text: string): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' })
    const bits = key.asymmetricKeyType === 'rsa' ? (key.asymmetricKeyDetails?.modulusLength ?? 0) : 0
    return bits >= SMALLEST_BITS ? key : undefined
  } catch {
    return undefined
  }
}
