import type { CreationRule, SopsConfig } from '../../config/config.ts'
import { findRule } from '../../config/match.ts'
import { DEFAULT_SELECTOR, type SelectorSpec } from '../../format/metadata.ts'
import type { StoreName } from '../../format/tree.ts'
import { type PolicyFinder, thresholdProblem } from '../policy.ts'
import { type Reader, type Readers, readersOf } from './readers.ts'

/** A rule, and where it stands. */
export interface RulePlace {
  /** 1-based position among the rules. */
  readonly number: number
  /** 1-based. */
  readonly line: number
  /** Undefined: it matches every file. */
  readonly pathRegex?: string
}

/** Which rule is for a file, and why. */
export interface RuleExplanation {
  /** The policy file, absolute; undefined when there is none. */
  readonly policyFile: string | undefined
  readonly ruleCount: number
  /** What expressions are matched against. */
  readonly matchedAs: string
  /** The rules before it, which do not match. */
  readonly passed: readonly RulePlace[]
  /** Undefined when none matches. */
  readonly rule: RulePlace | undefined
  /** Why nothing can be sealed by it. */
  readonly problem?: string
  readonly says?: RuleContent
  readonly notes: readonly string[]
}

/** What a rule says. */
export interface RuleContent extends Settings {
  readonly readers: Readers
}

/** How a file is sealed, beside its readers. */
export interface Settings {
  /** Undefined for binary files: they are sealed as a whole. */
  readonly selector: SelectorSpec | undefined
  readonly macOnlyEncrypted: boolean
}

/** @throws ConfigError for a policy that cannot be used */
export async function explainRule(
  file: string,
  store: StoreName,
  finder: PolicyFinder,
  describe: (groups: CreationRule['groups'], config: SopsConfig | undefined) => Promise<readonly (readonly Reader[])[]>,
): Promise<RuleExplanation> {
  const { config, notes } = await finder.config(file)
  const nothing = { ruleCount: 0, matchedAs: file, passed: [], rule: undefined, notes }
  if (config === undefined)
    return { ...nothing, policyFile: undefined, problem: 'there is no .sops.yaml in a folder above the file or here' }
  if (config.rules === undefined)
    return { ...nothing, policyFile: config.path, problem: 'the policy file has no creation_rules' }
  const { name, passed, rule } = await findRule(config, file)
  const explained = {
    policyFile: config.path,
    ruleCount: config.rules.length,
    matchedAs: name,
    passed: passed.map(placeOf),
    rule: rule === undefined ? undefined : placeOf(rule),
    notes,
  }
  if (rule === undefined) return { ...explained, problem: 'no rule of the policy matches' }
  const groups = await describe(rule.groups, config)
  const problem = problemOf(groups, rule.shamirThreshold)
  const isBinary = store === 'binary'
  return {
    ...explained,
    ...(problem === undefined ? {} : { problem }),
    says: {
      readers: readersOf(groups, rule.shamirThreshold),
      selector: isBinary ? undefined : (rule.selector ?? DEFAULT_SELECTOR),
      macOnlyEncrypted: !isBinary && rule.macOnlyEncrypted,
    },
  }
}

function problemOf(groups: readonly (readonly Reader[])[], threshold: number): string | undefined {
  if (groups.length === 0 || groups.some((group) => group.length === 0)) {
    return 'the rule names no keys, or has an empty key group'
  }
  const wrong = thresholdProblem(groups.length, threshold)
  if (wrong !== undefined) return wrong
  const unusable = groups.flat().find(({ problem }) => problem !== undefined)
  return unusable === undefined ? undefined : `${unusable.shown}: ${unusable.problem}`
}

function placeOf(rule: CreationRule): RulePlace {
  const { line } = rule.place(rule.pathRegex === undefined ? '' : 'path_regex')
  return {
    number: rule.index + 1,
    line,
    ...(rule.pathRegex === undefined ? {} : { pathRegex: rule.pathRegex }),
  }
}
