import { createSecretKey, type KeyObject, scrypt } from 'node:crypto'
import { AgeFileError } from './age-file-error.ts'
import { decodeStrictBase64 } from './base64.ts'
import type { AgeIdentity } from './file.ts'
import type { AgeHeader, Stanza } from './header.ts'
import { openChunk } from './primitives.ts'

const LABEL = Buffer.from('age-encryption.org/v1/scrypt', 'ascii')
const SALT_BYTES = 16
const BODY_BYTES = 32
const NONCE = Buffer.alloc(12)
/** What age itself accepts: 4 GiB of memory and about 15 seconds. Files of a repository never get here. */
const MAX_WORK_FACTOR = 22

/**
 * A passphrase, for identity files that age protects with one. Native, because OpenSSL's scrypt is several times as fast
 * as one in JavaScript, and off the main thread.
 *
 * @see age specification, "The scrypt recipient type"; RFC 7914
 */
export class PassphraseIdentity implements AgeIdentity {
  readonly #passphrase: string

  /** @param passphrase - not empty */
  constructor(passphrase: string) {
    this.#passphrase = passphrase
  }

  async unwrapFileKey(header: AgeHeader): Promise<Uint8Array | null> {
    const stanza = passphraseStanza(header)
    if (stanza === undefined) return null
    const { salt, workFactor } = readArguments(stanza)
    if (stanza.body.length !== BODY_BYTES) throw broken('does not hold a file key')
    const key = await stretch(this.#passphrase, Buffer.concat([LABEL, salt]), workFactor)
    return openChunk(key, NONCE, stanza.body) ?? null
  }
}

/**
 * The stanza that a passphrase opens, if there is one.
 *
 * @throws AgeFileError `header` when it is not alone: who else can open the file could also have written it
 */
export function passphraseStanza({ stanzas }: AgeHeader): Stanza | undefined {
  const stanza = stanzas.find(({ type }) => type === 'scrypt')
  if (stanza !== undefined && stanzas.length > 1) throw broken('is not the only one')
  return stanza
}

function readArguments({ args }: Stanza): { salt: Uint8Array; workFactor: number } {
  const [saltText, factorText, ...others] = args
  const salt = saltText === undefined ? undefined : decodeStrictBase64(saltText, { padded: false })
  const wellFormed = factorText !== undefined && /^[1-9][0-9]*$/.test(factorText) && others.length === 0
  if (salt?.length !== SALT_BYTES || !wellFormed) throw broken('is malformed')
  const workFactor = Number(factorText)
  if (workFactor > MAX_WORK_FACTOR) throw broken(`asks for more work than 2^${MAX_WORK_FACTOR}`)
  return { salt, workFactor }
}

function stretch(passphrase: string, salt: Uint8Array, workFactor: number): Promise<KeyObject> {
  const cost = 2 ** workFactor
  const blockSize = 8
  // OpenSSL counts its working memory against the limit: N + 2 blocks, and some
  const maxmem = 128 * blockSize * (cost + 8)
  return new Promise((resolve, reject) => {
    scrypt(passphrase, salt, 32, { cost, blockSize, parallelization: 1, maxmem }, (error, bytes) => {
      if (error !== null) {
        reject(broken('asks for more memory than there is'))
        return
      }
      const key = createSecretKey(bytes)
      // wiped: the key object has its own copy, which Node clears
      bytes.fill(0)
      resolve(key)
    })
  })
}

function broken(message: string): AgeFileError {
  return new AgeFileError('header', `its scrypt stanza ${message}`)
}
