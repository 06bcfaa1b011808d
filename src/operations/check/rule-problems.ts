import type { CreationRule } from '../../config/config.ts'
import { isBullaError } from '../../errors.ts'
import type { Finding } from '../judge/findings/finding.ts'
import { Policies, policyPaths } from '../judge/surroundings/policies.ts'
import type { JudgedFile, JudgedTree } from '../judge/tree-port.ts'

const POLICY = /(?:^|\/)\.sops\.yaml$/
/** Fewer files say nothing about what a rule is for. */
const MANY = 20
/** A rule that is meant for what it matches has more sealed files than one in this many. */
const RARE = 20

interface Use {
  files: number
  sealed: number
}

/**
 * What is odd about policies as a whole: rules that match no file, often a mistyped expression, and then what it was meant
 * for is in clear; rules that match far more than is sealed; sealed files that no rule covers.
 *
 * @param sealed - paths of the files that are sealed
 */
export async function findRuleProblems(
  files: readonly JudgedFile[],
  tree: JudgedTree,
  sealed: ReadonlySet<string>,
): Promise<Finding[]> {
  const paths = files.map(({ path }) => path).filter((path) => POLICY.test(path))
  const policies = new Policies(await tree.read(paths))
  const uses = new Map<CreationRule, Use>()
  const findings: Finding[] = []
  for (const { path } of files) {
    const rule = await ruleOf(policies, path, paths)
    if (rule === 'unknown') continue
    if (rule === undefined) {
      if (sealed.has(path)) findings.push(withoutRule(path))
      continue
    }
    const use = uses.get(rule) ?? { files: 0, sealed: 0 }
    use.files += 1
    if (sealed.has(path)) use.sealed += 1
    uses.set(rule, use)
  }
  return [
    ...findings,
    ...paths.flatMap((path) => rulesOf(policies, path).flatMap((rule) => problemOf(path, rule, uses))),
  ]
}

function withoutRule(file: string): Finding {
  return { rule: 'sealed-without-rule', level: 'warn', file, message: 'this file is sealed, and no rule says for whom' }
}

function problemOf(file: string, rule: CreationRule, uses: ReadonlyMap<CreationRule, Use>): Finding[] {
  const use = uses.get(rule)
  const place = rule.place('path_regex')
  if (use === undefined) {
    const message = `rule ${rule.index + 1} matches no file here, or only files that an earlier rule takes`
    return [{ rule: 'rule-without-files', level: 'warn', file, ...place, message }]
  }
  if (!rule.mustEncrypt || use.files < MANY || use.sealed * RARE > use.files) return []
  const are = use.sealed === 1 ? '1 is sealed' : `${use.sealed} are sealed`
  const message = `rule ${rule.index + 1} matches ${use.files} files, ${are}: narrow its path_regex, or give it must_encrypt: false`
  return [{ rule: 'rule-too-broad', level: 'warn', file, ...place, message }]
}

async function ruleOf(
  policies: Policies,
  path: string,
  known: readonly string[],
): Promise<CreationRule | undefined | 'unknown'> {
  if (!policyPaths(path).some((candidate) => known.includes(candidate))) return undefined
  try {
    return (await policies.rule(path))?.rule
  } catch (error) {
    if (isBullaError(error)) return 'unknown' // told for every file that it decides about
    throw error
  }
}

function rulesOf(policies: Policies, path: string): readonly CreationRule[] {
  try {
    return policies.config(path).rules ?? []
  } catch (error) {
    if (isBullaError(error)) return []
    throw error
  }
}
