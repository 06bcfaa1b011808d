import type { Level } from './finding.ts'

/** A rule of the policy's judgement, for people. */
export interface JudgeRule {
  readonly id: string
  /** The highest that its findings have; of those that differ from a rule, without `strict`. */
  readonly level: Level
  readonly name: string
  /** Whether an exception can name it. What is damaged, or cannot be judged, is repaired instead. */
  readonly isAllowable: boolean
}

const rule = (id: string, level: Level, name: string, isAllowable = false): JudgeRule => ({
  id,
  level,
  name,
  isAllowable,
})
const ALLOWABLE = true

/** Every rule that judges by the policy. */
export const JUDGE_RULES: readonly JudgeRule[] = [
  rule('broken-ciphertext', 'block', 'a sealed value is damaged'),
  rule('conflict-markers', 'block', 'a sealed file holds the marks of a merge conflict'),
  rule(
    'decrypted-leftover',
    'block',
    'the opened form of a sealed file beside it, or what a killed write left, by its name',
    ALLOWABLE,
  ),
  rule('drivers-missing', 'warn', 'files that rules match, and .gitattributes does not give to bulla', ALLOWABLE),
  rule('known-value', 'block', 'a value in clear that is sealed elsewhere in this repository', ALLOWABLE),
  rule('lfs-under-rule', 'block', 'a file under a rule whose content git LFS keeps', ALLOWABLE),
  rule('mac-mismatch', 'block', 'the MAC of a sealed file does not fit its values'),
  rule('mac-missing', 'block', 'a sealed file without a MAC'),
  rule(
    'maybe-unsealed',
    'warn',
    'values in clear that a rule would seal, where the rule may not mean this file',
    ALLOWABLE,
  ),
  rule('metadata-broken', 'block', 'a sealed file that cannot be read'),
  rule('metadata-missing', 'block', 'sealed values without metadata'),
  rule('not-searched', 'warn', 'a text that is too large to be searched for secrets', ALLOWABLE),
  rule('not-verified', 'warn', 'a sealed file that no key at hand opens, with --verify', ALLOWABLE),
  rule('nothing-sealed', 'block', 'metadata, and not one sealed value'),
  rule('plain-comment', 'warn', 'a comment in clear in a file that seals its comments', ALLOWABLE),
  rule('plain-stash', 'warn', 'a file that should be sealed, in clear in a stash of this clone', ALLOWABLE),
  rule('plain-value', 'block', 'a value in clear that the file itself says is sealed'),
  rule('policy-broken', 'block', 'a policy or a list of exceptions that cannot be read'),
  rule('reader-entry', 'warn', 'an entry of a reader that is wrapped otherwise than it says', ALLOWABLE),
  rule('readers-drift', 'warn', 'readers that are not those of the rule', ALLOWABLE),
  rule('rule-too-broad', 'warn', 'a rule that matches many files of which next to none is sealed', ALLOWABLE),
  rule('rule-without-files', 'warn', 'a rule that decides about no file', ALLOWABLE),
  rule('sealed-without-rule', 'warn', 'a sealed file that no rule covers', ALLOWABLE),
  rule('selector-drift', 'warn', 'other values sealed than the rule says', ALLOWABLE),
  rule('stale-version', 'warn', 'a sealed file that an old sops wrote', ALLOWABLE),
  rule('unreadable', 'block', 'a file that cannot be judged'),
  rule('unsealed-file', 'block', 'a file in clear that a rule wants sealed', ALLOWABLE),
  rule('value-not-authentic', 'block', 'a sealed value does not verify'),
]

const DAMAGE: readonly string[] = ['broken-ciphertext', 'mac-missing', 'metadata-broken', 'metadata-missing']

/** Whether something was lost of a sealed file that only another version of it has. */
export function isDamage({ rule: id }: { readonly rule: string }): boolean {
  return DAMAGE.includes(id)
}
