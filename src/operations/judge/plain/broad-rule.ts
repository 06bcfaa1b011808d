import type { CreationRule } from '../../../config/config.ts'
import { compileRegex } from '../../../format/selector.ts'

/** Names that nobody would give a secret: a rule that matches one of them says nothing about what it is for. */
const NO_SECRET = ['qzxv/wkjh', 'qzxv/plmt/wkjh', 'wkjh'].flatMap((stem) =>
  ['.yaml', '.yml', '.json', '.ini', '.txt', '.md', ''].map((ending) => stem + ending),
)

const known = new WeakMap<CreationRule, Promise<boolean>>()

/**
 * Whether a rule matches files of any name in any folder, as a last rule often does. What it matches may rightly be plain,
 * so it cannot be the reason to stop a commit.
 *
 * @throws ConfigError `ERR_SELECTOR`
 */
export function isBroad(rule: CreationRule): Promise<boolean> {
  const answer = known.get(rule) ?? probe(rule)
  known.set(rule, answer)
  return answer
}

async function probe({ pathRegex }: CreationRule): Promise<boolean> {
  if (pathRegex === undefined) return true
  const matches = await compileRegex(pathRegex, 'path_regex', 'short')
  return NO_SECRET.some((name) => matches(name))
}
