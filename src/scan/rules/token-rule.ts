import type { Level } from '../finding.ts'

/**
 * A kind of credential that tells itself by its form. `pattern` is tried where one of the keywords stands, in its own
 * case, at the start of a word; repetitions in it are bounded.
 */
export interface TokenRule {
  /** Stable, kebab-case. */
  readonly id: string
  /** What is found, for people: "GitHub token". */
  readonly name: string
  readonly level: Level
  /** In every match, at the same place of it unless `reach` is set. */
  readonly keywords: readonly string[]
  /** Source of an expression for the whole credential; group 1, if any, is the secret of it. */
  readonly pattern: string
  /** So many characters a match has at least. For keywords that are words of their own, and so stand everywhere. */
  readonly shortest?: number
  /** The credential starts before its keyword: how many characters at most, and of which kind. */
  readonly reach?: { readonly most: number; readonly of: RegExp }
  /** Whether letters count without their case, in keywords too. */
  readonly caseless?: true
  /** A second look at a match. @returns undefined when it is none */
  readonly judge?: (match: string, level: Level) => Level | undefined
}

/**
 * A credential without a form of its own that is known by the name it is given: the value of a key.
 */
export interface NamedRule {
  readonly id: string
  readonly name: string
  readonly level: Level
  /** The name, in lower case, words parted by `_`: `aws_secret_access_key`. */
  readonly key: RegExp
  /** The name may also stand before the key, in the hundred characters before it; then it is a warning. */
  readonly nearby?: RegExp
  /** The whole value. */
  readonly value: RegExp
  readonly judge?: (match: string, level: Level) => Level | undefined
}
