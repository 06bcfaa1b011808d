import { timingSafeEqual } from 'node:crypto'
import { AgeFileError } from './age-file-error.ts'
import { decodeStrictBase64, encodeUnpaddedBase64 } from './base64.ts'
import { hmacOnce } from './primitives.ts'

/** One way to get the file key: `-> type args…` and a body, for one recipient. */
export interface Stanza {
  readonly type: string
  readonly args: readonly string[]
  readonly body: Uint8Array
}

export interface AgeHeader {
  readonly stanzas: readonly Stanza[]
  /** 32 bytes: HMAC-SHA-256 of `signed`. */
  readonly mac: Uint8Array
  /** The header through the `---` before the MAC, as it was read. */
  readonly signed: Uint8Array
  /** The whole header, with the MAC and its line feed. */
  readonly bytes: Uint8Array
  /** What follows: nonce and ciphertext. */
  readonly payload: Uint8Array
}

const VERSION = 'age-encryption.org/v1'
const BODY_COLUMNS = 64
const BODY_BYTES_PER_LINE = 48
const MAC_BYTES = 32

/**
 * Read the header of a binary age file.
 *
 * @throws AgeFileError `header`
 * @see age specification, "Header"
 */
export function parseHeader(file: Uint8Array): AgeHeader {
  const lines = new Lines(file)
  if (lines.next() !== VERSION) throw broken('it does not start with the version line of age')
  const stanzas: Stanza[] = []
  for (;;) {
    const start = lines.position
    const line = lines.next()
    if (!line.startsWith('---')) {
      stanzas.push(readStanza(line, lines))
      continue
    }
    const mac = line.startsWith('--- ') ? decodeStrictBase64(line.slice(4), { padded: false }) : undefined
    if (mac?.length !== MAC_BYTES) throw broken('its last header line is malformed')
    return {
      stanzas,
      mac,
      signed: file.subarray(0, start + '---'.length),
      bytes: file.subarray(0, lines.position),
      payload: file.subarray(lines.position),
    }
  }
}

function readStanza(first: string, lines: Lines): Stanza {
  const [arrow, type, ...args] = first.split(' ')
  if (arrow !== '->' || type === undefined || ![type, ...args].every((word) => /^[\x21-\x7e]+$/.test(word))) {
    throw broken('a stanza of its header is malformed')
  }
  const chunks: Uint8Array[] = []
  for (;;) {
    const line = lines.next()
    const bytes = line.length <= BODY_COLUMNS ? decodeStrictBase64(line, { padded: false }) : undefined
    if (bytes === undefined) throw broken('the body of a stanza is malformed')
    chunks.push(bytes)
    // a body ends with a short line, which may be empty
    if (bytes.length < BODY_BYTES_PER_LINE) return { type, args, body: Buffer.concat(chunks) }
  }
}

/** Lines of bytes that end with a line feed, as latin1. */
class Lines {
  position = 0
  private readonly text: string

  constructor(bytes: Uint8Array) {
    this.text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  }

  next(): string {
    const end = this.text.indexOf('\n', this.position)
    if (end < 0) throw broken('its header is cut off')
    const line = this.text.slice(this.position, end)
    this.position = end + 1
    return line
  }
}

/** Write a header and sign it with the file key. */
export function formatHeader(stanzas: readonly Stanza[], fileKey: Uint8Array): Uint8Array {
  const lines = [VERSION, ...stanzas.flatMap(stanzaLines), '---']
  const signed = Buffer.from(lines.join('\n'), 'latin1')
  return Buffer.concat([signed, Buffer.from(` ${encodeUnpaddedBase64(headerMac(fileKey, signed))}\n`, 'latin1')])
}

function stanzaLines(stanza: Stanza): string[] {
  const body = encodeUnpaddedBase64(stanza.body)
  const lines = body.match(/.{1,64}/g) ?? []
  const closed = stanza.body.length % BODY_BYTES_PER_LINE !== 0
  return [['->', stanza.type, ...stanza.args].join(' '), ...lines, ...(closed ? [] : [''])]
}

/** @throws AgeFileError `HMAC` when the header is not the one that was written with this file key */
export function verifyHeader(header: AgeHeader, fileKey: Uint8Array): void {
  if (!timingSafeEqual(headerMac(fileKey, header.signed), header.mac)) {
    throw new AgeFileError('HMAC', 'its header was changed')
  }
}

function headerMac(fileKey: Uint8Array, signed: Uint8Array): Uint8Array {
  return hmacOnce({ secret: fileKey, salt: new Uint8Array(0), label: 'header' }, signed)
}

function broken(message: string): AgeFileError {
  return new AgeFileError('header', message)
}
