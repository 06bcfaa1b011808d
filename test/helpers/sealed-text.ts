import { createHash } from 'node:crypto'
import { sealValue } from '../../src/crypto/cipher.ts'
import { asDataKey, type DataKey } from '../../src/crypto/data-key.ts'
import type { ScalarType } from '../../src/format/tree.ts'

/** A data key that tests share; sealing with it never wipes it. */
export const KEY: DataKey = asDataKey(new Uint8Array(32).fill(0x66))

/** A real `ENC[…]` string under {@link KEY}, as any program may have written it. */
export function enc(text: string, aad: string, type: ScalarType | 'comment' = 'str', dataKey = KEY): string {
  const iv = createHash('sha256').update(`${aad}\0${type}\0${text}`).digest()
  return sealValue({ dataKey, iv, aad: Buffer.from(aad), plaintext: Buffer.from(text), type })
}

/** Digest of a MAC over these bytes. */
export function sha512(text: string | Uint8Array): string {
  return createHash('sha512').update(text).digest('hex').toUpperCase()
}
