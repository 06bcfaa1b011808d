import { isUtf8 } from 'node:buffer'
import { isMadeUp, isReference } from './value-kinds.ts'

/** Larger values are no credentials, and cost too much to look into. */
const LONGEST = 200_000

/** The text that a base64 value holds. @returns undefined when it is none, or holds what is no text */
export function decodeBase64(value: string): string | undefined {
  const compact = value.replace(/\s+/g, '')
  if (compact.length < 4 || compact.length > LONGEST || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(compact)) return undefined
  const bytes = Buffer.from(compact, 'base64')
  if (!isUtf8(bytes)) return undefined
  const text = bytes.toString('utf8')
  return /[\x00-\x08\x0e-\x1f]/.test(text) ? undefined : text
}

/** What a user and a password joined by a colon look like. */
export function isUserAndPassword(text: string): boolean {
  const colon = text.indexOf(':')
  const password = text.slice(colon + 1)
  return (
    colon > 0 && password.length > 3 && !isMadeUp(password) && !isReference(password) && /^[\x20-\x7e]+$/.test(text)
  )
}
