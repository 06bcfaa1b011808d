import type { RandomSource } from '../../crypto/random.ts'
import { KeyError } from '../../errors.ts'
import { decodeBech32, encodeBech32 } from './bech32.ts'
import { HybridIdentity } from './hybrid.ts'
import { X25519Identity } from './x25519.ts'

export type NativeIdentity = X25519Identity | HybridIdentity

export interface ParsedIdentities {
  readonly identities: readonly NativeIdentity[]
  /** How many plugin identities there were; they cannot be used yet. */
  readonly pluginCount: number
}

const X25519_PREFIX = 'AGE-SECRET-KEY-'
const HYBRID_PREFIX = 'AGE-SECRET-KEY-PQ-'
const SCALAR_BYTES = 32

/**
 * Read a text of identities: one a line, empty lines and those that start with `#` skipped, nothing trimmed. One bad
 * line rejects the whole text, as in sops: half a set of keys would be found out much later.
 *
 * @param wordsPerLine - whether blanks separate identities too, as in `SOPS_AGE_KEY`
 * @throws {@link KeyError} `ERR_IDENTITY` with the number of the line and never its text
 */
export function parseIdentities(text: string, { wordsPerLine = false } = {}): ParsedIdentities {
  const identities: NativeIdentity[] = []
  let pluginCount = 0
  for (const [index, rawLine] of text.split('\n').entries()) {
    const line = rawLine.endsWith('\r') ? rawLine.slice(0, -1) : rawLine
    if (line === '' || line.startsWith('#')) continue
    const words = wordsPerLine ? line.split(/\s+/).filter((word) => word !== '') : [line]
    for (const word of words) {
      if (word.startsWith('AGE-PLUGIN-')) pluginCount += 1
      else identities.push(parseIdentity(word, index + 1))
    }
  }
  return { identities, pluginCount }
}

function parseIdentity(text: string, line: number): NativeIdentity {
  const expected = text.startsWith(`${X25519_PREFIX}1`)
    ? X25519_PREFIX
    : text.startsWith(`${HYBRID_PREFIX}1`)
      ? HYBRID_PREFIX
      : undefined
  if (expected === undefined) throw notAnIdentity(text, line)
  const decoded = decodeBech32(text)
  if (decoded === undefined) throw invalid(`line ${line} holds an age identity that is mistyped or cut off`)
  try {
    if (decoded.prefix !== expected || decoded.bytes.length !== SCALAR_BYTES) {
      throw invalid(`line ${line} holds an age identity of the wrong kind or length`)
    }
    return expected === X25519_PREFIX ? new X25519Identity(decoded.bytes) : new HybridIdentity(text)
  } finally {
    // wiped: it is the secret key, and whoever needs it has its own copy now
    decoded.bytes.fill(0)
  }
}

/** Says what the line is instead, as far as its first letters show it. */
function notAnIdentity(text: string, line: number): KeyError {
  if (text.startsWith('age1')) return invalid(`line ${line} holds a recipient (public key) and not an identity`)
  if (text.startsWith('-----BEGIN'))
    return invalid(`line ${line} starts a key of another kind; age identities start with AGE-SECRET-KEY-`)
  if (/^\s|\s$/.test(text)) return invalid(`line ${line} has blanks before or after the identity`)
  if (/^age-secret-key-/i.test(text)) return invalid(`line ${line} holds an age identity that is not in upper case`)
  return invalid(`line ${line} is not an age identity`)
}

function invalid(message: string): KeyError {
  return new KeyError('ERR_IDENTITY', message, {
    hint: 'an identity file has one AGE-SECRET-KEY-1… a line, as age-keygen writes it; lines that start with # are comments',
  })
}

/** Make a new X25519 identity. @returns `AGE-SECRET-KEY-1…`, to be shown or stored once, and its public half */
export function generateIdentity(random: RandomSource): { identity: string; recipient: string } {
  const scalar = random(SCALAR_BYTES)
  try {
    const identity = encodeBech32(X25519_PREFIX.toLowerCase(), scalar).toUpperCase()
    return { identity, recipient: new X25519Identity(scalar).recipient }
  } finally {
    // wiped: the text is the only copy that is wanted
    scalar.fill(0)
  }
}
