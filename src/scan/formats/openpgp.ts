/** Packets that hold a secret key, or one that belongs to another. */
const SECRET_TAGS: readonly number[] = [5, 7]
/** Numbers of a public key before the secret part, by algorithm: RSA, ElGamal, DSA. */
const NUMBERS: Readonly<Record<number, number>> = { 1: 2, 2: 2, 3: 2, 16: 3, 17: 4, 20: 3 }
/** Bytes of public keys of a fixed length: X25519, X448, Ed25519, Ed448. */
const POINT_BYTES: Readonly<Record<number, number>> = { 25: 32, 26: 56, 27: 32, 28: 57 }
/** In the place of how a passphrase is used, GnuPG says so that it has no key there. */
const GNU_STUB = [...Buffer.from('GNU')]
const [ECDH, ECDSA, EDDSA] = [18, 19, 22]
/** Much longer ones are no keyrings of anybody. */
const MOST_BYTES = 4 * 1024 * 1024

/** Whether bytes begin with a secret key as OpenPGP has it (RFC 9580), as `gpg --export-secret-keys` writes it. */
export function isSecretKeyring(bytes: Uint8Array): boolean {
  // letters of other scripts may begin with the same byte, but are not followed by a version
  if (bytes.length > MOST_BYTES || ((bytes[0] ?? 0) & 0x80) === 0) return false
  const packet = packetAt(bytes, 0)
  return packet !== undefined && SECRET_TAGS.includes(packet.tag) && protectionOf(packet.body) !== undefined
}

/** Whether bytes are a key as older versions of GnuPG keep it; keys on cards are not. */
export function isKeptKey(bytes: Uint8Array): boolean {
  return /^\((?:11:|21:protected-)private-key\(/.test(Buffer.from(bytes.subarray(0, 40)).toString('latin1'))
}

/** `none`: a secret key is there for everybody who has the file. `stubs`: the keys are elsewhere, on a card for instance. */
export type Protection = 'none' | 'passphrase' | 'stubs'

/**
 * How the secret keys of a keyring are kept: as the weakest of them is. Whether a passphrase is a good one nobody can tell.
 *
 * @returns undefined for what cannot be read to its end
 */
export function keyringProtection(bytes: Uint8Array): Protection | undefined {
  const found = new Set<Protection>()
  for (let at = 0; at < bytes.length; ) {
    const packet = packetAt(bytes, at)
    if (packet === undefined) return undefined
    const protection = SECRET_TAGS.includes(packet.tag) ? protectionOf(packet.body) : 'stubs'
    if (protection === undefined) return undefined
    found.add(protection)
    at = packet.end
  }
  return (['none', 'passphrase', 'stubs'] as const).find((protection) => found.has(protection))
}

interface Packet {
  readonly tag: number
  readonly body: Uint8Array
  readonly end: number
}

/** @returns undefined for what is no packet, not there as a whole, or of no length that keys have */
function packetAt(bytes: Uint8Array, at: number): Packet | undefined {
  const first = bytes[at] ?? 0
  if ((first & 0x80) === 0) return undefined
  const isNew = (first & 0x40) !== 0
  const length = isNew ? newLength(bytes, at + 1) : oldLength(bytes, at + 1, first & 3)
  if (length === undefined || length.start + length.count > bytes.length) return undefined
  const end = length.start + length.count
  return { tag: isNew ? first & 0x3f : (first >> 2) & 0xf, body: bytes.subarray(length.start, end), end }
}

interface Length {
  readonly start: number
  readonly count: number
}

function newLength(bytes: Uint8Array, at: number): Length | undefined {
  const first = bytes[at] ?? 0
  if (first < 192) return { start: at + 1, count: first }
  if (first < 224) return { start: at + 2, count: ((first - 192) << 8) + (bytes[at + 1] ?? 0) + 192 }
  return first === 255 ? { start: at + 5, count: numberAt(bytes, at + 1, 4) } : undefined
}

function oldLength(bytes: Uint8Array, at: number, kind: number): Length | undefined {
  if (kind === 3) return undefined
  const size = 1 << kind
  return { start: at + size, count: numberAt(bytes, at, size) }
}

/** @param body - of a packet with a secret key @returns undefined for one of an unknown kind */
function protectionOf(body: Uint8Array): Protection | undefined {
  const version = body[0] ?? 0
  if (version < 3 || version > 6) return undefined
  // version 3 says for how many days it counts
  const at = version === 3 ? 7 : 5
  const end = version >= 5 ? at + 5 + numberAt(body, at + 1, 4) : endOfPublicKey(body, at + 1, body[at] ?? 0)
  const usage = end === undefined ? undefined : body[end]
  if (end === undefined || usage === undefined) return undefined
  if (usage === 0) return 'none'
  // behind usage, cipher, the kind of use and a hash
  return GNU_STUB.every((unit, index) => body[end + 4 + index] === unit) ? 'stubs' : 'passphrase'
}

function endOfPublicKey(body: Uint8Array, start: number, algorithm: number): number | undefined {
  const fixed = POINT_BYTES[algorithm]
  if (fixed !== undefined) return start + fixed
  const isCurve = [ECDH, ECDSA, EDDSA].includes(algorithm)
  let at = isCurve ? start + 1 + (body[start] ?? 0) : start
  const count = isCurve ? 1 : NUMBERS[algorithm]
  if (count === undefined) return undefined
  for (let index = 0; index < count; index += 1) at += 2 + Math.ceil(numberAt(body, at, 2) / 8)
  return algorithm === ECDH ? at + 1 + (body[at] ?? 0) : at
}

function numberAt(bytes: Uint8Array, at: number, size: number): number {
  let number = 0
  for (let index = at; index < at + size; index += 1) number = number * 256 + (bytes[index] ?? 0)
  return number
}
