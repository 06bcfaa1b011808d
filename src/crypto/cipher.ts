import { createCipheriv, createDecipheriv } from 'node:crypto'
import { IntegrityError } from '../errors.ts'
import { formatSealed, type SealedValue } from '../format/enc.ts'
import type { ScalarType } from '../format/tree.ts'
import { type DataKey, importDataKey } from './data-key.ts'

const ALGORITHM = 'aes-256-gcm'
const OPTIONS = { authTagLength: 16 } as const

/** sops seals with 32 bytes and panics when it saves a file that holds any other length. */
export const IV_BYTES = 32
const TAG_BYTES = 16

export interface SealRequest {
  readonly dataKey: DataKey
  /** 32 bytes. Fresh, or the one under which the same plaintext was sealed with the same `aad` before. */
  readonly iv: Uint8Array
  /** What binds the value to its place: the path, `a:b:`. */
  readonly aad: Uint8Array
  /** Not empty: empty values stay clear, and an `ENC[…]` without data is not one. */
  readonly plaintext: Uint8Array
  readonly type: ScalarType | 'comment'
}

export interface OpenRequest {
  readonly dataKey: DataKey
  /** As `parseSealed` reads it. The IV may have any length but zero. */
  readonly sealed: SealedValue
  readonly aad: Uint8Array
}

/**
 * Seal one value with AES-256-GCM.
 *
 * @returns The `ENC[…]` string.
 * @throws RangeError when a length is wrong: that is a bug in the caller
 * @see sops `aes/cipher.go`
 */
export function sealValue({ dataKey, iv, aad, plaintext, type }: SealRequest): string {
  if (iv.length !== IV_BYTES) throw new RangeError(`an IV has ${IV_BYTES} bytes, not ${iv.length}`)
  if (plaintext.length === 0) throw new RangeError('an empty value is not sealed')
  const cipher = createCipheriv(ALGORITHM, importDataKey(dataKey), iv, OPTIONS)
  cipher.setAAD(aad)
  const data = cipher.update(plaintext)
  cipher.final() // GCM is a stream mode: nothing is left to come out
  return formatSealed(data.toString('base64'), base64(iv), cipher.getAuthTag().toString('base64'), type)
}

/**
 * Open one value.
 *
 * @returns The plaintext; what it means depends on `sealed.type`.
 * @throws {@link IntegrityError} `ERR_VALUE_AUTH`, the same for a wrong key, place, IV, tag or ciphertext
 */
export function openValue(request: OpenRequest): Uint8Array {
  const plaintext = tryOpenValue(request)
  if (plaintext !== undefined) return plaintext
  throw cannotOpen()
}

/** Why a value does not open: nothing tells the reasons apart. */
export function cannotOpen(): IntegrityError {
  return new IntegrityError(
    'ERR_VALUE_AUTH',
    'a sealed value does not verify: it was changed, moved, or sealed for another file',
    {
      hint: 'restore the line from git; values cannot be copied between keys or files while they are sealed',
    },
  )
}

/** As {@link openValue}, for a caller that has other places to try: undefined instead of the error. */
export function tryOpenValue({ dataKey, sealed, aad }: OpenRequest): Uint8Array | undefined {
  const key = importDataKey(dataKey)
  const parts = splitTag(sealed)
  if (parts === undefined) return undefined
  let plaintext: Buffer | undefined
  try {
    const decipher = createDecipheriv(ALGORITHM, key, sealed.iv, OPTIONS)
    decipher.setAAD(aad)
    decipher.setAuthTag(parts.tag)
    plaintext = decipher.update(parts.data)
    decipher.final()
    return plaintext
  } catch {
    // wiped: these bytes came out of the cipher before it had judged them
    plaintext?.fill(0)
    return undefined
  }
}

/** sops glues data and tag together before it opens them, so only the last 16 bytes of both are the tag. */
function splitTag(sealed: SealedValue): { data: Uint8Array; tag: Uint8Array } | undefined {
  if (sealed.tag.length === TAG_BYTES) return sealed
  const all = Buffer.concat([sealed.data, sealed.tag])
  const end = all.length - TAG_BYTES
  return end < 0 ? undefined : { data: all.subarray(0, end), tag: all.subarray(end) }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}
