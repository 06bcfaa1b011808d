import type { TokenRule } from './token-rule.ts'

/** A rule whose matches are certain: a public prefix, then an alphabet and a length. */
export function token(
  id: string,
  name: string,
  keywords: string | readonly string[],
  pattern: string,
  more?: Partial<TokenRule>,
): TokenRule {
  const words = typeof keywords === 'string' ? [keywords] : keywords
  const rule: TokenRule = { id, name, level: 'block', keywords: words, pattern }
  return more === undefined ? rule : { ...rule, ...more }
}
