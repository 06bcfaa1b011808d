import { ConfigError } from '../errors.ts'
import type { SelectorSpec } from './metadata.ts'
import { plainRegex } from './plain-regex.ts'

/**
 * A compiled selector: says which leaves of a file are sealed. Suffix and regex selectors look at each key of the path
 * alone, comment selectors at the comments above a value and above everything it stands in.
 */
export interface Selector {
  /** What is looked at. */
  readonly subject: 'key' | 'comment'
  /** Whether a match seals; otherwise it leaves clear. */
  readonly matchSeals: boolean
  matches(text: string): boolean
}

/**
 * Compile a selector. Expressions have RE2 semantics, as in sops, and run in linear time whatever they are.
 *
 * @throws ConfigError `ERR_SELECTOR` when the expression does not compile: sops would treat it as "matches nothing"
 */
export async function compileSelector({ field, pattern }: SelectorSpec): Promise<Selector> {
  const matchSeals = field.startsWith('encrypted')
  const subject = field.includes('comment') ? 'comment' : 'key'
  if (field.endsWith('_suffix')) return { subject, matchSeals, matches: (text) => text.endsWith(pattern) }
  const matches = await compileRegex(pattern, field)
  return { subject, matchSeals, matches: subject === 'key' ? remember(matches) : matches }
}

/** Whether a comment outside the tree is sealed: one that no reader counts among the comments of a value. */
export function selectsAt(selector: Selector, path: readonly string[], text: string): boolean {
  if (selector.subject === 'key') return path.some((key) => selector.matches(key)) === selector.matchSeals
  return !selector.matchSeals && !selector.matches(text)
}

/** A selector that seals everything: binary files have no other. */
export const SEAL_ALL: Selector = { subject: 'key', matchSeals: false, matches: () => false }

/**
 * Compile an RE2 expression to an unanchored search.
 *
 * @param name - what the expression is, for the error
 * @param texts - `short` for what is at most as long as a path
 * @throws ConfigError `ERR_SELECTOR`
 */
export async function compileRegex(
  pattern: string,
  name: string,
  texts: 'short' | 'any' = 'any',
): Promise<(text: string) => boolean> {
  const plain = plainRegex(pattern, texts === 'short')
  if (plain !== undefined) return (text) => plain.test(text)
  // the library is only loaded where an expression is used
  const { RE2JS } = await import('re2js')
  try {
    const regex = RE2JS.compile(pattern)
    return (text) => regex.matcher(text).find()
  } catch {
    throw new ConfigError('ERR_SELECTOR', `${name} is not a valid regular expression: ${pattern}`, {
      hint: 'the syntax is RE2: https://github.com/google/re2/wiki/Syntax (no look-around, no back-references)',
    })
  }
}

/** The same keys come again and again; their number is bounded by the text they come from. */
function remember(matches: (text: string) => boolean): (text: string) => boolean {
  const known = new Map<string, boolean>()
  return (text) => {
    const found = known.get(text)
    if (found !== undefined) return found
    const result = matches(text)
    known.set(text, result)
    return result
  }
}
