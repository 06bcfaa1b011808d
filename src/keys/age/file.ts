import type { RandomSource } from '../../crypto/random.ts'
import { AgeFileError } from './age-file-error.ts'
import { type AgeHeader, formatHeader, type Stanza, verifyHeader } from './header.ts'
import { openPayload, STREAM_NONCE_BYTES, sealPayload } from './payload.ts'

/** Something that may open an age file. */
export interface AgeIdentity {
  /**
   * The file key, which the caller wipes; null when no stanza is for this identity.
   *
   * @throws AgeFileError `header` when a stanza of its type is malformed
   */
  unwrapFileKey(header: AgeHeader): Promise<Uint8Array | null> | Uint8Array | null
}

const FILE_KEY_BYTES = 16

/**
 * Open an age file with the first identity that fits. Identities are asked for one by one, so a source of them
 * may do work (or ask for a passphrase) only when the ones before did not fit.
 *
 * @param header - from `parseHeader`; it carries the payload
 * @returns The content, which the caller owns and wipes; null when no identity fits.
 * @throws AgeFileError with the stage that failed
 */
export async function openAgeFile(
  header: AgeHeader,
  identities: Iterable<AgeIdentity> | AsyncIterable<AgeIdentity>,
): Promise<Uint8Array | null> {
  for await (const identity of identities) {
    const content = await openWith(identity, header)
    if (content !== null) return content
  }
  return null
}

/** As {@link openAgeFile} with one identity. */
export async function openWith(identity: AgeIdentity, header: AgeHeader): Promise<Uint8Array | null> {
  const fileKey = await identity.unwrapFileKey(header)
  if (fileKey === null) return null
  try {
    if (fileKey.length !== FILE_KEY_BYTES) throw new AgeFileError('header', 'a stanza does not hold a file key')
    verifyHeader(header, fileKey)
    return openPayload(fileKey, header.payload)
  } finally {
    // wiped: it opens this file as well as the identity does
    fileKey.fill(0)
  }
}

/**
 * Write a binary age file for one recipient.
 *
 * @param wrapFileKey - makes the stanza of the recipient from the file key; undefined when that cannot be
 */
export function sealAgeFile(
  plaintext: Uint8Array,
  wrapFileKey: (fileKey: Uint8Array) => Stanza | undefined,
  random: RandomSource,
): Uint8Array | undefined {
  const fileKey = random(FILE_KEY_BYTES)
  try {
    const stanza = wrapFileKey(fileKey)
    if (stanza === undefined) return undefined
    const header = formatHeader([stanza], fileKey)
    return Buffer.concat([header, sealPayload(fileKey, random(STREAM_NONCE_BYTES), plaintext)])
  } finally {
    // wiped: it opens this file as well as the identity does
    fileKey.fill(0)
  }
}
