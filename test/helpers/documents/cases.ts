import fc from 'fast-check'
import { type ErrorCode, isBullaError } from '../../../src/errors.ts'
import type { SelectorSpec } from '../../../src/format/metadata.ts'
import type { StoreName } from '../../../src/format/tree.ts'
import type { SealedFile } from '../../../src/operations/seal.ts'
import { seal } from '../sealing.ts'

/** A generated file and how it is sealed. */
export interface Case {
  /** Bytes that are not UTF-8 are lone surrogates, see `src/format/text.ts`. */
  readonly text: string
  readonly selector: SelectorSpec
  readonly macOnlyEncrypted: boolean
}

/** One of each kind; the generated keys and comments hold what they look for. */
const SELECTORS: readonly SelectorSpec[] = [
  { field: 'unencrypted_suffix', pattern: '_unencrypted' },
  { field: 'encrypted_suffix', pattern: '_enc' },
  { field: 'unencrypted_regex', pattern: '^(k|a)' },
  { field: 'encrypted_regex', pattern: '^(data|q|é)' },
  { field: 'encrypted_comment_regex', pattern: 'seal' },
  { field: 'unencrypted_comment_regex', pattern: 'clear' },
]

export function cases(texts: fc.Arbitrary<string>): fc.Arbitrary<Case> {
  return fc.record({ text: texts, selector: fc.constantFrom(...SELECTORS), macOnlyEncrypted: fc.boolean() })
}

export function show({ text, selector, macOnlyEncrypted }: Case): string {
  const settings = `${selector.field}: ${selector.pattern}, mac_only_encrypted: ${macOnlyEncrypted}`
  return `${settings}\n${text}\n--- as JSON: ${JSON.stringify(text)}`
}

/**
 * Seal a case.
 *
 * @param refused - the error that bulla has a reason to throw for this case, if any
 * @returns undefined when it throws just that
 */
export async function sealUnless(
  refused: ErrorCode | undefined,
  { text, ...settings }: Case,
  store: StoreName,
): Promise<SealedFile | undefined> {
  try {
    return await seal(text, store, settings)
  } catch (error) {
    if (refused !== undefined && isBullaError(error) && error.code === refused) return undefined
    throw error
  }
}
