import { ConfigError } from '../errors.ts'
import { isSureRegex } from './sure-regex.ts'

/** One match of an expression. */
export interface RegexMatch {
  readonly start: number
  readonly end: number
  /** Places of the groups, from group 1; undefined for those that took no part. */
  readonly groups: readonly ({ readonly start: number; readonly end: number } | undefined)[]
}

/**
 * An RE2 expression that says where its matches stand. Linear time, whatever expression and text are. It is compiled when
 * it is used first, unless only that tells whether it can be.
 *
 * @param name - what the expression is, for the error
 * @throws ConfigError `ERR_CONFIG`
 */
export async function regexSearch(pattern: string, name: string): Promise<(text: string) => RegexMatch[]> {
  const { RE2JS } = await import('re2js')
  const compile = () => {
    try {
      return RE2JS.compile(pattern)
    } catch {
      throw new ConfigError('ERR_CONFIG', `${name} is not a valid regular expression`, {
        hint: 'the syntax is RE2: https://github.com/google/re2/wiki/Syntax (no look-around, no back-references)',
      })
    }
  }
  let compiled = isSureRegex(pattern) ? undefined : compile()
  return (text) => {
    compiled ??= compile()
    const matcher = compiled.matcher(text)
    const matches: RegexMatch[] = []
    while (matcher.find()) {
      const groups = Array.from({ length: matcher.groupCount() }, (_, index) => {
        const start = matcher.start(index + 1)
        return start < 0 ? undefined : { start, end: matcher.end(index + 1) }
      })
      matches.push({ start: matcher.start(), end: matcher.end(), groups })
    }
    return matches
  }
}
