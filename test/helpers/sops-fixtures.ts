import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SELECTOR_FIELDS, type SelectorSpec } from '../../src/format/metadata.ts'
import type { StoreName } from '../../src/format/tree.ts'
import { FIXTURES, type Person } from './people.ts'

/** One sealed file of `fixtures/sops`; its README says what the fields mean. */
export interface SopsFixture {
  readonly file: string
  readonly input: string | null
  readonly version: string
  readonly store: StoreName
  readonly selector: Readonly<Record<string, string | boolean>>
  readonly keys: 'one' | 'several' | 'shamir'
  readonly identities: readonly Person[]
  readonly features: readonly string[]
  readonly exitCodes: Readonly<Record<string, number>>
  readonly expect: string
  readonly plain: string | null
  readonly plainAs?: StoreName
}

const FOLDER = join(FIXTURES, 'sops')

export function sopsFixtures(): SopsFixture[] {
  // written by scripts/fixtures.mjs; what does not fit fails the tests that use it
  return JSON.parse(readFileSync(join(FOLDER, 'index.json'), 'utf8')) as SopsFixture[]
}

export function readFixture(file: string): Uint8Array {
  return readFileSync(join(FOLDER, file))
}

/** The selector of a row as the metadata names it; undefined for the default. */
export function selectorOf({ selector }: SopsFixture): SelectorSpec | undefined {
  const field = SELECTOR_FIELDS.find((name) => name in selector)
  return field === undefined ? undefined : { field, pattern: String(selector[field]) }
}
