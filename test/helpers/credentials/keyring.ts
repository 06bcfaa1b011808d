import type { Dice } from './draw.ts'

/** Kinds of packets. */
export const [SECRET, PUBLIC] = [5, 6]
const [USER_ID, SECRET_SUBKEY] = [13, 7]

/** A number with its length in bits. */
const number = (length: number, random: Dice) =>
  Buffer.concat([Buffer.from([(length * 8) >> 8, (length * 8) & 255]), random.bytes(length)])
const curve = Buffer.from([3, 1, 2, 3])

interface PublicKey {
  readonly algorithm: number
  readonly make: (random: Dice) => Buffer
}

const numbers =
  (...lengths: readonly number[]) =>
  (random: Dice) =>
    Buffer.concat(lengths.map((length) => number(length, random)))
const point =
  (length: number, ...rest: readonly number[]) =>
  (random: Dice) =>
    Buffer.concat([curve, number(length, random), Buffer.from(rest)])
const plain = (length: number) => (random: Dice) => random.bytes(length)

/** By the name of the algorithm. */
export const PUBLIC_KEYS: Readonly<Record<string, PublicKey>> = {
  RSA: { algorithm: 1, make: numbers(256, 3) },
  DSA: { algorithm: 17, make: numbers(256, 32, 256, 256) },
  ElGamal: { algorithm: 16, make: numbers(256, 1, 256) },
  ECDH: { algorithm: 18, make: point(33, 3, 1, 8, 9) },
  ECDSA: { algorithm: 19, make: point(65) },
  EdDSA: { algorithm: 22, make: point(33) },
  X25519: { algorithm: 25, make: plain(32) },
  Ed25519: { algorithm: 27, make: plain(32) },
  Ed448: { algorithm: 28, make: plain(57) },
}

const SECRETS = {
  none: (random: Dice) => Buffer.concat([Buffer.from([0]), number(32, random)]),
  passphrase: (random: Dice) => Buffer.concat([Buffer.from([254, 7, 3, 8]), random.bytes(60)]),
  stubs: () => Buffer.concat([Buffer.from([255, 0, 101, 0]), Buffer.from('GNU\x01')]),
}
export type Protection = keyof typeof SECRETS

interface KeyRequest {
  readonly kind: string
  readonly protection: Protection
  readonly version: number
}

/** What a packet with a secret key holds. */
export function makeSecretKey({ kind, protection, version }: KeyRequest, random: Dice): Buffer {
  const { algorithm = 0, make } = PUBLIC_KEYS[kind] ?? {}
  const key = make?.(random) ?? Buffer.alloc(0)
  const days = version === 3 ? [0, 0] : []
  const length = version >= 5 ? [0, 0, key.length >> 8, key.length & 255] : []
  const head = Buffer.from([version, 0x60, 1, 2, 3, ...days, algorithm, ...length])
  return Buffer.concat([head, key, SECRETS[protection](random)])
}

type Frame = (tag: number, body: Buffer) => Buffer

/** A packet with the length as GnuPG writes it. */
export const packet: Frame = (tag, body) => {
  const length = body.length < 256 ? [body.length] : [body.length >> 8, body.length & 255]
  return Buffer.concat([Buffer.from([0x80 | (tag << 2) | (length.length - 1), ...length]), body])
}

export const FRAMES: readonly Frame[] = [
  packet,
  (tag, body) => {
    const rest = body.length - 192
    const length = rest < 0 ? [body.length] : [192 + (rest >> 8), rest & 255]
    return Buffer.concat([Buffer.from([0xc0 | tag, ...length]), body])
  },
  (tag, body) => Buffer.concat([Buffer.from([0xc0 | tag, 255, 0, 0, body.length >> 8, body.length & 255]), body]),
]

/** As `gpg --export-secret-keys` writes it, without signatures. */
export function keyring(first: Buffer, subkey?: Buffer, frame = packet): Buffer {
  const parts = [frame(SECRET, first), frame(USER_ID, Buffer.from('me <me@acme.io>'))]
  return Buffer.concat(subkey === undefined ? parts : [...parts, frame(SECRET_SUBKEY, subkey)])
}
