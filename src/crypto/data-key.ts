import { createSecretKey, type KeyObject } from 'node:crypto'
import type { RandomSource } from './random.ts'

export const DATA_KEY_BYTES = 32

declare const brand: unique symbol

/** The 32 random bytes that seal the values of one file. Whoever made or unwrapped it wipes it, with {@link wipeDataKey}. */
export type DataKey = Uint8Array & { readonly [brand]: 'DataKey' }

/**
 * OpenSSL's form of a data key, made once per key: handing raw bytes to every `createCipheriv` costs three times as much
 * as the encryption of a short value (Node 24). Null marks a key that was wiped.
 */
const imported = new WeakMap<Uint8Array, KeyObject | null>()

/** Make a new data key. */
export function createDataKey(random: RandomSource): DataKey {
  return asDataKey(random(DATA_KEY_BYTES))
}

/**
 * Take `bytes` as a data key, without copying: the caller gives them away.
 *
 * @throws RangeError when they are not 32. Bytes that came from outside are checked before, with their own error
 */
export function asDataKey(bytes: Uint8Array): DataKey {
  if (bytes.length !== DATA_KEY_BYTES)
    throw new RangeError(`a data key has ${DATA_KEY_BYTES} bytes, not ${bytes.length}`)
  return bytes as DataKey // the brand says that the length was checked here
}

/**
 * The form of `dataKey` that ciphers take.
 *
 * @throws RangeError for a key that was wiped: it is all zeros now, and sealing with it would publish the values
 */
export function importDataKey(dataKey: DataKey): KeyObject {
  const known = imported.get(dataKey)
  if (known === null) throw new RangeError('the data key was wiped')
  if (known !== undefined) return known
  const key = createSecretKey(asDataKey(dataKey))
  imported.set(dataKey, key)
  return key
}

/**
 * Overwrite a data key when its file is done, so that a later core dump or a bug that reads memory finds nothing. The
 * copy inside OpenSSL cannot be reached from here; Node clears it when the garbage collector frees it.
 */
export function wipeDataKey(dataKey: DataKey): void {
  dataKey.fill(0)
  imported.set(dataKey, null)
}
