import type { Level } from '../finding.ts'

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const BECH32_GENERATORS = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3] as const

/** CRC-32 (ISO 3309) of an ASCII text. */
function crc32(text: string): number {
  let crc = 0xffffffff
  for (let index = 0; index < text.length; index += 1) {
    crc ^= text.charCodeAt(index)
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}

/** The last six characters of tokens of GitHub and npm: CRC-32 of those before, in base 62. */
function base62Checksum(body: string): string {
  let rest = crc32(body)
  let digits = ''
  for (let index = 0; index < 6; index += 1) {
    digits = `${BASE62.charAt(rest % 62)}${digits}`
    rest = Math.floor(rest / 62)
  }
  return digits
}

/** `ghp_` and the like: thirty random characters and their checksum. One digit wrong, and it opens nothing: a warning. */
export function judgeBase62(token: string, level: Level): Level | undefined {
  const body = token.slice(token.indexOf('_') + 1)
  return base62Checksum(body.slice(0, -6)) === body.slice(-6) ? level : 'warn'
}

/** An age identity (BIP 173). With a wrong checksum it is mistyped, and still gives away most of the key: a warning. */
export function judgeBech32(identity: string, level: Level): Level | undefined {
  const text = identity.toLowerCase()
  const separator = text.lastIndexOf('1')
  const words = [...text.slice(separator + 1)].map((character) => BECH32.indexOf(character))
  const prefix = [...text.slice(0, separator)].map((character) => character.charCodeAt(0))
  const all = [...prefix.map((unit) => unit >> 5), 0, ...prefix.map((unit) => unit & 31), ...words]
  return polymod(all) === 1 ? level : 'warn'
}

/** Tokens of Discord begin with the number of their bot, in base64. */
export function judgeDiscordBot(token: string, level: Level): Level | undefined {
  const id = Buffer.from(token.slice(0, token.indexOf('.')), 'base64').toString('latin1')
  return /^\d{17,20}$/.test(id) ? level : undefined
}

function polymod(words: readonly number[]): number {
  let sum = 1
  for (const word of words) {
    const top = sum >>> 25
    sum = ((sum & 0x1ffffff) << 5) ^ word
    for (const [bit, generator] of BECH32_GENERATORS.entries()) if ((top >>> bit) & 1) sum ^= generator
  }
  return sum >>> 0
}
