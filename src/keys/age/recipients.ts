import { KeyError } from '../../errors.ts'
import { looksSecret } from '../looks-secret.ts'
import { decodeBech32 } from './bech32.ts'

/** A recipient that can be wrapped for. */
export interface AgeRecipient {
  readonly kind: 'x25519' | 'hybrid'
  /** As given, without blanks around it: what the file records. */
  readonly text: string
  /** 32 bytes for X25519, 1,216 for hybrid. */
  readonly publicKey: Uint8Array
}

const SHAPES = {
  x25519: { prefix: 'age', bytes: 32 },
  hybrid: { prefix: 'age1pq', bytes: 1216 },
} as const

/**
 * Read one recipient.
 *
 * @throws {@link KeyError} `ERR_KEY_UNSUPPORTED` for plugin and SSH recipients; `ERR_RECIPIENT` for what is none
 * @see sops `age/keysource.go`, `parseRecipient`
 */
export function parseRecipient(given: string): AgeRecipient {
  const text = given.trim()
  // first of all: whatever else is said about the text may show it
  if (looksSecret(text)) {
    throw new KeyError('ERR_RECIPIENT', 'an identity (secret key) was given where a recipient (public key) belongs', {
      hint: 'use its public half, which starts with age1 ("age-keygen -y" prints it); if the identity was stored or sent, replace it',
    })
  }
  if (text.startsWith('age1pq1')) return parse('hybrid', text)
  if (text.startsWith('age1')) {
    // Bech32 data has no "1": with two of them the text between is the name of a plugin
    if (text.indexOf('1', 4) < 0) return parse('x25519', text)
    throw unsupported('age plugins')
  }
  if (text.startsWith('ssh-')) throw unsupported('SSH keys')
  // not shown: nothing says that it was meant to be public
  throw new KeyError(
    'ERR_RECIPIENT',
    text === '' ? 'an age recipient is empty' : 'an age recipient does not start with age1',
    {
      hint: 'a recipient looks like age1…; separate several by commas',
    },
  )
}

/**
 * Read a comma list of recipients, as `--age` and `SOPS_AGE_RECIPIENTS` hold it. Empty for none.
 *
 * @throws {@link KeyError} as {@link parseRecipient}; an empty item is an error too
 */
export function parseRecipientList(text: string): AgeRecipient[] {
  return text === '' ? [] : text.split(',').map(parseRecipient)
}

function parse(kind: AgeRecipient['kind'], text: string): AgeRecipient {
  const decoded = decodeBech32(text)
  const { prefix, bytes } = SHAPES[kind]
  if (decoded?.prefix === prefix && decoded.bytes.length === bytes) return { kind, text, publicKey: decoded.bytes }
  throw new KeyError('ERR_RECIPIENT', `the age recipient ${shown(text)} is mistyped or cut off`, {
    hint: 'copy it again from its owner; its checksum does not fit',
  })
}

function unsupported(what: string): KeyError {
  return new KeyError('ERR_KEY_UNSUPPORTED', `recipients of ${what} cannot be used yet`, {
    hint: 'use an age recipient (age1…, made by age-keygen), or sops for this file',
  })
}

function shown(text: string): string {
  const printable = text.replaceAll(/[^\x20-\x7e]/g, '?')
  return printable.length <= 80 ? printable : `${printable.slice(0, 24)}…${printable.slice(-8)}`
}
