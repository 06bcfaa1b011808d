import type { TokenRule } from '../token-rule.ts'

/** A rule whose matches are certain: a public prefix, then an alphabet and a length. */
export function token(
  id: string,
  name: string,
  keywords: string | readonly string[],
  pattern: string,
  more: Partial<TokenRule> = {},
): TokenRule {
  return { id, name, level: 'block', keywords: typeof keywords === 'string' ? [keywords] : keywords, pattern, ...more }
}
