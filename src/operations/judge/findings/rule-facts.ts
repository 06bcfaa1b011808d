import { listRules, type RuleFacts } from '../../../scan/rule-list.ts'
import { JUDGE_RULES } from './judge-rules.ts'

let known: ReadonlyMap<string, RuleFacts> | undefined

/** What a rule finds, for people; undefined for one that the repository has added. */
export function ruleFacts(id: string): RuleFacts | undefined {
  known ??= new Map([...listRules(), ...JUDGE_RULES].map((rule) => [rule.id, rule]))
  return known.get(id)
}
