import { createHash } from 'node:crypto'
import { AgeFileError } from './age-file-error.ts'
import { decodeArmor } from './armor.ts'
import { decodeStrictBase64, encodeUnpaddedBase64 } from './base64.ts'
import { type AgeHeader, parseHeader, type Stanza } from './header.ts'

/** An entry wraps 33 bytes at most; this leaves room for many stanzas and keeps a hostile file from costing time. */
const MAX_ENC_CHARACTERS = 128 * 1024
/** What others put into a header so that nobody relies on knowing all stanzas: it is for no key. */
const GREASE = /-grease$/
/** Those that age itself writes; plugins name theirs otherwise. */
const OF_AGE = /^(?:X25519|mlkem768x25519|scrypt|ssh-.*)$/
/** Of the public key of SSH, that its stanzas begin with. */
const TAG_BYTES = 4

/** Whether an entry says the truth about its reader, as far as that shows without a key. */
export interface EntryShape {
  /** How it is wrapped otherwise than its name says. */
  readonly mismatch?: string
  /** Why nobody opens it. */
  readonly problem?: string
}

/** @throws AgeFileError */
export function headerOf(enc: string): AgeHeader {
  if (enc.length > MAX_ENC_CHARACTERS) throw new AgeFileError('armor', 'it is far too long')
  return parseHeader(decodeArmor(enc))
}

/** @param recipient - whom the entry names @param enc - its armored age file */
export function entryShape(recipient: string, enc: string): EntryShape {
  try {
    return headerShape(recipient, headerOf(enc))
  } catch (error) {
    if (error instanceof AgeFileError) return { problem: unreadable(error) }
    throw error
  }
}

/**
 * A stanza says of which kind its key is, and one for SSH which key it is; one for X25519 does not. An entry is for one key:
 * so sops writes it, and nobody would see the second.
 */
export function headerShape(recipient: string, { stanzas }: Pick<AgeHeader, 'stanzas'>): EntryShape {
  const wrapped = stanzas.filter(({ type }) => !GREASE.test(type))
  if (wrapped.length === 0) return { problem: 'wrapped for no key' }
  // a plugin may need several stanzas for one key
  const isOfPlugin = isPlugin(recipient) && !wrapped.some(({ type }) => OF_AGE.test(type))
  if (wrapped.length > 1 && !isOfPlugin) return { mismatch: `wrapped for ${wrapped.length} keys, and names one` }
  return wrapped.every(fits(recipient)) ? {} : { mismatch: OF_ANOTHER }
}

export const OF_ANOTHER = 'wrapped for another key than it names'

export function unreadable({ message }: AgeFileError): string {
  return `its age file cannot be read: ${message}`
}

/** Whether a stanza may be one for a recipient. */
function fits(recipient: string): (stanza: Stanza) => boolean {
  if (recipient.startsWith('ssh-')) {
    const [kind = '', key = ''] = recipient.split(' ')
    const tag = sshTag(key)
    return ({ type, args }) => type === kind && (tag === undefined || args[0] === tag)
  }
  if (recipient.startsWith('age1pq1')) return ({ type }) => type === 'mlkem768x25519'
  if (recipient.startsWith('age1') && !isPlugin(recipient)) return ({ type }) => type === 'X25519'
  return () => true
}

/** By its name: `age1`, the name of the plugin, `1`. Those of age itself have no name, or this one. */
function isPlugin(recipient: string): boolean {
  return recipient.startsWith('age1') && recipient.includes('1', 4) && !recipient.startsWith('age1pq1')
}

/** @see age, "SSH recipients": the first bytes of the hash of the public key */
function sshTag(key: string): string | undefined {
  const bytes = decodeStrictBase64(key, { padded: true })
  if (bytes === undefined) return undefined
  return encodeUnpaddedBase64(createHash('sha256').update(bytes).digest().subarray(0, TAG_BYTES))
}
