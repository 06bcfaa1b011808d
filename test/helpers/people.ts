import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const FIXTURES = resolve(import.meta.dirname, '../../fixtures')

/** Owners of the throw-away keys in `fixtures/keys`. */
const NAMES = ['alice', 'bob', 'carol', 'mallory'] as const
export type Person = (typeof NAMES)[number]

const read = (name: Person): string => readFileSync(join(FIXTURES, 'keys', `${name}.txt`), 'utf8')

/** The identity file of a person. */
export function identityOf(name: Person): string {
  return read(name)
}

/** The age recipient of a person. */
export function recipientOf(name: Person): string {
  return /age1\S+/.exec(read(name))?.[0] ?? ''
}
