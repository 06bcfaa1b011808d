import { decodeStrictBase64 } from '../age/base64.ts'
import { CallFailure, type JsonObject, textOf } from '../services/rest.ts'
import { crc32c } from './crc32c.ts'

/** Bytes to send, under their name, with the checksum that the service compares. */
export function withChecksum(name: string, bytes: Uint8Array): JsonObject {
  return { [name]: Buffer.from(bytes).toString('base64'), [`${name}Crc32c`]: String(crc32c(bytes)) }
}

/**
 * Bytes of a reply that its checksum fits to. Absent ones are none: the service leaves out what is empty.
 *
 * @throws {@link CallFailure}
 */
export function checkedBytes(reply: JsonObject, name: string): Uint8Array {
  const bytes = decodeStrictBase64(textOf(reply, name) ?? '', { padded: true })
  if (bytes === undefined || !hasChecksum(reply, name, bytes)) throw damaged()
  return bytes
}

/** A text of a reply that its checksum fits to. @throws {@link CallFailure} */
export function checkedText(reply: JsonObject, name: string): string {
  const text = textOf(reply, name) ?? ''
  if (!hasChecksum(reply, name, Buffer.from(text))) throw damaged()
  return text
}

/** Whether the service got what was sent. @throws {@link CallFailure} */
export function checkArrived(reply: JsonObject, name: string): void {
  if (reply[name] !== true) throw damaged()
}

/** An integer of 64 bits, which JSON holds as text. */
function hasChecksum(reply: JsonObject, name: string, bytes: Uint8Array): boolean {
  const checksum = reply[`${name}Crc32c`]
  return (typeof checksum === 'string' || typeof checksum === 'number') && String(checksum) === String(crc32c(bytes))
}

function damaged(): CallFailure {
  return new CallFailure('its reply was damaged on the way: a checksum does not fit, or is missing', {
    isTransient: true,
    hint: 'check the address of the service, and whether a proxy changes what passes',
  })
}
