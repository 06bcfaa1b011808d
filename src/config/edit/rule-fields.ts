import { UsageError } from '../../errors.ts'
import type { NodePlace } from '../../format/change.ts'
import type { FieldPlace, PolicyTree } from './policy-tree.ts'

/** A mapping of a rule that may name age keys: the rule itself, a key group, or what is merged into one. */
export interface KeyHolder {
  readonly at: NodePlace
  readonly age: FieldPlace | undefined
}

/** The key groups of a rule, each with its holders: the group itself first. */
export type HolderGroups = readonly (readonly KeyHolder[])[]

/** @param rule - 0-based */
export function holderGroups(tree: PolicyTree, rule: number): HolderGroups {
  const rules = tree.field([], 'creation_rules')
  if (rules === undefined) throw new RangeError('the policy has no rules')
  const at = tree.follow([...rules.at, rule])
  const groups = tree.field(at, 'key_groups')
  const node = groups === undefined ? undefined : tree.node(groups.at)
  const hasGroups = groups !== undefined && node?.kind === 'sequence' && node.items.length > 0
  return hasGroups ? tree.elements(groups.at).map((group) => holdersIn(tree, group)) : [[holder(tree, at)]]
}

function holdersIn(tree: PolicyTree, group: NodePlace): KeyHolder[] {
  const merge = tree.field(group, 'merge')
  const merged = merge === undefined ? [] : tree.elements(merge.at).filter((at) => tree.node(at).kind === 'mapping')
  return [holder(tree, group), ...merged.flatMap((at) => holdersIn(tree, at))]
}

function holder(tree: PolicyTree, at: NodePlace): KeyHolder {
  return { at, age: tree.field(at, 'age') }
}

/**
 * Which group of a rule is meant.
 *
 * @param group - 0-based, as given
 * @throws UsageError `ERR_USAGE` when there are several and none was named, or not that many
 */
export function chosenGroup(count: number, group: number | undefined): number {
  if (group === undefined && count > 1) {
    throw new UsageError('ERR_USAGE', `the rule has ${count} key groups: it is not clear which one is meant`, {
      hint: `name it with --group, 0 to ${count - 1}`,
    })
  }
  if (group === undefined || group < count) return group ?? 0
  throw new UsageError('ERR_USAGE', 'the rule has no key group with this index', {
    hint: count === 1 ? 'leave out --group' : `groups count from 0, the last one is ${count - 1}`,
  })
}
