import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { RandomSource } from '../../crypto/random.ts'
import { IntegrityError } from '../../errors.ts'
import type { Binding } from '../services/key-service.ts'

/** Says what is inside, and which way of sealing it is: another one gets another tag. */
const TAG = 'bulla/wrapped-identity/1'
export const WRAPPING_KEY_BYTES = 32
const NONCE_BYTES = 12
const GCM_TAG_BYTES = 16

/**
 * Seal an identity with a wrapping key, bound to name and public key: both are inside, and both are authenticated beside it.
 *
 * @param identity - `AGE-SECRET-KEY-…`
 * @param wrappingKey - 32 bytes, made for this one payload; the caller owns and wipes it
 * @returns Base64 of nonce, sealed bytes and tag
 */
export function sealPayload(
  identity: string,
  { name, recipient }: Binding,
  wrappingKey: Uint8Array,
  random: RandomSource,
): string {
  const nonce = random(NONCE_BYTES)
  const content = Buffer.from(JSON.stringify({ tag: TAG, name, recipient, identity }))
  try {
    const cipher = createCipheriv('aes-256-gcm', wrappingKey, nonce)
    cipher.setAAD(aad({ name, recipient }))
    return Buffer.concat([nonce, cipher.update(content), cipher.final(), cipher.getAuthTag()]).toString('base64')
  } finally {
    // wiped: it holds the identity
    content.fill(0)
  }
}

/**
 * Open what {@link sealPayload} gave.
 *
 * @param wrappingKey - 32 bytes; the caller owns and wipes it
 * @returns the identity, which still has to be compared with the public key
 * @throws {@link IntegrityError} `ERR_IDENTITY_BINDING`, whatever does not fit
 */
export function openPayload(payload: string, binding: Binding, wrappingKey: Uint8Array): string {
  const content = decrypt(Buffer.from(payload, 'base64'), binding, wrappingKey)
  try {
    const { tag, name, recipient, identity } = parse(content)
    const fits = tag === TAG && name === binding.name && recipient === binding.recipient
    if (fits && typeof identity === 'string') return identity
    throw wrongBinding('what is sealed in it is for another recipient')
  } finally {
    // wiped: it holds the identity; the texts made of it cannot be
    content.fill(0)
  }
}

/** @param problem - a clause */
export function wrongBinding(problem: string): IntegrityError {
  return new IntegrityError(
    'ERR_IDENTITY_BINDING',
    `the wrapped identity does not belong to this recipient: ${problem}`,
    {
      hint: 'its file was changed, copied or renamed by hand; restore it from git, and find out who changed it',
    },
  )
}

function decrypt(bytes: Buffer, binding: Binding, wrappingKey: Uint8Array): Buffer {
  if (bytes.length <= NONCE_BYTES + GCM_TAG_BYTES) throw wrongBinding('its payload is cut off')
  const end = bytes.length - GCM_TAG_BYTES
  const decipher = createDecipheriv('aes-256-gcm', wrappingKey, bytes.subarray(0, NONCE_BYTES), {
    authTagLength: GCM_TAG_BYTES,
  })
  decipher.setAAD(aad(binding))
  decipher.setAuthTag(bytes.subarray(end))
  const content = decipher.update(bytes.subarray(NONCE_BYTES, end))
  try {
    decipher.final()
    return content
  } catch {
    content.fill(0)
    throw wrongBinding('its payload was sealed for another name, another public key or another wrapping')
  }
}

/** As JSON: no two bindings give the same bytes. */
function aad({ name, recipient }: Binding): Buffer {
  return Buffer.from(JSON.stringify([TAG, name, recipient]))
}

/** The text of the runtime's own error would quote the identity. */
function parse(content: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(content.toString('utf8'))
    return Object.assign(Object.create(null), typeof value === 'object' ? value : undefined)
  } catch {
    throw wrongBinding('what is sealed in it is something else')
  }
}
