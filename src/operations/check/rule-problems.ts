import type { CreationRule } from '../../config/config.ts'
import { isBullaError } from '../../errors.ts'
import type { Finding } from '../judge/finding.ts'
import type { JudgedFile, JudgedTree } from '../judge/judge-files.ts'
import { policyPaths, TreePolicies } from '../judge/tree-policies.ts'

const POLICY = /(?:^|\/)\.sops\.yaml$/

/** Rules that match no file: often a mistyped expression, and then what it was meant for is in clear. */
export async function findRuleProblems(files: readonly JudgedFile[], tree: JudgedTree): Promise<Finding[]> {
  const paths = files.map(({ path }) => path).filter((path) => POLICY.test(path))
  const policies = new TreePolicies(await tree.read(paths))
  const used = new Set<CreationRule>()
  for (const { path } of files) {
    const rule = await ruleOf(policies, path, paths)
    if (rule !== undefined) used.add(rule)
  }
  return paths.flatMap((path) => {
    const rules = rulesOf(policies, path)
    return rules
      .filter((rule) => !used.has(rule))
      .map((rule): Finding => {
        const message = `rule ${rule.index + 1} matches no file here, or only files that an earlier rule takes`
        return { rule: 'rule-without-files', level: 'warn', file: path, ...rule.place('path_regex'), message }
      })
  })
}

async function ruleOf(
  policies: TreePolicies,
  path: string,
  known: readonly string[],
): Promise<CreationRule | undefined> {
  if (!policyPaths(path).some((candidate) => known.includes(candidate))) return undefined
  try {
    return (await policies.rule(path))?.rule
  } catch (error) {
    if (isBullaError(error)) return undefined // told for every file that it decides about
    throw error
  }
}

function rulesOf(policies: TreePolicies, path: string): readonly CreationRule[] {
  try {
    return policies.config(path).rules ?? []
  } catch (error) {
    if (isBullaError(error)) return []
    throw error
  }
}
