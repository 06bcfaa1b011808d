import type { KeySource } from '../../crypto/age-kernel.ts'
import { AgeFileError } from './age-file-error.ts'
import { deriveKey, openChunk, openOnce, sealChunk, sealOnce, TAG_BYTES } from './primitives.ts'

/**
 * The body of an age file: STREAM, ChaCha20-Poly1305 over chunks of 64 KiB. The nonce of a chunk is its number (11 bytes,
 * big endian) and a last byte that is 1 for the last chunk, so chunks cannot be reordered, dropped or appended.
 *
 * @see age specification, "Payload"
 */
const CHUNK_BYTES = 64 * 1024
const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES
export const STREAM_NONCE_BYTES = 16

/**
 * Seal `plaintext`.
 *
 * @param streamNonce - 16 fresh bytes
 * @returns Nonce and chunks, to stand after the header.
 */
export function sealPayload(fileKey: Uint8Array, streamNonce: Uint8Array, plaintext: Uint8Array): Uint8Array {
  const source = keySource(fileKey, streamNonce)
  if (plaintext.length <= CHUNK_BYTES)
    return Buffer.concat([streamNonce, sealOnce(source, chunkNonce(0, true), plaintext)])
  const key = deriveKey(source)
  const parts: Uint8Array[] = [streamNonce]
  let start = 0
  for (let index = 0; start < plaintext.length; index += 1) {
    const end = Math.min(start + CHUNK_BYTES, plaintext.length)
    parts.push(sealChunk(key, chunkNonce(index, end === plaintext.length), plaintext.subarray(start, end)))
    start = end
  }
  return Buffer.concat(parts)
}

/**
 * Open a payload of any size, all or nothing.
 *
 * @throws AgeFileError `payload`; `header` when even the nonce is not there
 */
export function openPayload(fileKey: Uint8Array, payload: Uint8Array): Uint8Array {
  if (payload.length < STREAM_NONCE_BYTES) throw new AgeFileError('header', 'it is cut off after its header')
  const source = keySource(fileKey, payload.subarray(0, STREAM_NONCE_BYTES))
  const sealed = payload.subarray(STREAM_NONCE_BYTES)
  if (sealed.length <= SEALED_CHUNK_BYTES) return openOnce(source, chunkNonce(0, true), sealed) ?? changed()
  const key = deriveKey(source)
  const chunks: Uint8Array[] = []
  let start = 0
  for (let index = 0; start < sealed.length; index += 1) {
    const end = Math.min(start + SEALED_CHUNK_BYTES, sealed.length)
    const chunk = openChunk(key, chunkNonce(index, end === sealed.length), sealed.subarray(start, end))
    // only a file without content has an empty chunk
    if (chunk === undefined || chunk.length === 0) {
      wipe(chunks)
      return changed()
    }
    chunks.push(chunk)
    start = end
  }
  const all = Buffer.concat(chunks)
  wipe(chunks)
  return all
}

function keySource(fileKey: Uint8Array, streamNonce: Uint8Array): KeySource {
  return { secret: fileKey, salt: streamNonce, label: 'payload' }
}

function changed(): never {
  throw new AgeFileError('payload', 'its content was changed or cut off')
}

/** Wiped: the caller gets the content once and owns that copy; these would be others. */
function wipe(chunks: readonly Uint8Array[]): void {
  for (const chunk of chunks) chunk.fill(0)
}

function chunkNonce(index: number, last: boolean): Uint8Array {
  const nonce = Buffer.alloc(12)
  nonce.writeUIntBE(index, 5, 6)
  nonce[11] = last ? 1 : 0
  return nonce
}
