import { inflateSync } from 'node:zlib'
import * as vectors from 'cctv-age'

/** What must happen when the file of a vector is opened. */
export type Expectation =
  | 'success'
  | 'no match'
  | 'HMAC failure'
  | 'header failure'
  | 'payload failure'
  | 'armor failure'

/** One of the age test vectors (C2SP/CCTV), as the npm package `cctv-age` has them. */
export interface AgeVector {
  readonly name: string
  readonly expect: Expectation
  readonly identities: readonly string[]
  readonly passphrases: readonly string[]
  readonly armored: boolean
  /** SHA-256 of the content, in hexadecimal. */
  readonly payloadHash: string | undefined
  readonly file: Uint8Array
}

const KNOWN_FIELDS = ['expect', 'payload', 'identity', 'passphrase', 'armored', 'compressed', 'file key', 'comment']

/** All vectors, by name. */
export function ageVectors(): AgeVector[] {
  return Object.entries(vectors).map(([name, bytes]) => parse(name, Buffer.from(bytes)))
}

function parse(name: string, bytes: Buffer): AgeVector {
  const end = bytes.indexOf('\n\n')
  const lines = bytes.toString('utf8', 0, end).split('\n')
  const fields = lines.map((line) => {
    const colon = line.indexOf(': ')
    return { key: line.slice(0, colon), value: line.slice(colon + 2) }
  })
  if (fields.some(({ key }) => !KNOWN_FIELDS.includes(key))) throw new Error(`vector ${name} has a field nobody knows`)
  const all = (key: string) => fields.filter((field) => field.key === key).map((field) => field.value)
  const file = bytes.subarray(end + 2)
  return {
    name,
    expect: all('expect')[0] as Expectation, // a word that is none of these fails every comparison below
    identities: all('identity'),
    passphrases: all('passphrase'),
    armored: all('armored')[0] === 'yes',
    payloadHash: all('payload')[0],
    file: all('compressed')[0] === 'zlib' ? inflateSync(file) : file,
  }
}
