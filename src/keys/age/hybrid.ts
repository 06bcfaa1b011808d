import { AgeFileError } from './age-file-error.ts'
import { decodeStrictBase64 } from './base64.ts'
import type { AgeIdentity } from './file.ts'
import type { AgeHeader } from './header.ts'

/**
 * Hybrid post-quantum keys (ML-KEM-768 with X25519), through the age library: Node 20 has no ML-KEM. The library is
 * loaded when the first such key is used, never before: it takes as long as opening a hundred files natively.
 *
 * Its errors stay here. They can hold the identity as text, so not even their message is passed on.
 */
const STANZA_TYPE = 'mlkem768x25519'
const ENCAPSULATED_BYTES = 1120
const BODY_BYTES = 32
const NO_MATCH = "no identity matched any of the file's recipients"
const BAD_MAC = 'invalid header HMAC'

export class HybridIdentity implements AgeIdentity {
  readonly #text: string
  #recipient: Promise<string | undefined> | undefined

  /** @param text - `AGE-SECRET-KEY-PQ-1…`, checked by the caller. The library takes no other form */
  constructor(text: string) {
    this.#text = text
  }

  /** The public half, `age1pq1…`; undefined when the library does not give it. */
  recipient(): Promise<string | undefined> {
    this.#recipient ??= import('age-encryption')
      .then(({ identityToRecipient }) => identityToRecipient(this.#text))
      .catch(() => undefined)
    return this.#recipient
  }

  async unwrapFileKey(header: AgeHeader): Promise<Uint8Array | null> {
    const stanzas = header.stanzas.filter((stanza) => stanza.type === STANZA_TYPE)
    if (stanzas.length === 0) return null
    for (const { args, body } of stanzas) {
      const encapsulated = args[0] === undefined ? undefined : decodeStrictBase64(args[0], { padded: false })
      const complete = encapsulated?.length === ENCAPSULATED_BYTES && args.length === 1 && body.length === BODY_BYTES
      if (!complete) throw new AgeFileError('header', `its ${STANZA_TYPE} stanza is malformed`)
    }
    const { Decrypter } = await import('age-encryption')
    const decrypter = new Decrypter()
    try {
      decrypter.addIdentity(this.#text)
      return await decrypter.decryptHeader(header.bytes)
    } catch (error) {
      return judge(error)
    }
  }
}

/** The library has one class of errors; these two messages are compared, nothing of any message goes further. */
function judge(error: unknown): null {
  const message = error instanceof Error ? error.message : ''
  if (message === NO_MATCH) return null
  if (message === BAD_MAC) throw new AgeFileError('HMAC', 'its header was changed')
  throw new AgeFileError('header', `its ${STANZA_TYPE} stanza holds a key that is not valid`)
}

/**
 * Write a binary age file for one hybrid recipient.
 *
 * @returns undefined when the library refuses
 */
export async function sealForHybrid(plaintext: Uint8Array, recipient: string): Promise<Uint8Array | undefined> {
  const { Encrypter } = await import('age-encryption')
  const encrypter = new Encrypter()
  try {
    encrypter.addRecipient(recipient)
    return await encrypter.encrypt(plaintext)
  } catch {
    return undefined
  }
}

/** Make a new hybrid identity. @returns `AGE-SECRET-KEY-PQ-1…`, and its public half */
export async function generateHybrid(): Promise<{ identity: string; recipient: string }> {
  const { generateHybridIdentity, identityToRecipient } = await import('age-encryption')
  const identity = await generateHybridIdentity()
  return { identity, recipient: await identityToRecipient(identity) }
}
