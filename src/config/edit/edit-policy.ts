import { ConfigError } from '../../errors.ts'
import type { NodePlace } from '../../format/change.ts'
import { applyEdits, type Edit } from '../../format/edits.ts'
import { decodeText, encodeText } from '../../format/text.ts'
import { changeYaml } from '../../format/yaml/change.ts'
import { changeLayout } from '../../format/yaml/change-layout.ts'
import { remove } from '../../format/yaml/change-remove.ts'
import { spotAt } from '../../format/yaml/spot.ts'
import { parseConfig } from '../config.ts'
import { bareRecipient } from '../key-text.ts'
import { cannotEdit } from './cannot-edit.ts'
import { checkEdit, type PolicyEdit } from './check-edit.ts'
import { addToList, movedAnchor, type NewKey, removeFromList } from './key-lists.ts'
import { addToText, keySpans, keysOf, removeFromText } from './key-texts.ts'
import { PolicyTree } from './policy-tree.ts'
import { chosenGroup, holderGroups, type KeyHolder } from './rule-fields.ts'

/** Which age key of which rule is changed. */
export interface RuleEdit extends NewKey {
  /** The policy as it is. */
  readonly bytes: Uint8Array
  /** Of the policy, absolute. */
  readonly path: string
  /** 0-based. */
  readonly rule: number
  /** 0-based key group; undefined: the only one to add to, all to remove from. */
  readonly group: number | undefined
  /** Whether keys may be changed that other rules repeat by an alias. */
  readonly isSharedAllowed?: boolean
  /** Whether a rule may lose its last key. */
  readonly isEmptyAllowed?: boolean
}

/**
 * Add an age key to a creation rule of a `.sops.yaml`. Everything else stays byte for byte.
 *
 * @throws ConfigError `ERR_CONFIG` for a policy that is wrong, that shares these keys with other rules, or is written in a
 *   way that is not edited; UsageError `ERR_USAGE` when the group is not clear
 */
export function grantKey(edit: RuleEdit): PolicyEdit {
  const groups = rulesOf(edit)[edit.rule]?.groups ?? []
  const number = chosenGroup(groups.length, edit.group)
  if (groups[number]?.some(({ type, fields }) => type === 'age' && fields['recipient'] === edit.key)) return same(edit)
  return change(edit, (tree) => {
    const holder = holderGroups(tree, edit.rule)[number]?.[0]
    if (holder === undefined) throw new RangeError('the rule has no such group')
    return [addToHolder(tree, holder, edit)]
  })
}

/**
 * Take an age key out of a creation rule. Everything else stays byte for byte.
 *
 * @throws as {@link grantKey}; ConfigError `ERR_NO_RECIPIENT` when it is the last key of the rule or of a group
 */
export function ungrantKey(edit: RuleEdit): PolicyEdit {
  const groups = rulesOf(edit)[edit.rule]?.groups ?? []
  if (edit.group !== undefined) chosenGroup(groups.length, edit.group)
  const isMeant = (index: number) => edit.group === undefined || edit.group === index
  const isKey = ({ type, fields }: (typeof groups)[number][number]) =>
    type === 'age' && fields['recipient'] === edit.key
  const touched = groups.filter((group, index) => isMeant(index) && group.some(isKey))
  if (touched.length === 0) return same(edit)
  if (edit.isEmptyAllowed !== true && touched.some((group) => group.every(isKey))) throw lastKey(edit, groups.length)
  return change(edit, (tree) => {
    const holders = holderGroups(tree, edit.rule)
      .filter((_, index) => isMeant(index))
      .flat()
    const places = new Map(holders.map((holder) => [JSON.stringify(holder.age?.pairAt), holder]))
    return [...places.values()].map((holder) => removeFromHolder(tree, holder, edit.key))
  })
}

/**
 * Put one age key in the place of another wherever that stands in a policy; comments stay.
 *
 * @throws ConfigError `ERR_CONFIG`
 */
export function replaceKey(edit: Pick<RuleEdit, 'bytes' | 'path' | 'key'> & { readonly old: string }): PolicyEdit {
  parseConfig(edit.bytes, edit.path)
  const old = bareRecipient(edit.old)
  const isOld = (key: string) => bareRecipient(key) === old
  return change({ ...edit, isSharedAllowed: true }, (tree) => {
    const edits: Edit[] = []
    for (const [, node] of tree.places()) {
      if (node.kind !== 'scalar' || !keysOf(node.value).some(isOld)) continue
      for (const span of keySpans(tree.text, node))
        if (isOld(tree.text.slice(span.start, span.end))) edits.push({ ...span, text: edit.key })
    }
    return [edits]
  })
}

function rulesOf({ bytes, path, rule }: RuleEdit) {
  const rules = parseConfig(bytes, path).rules ?? []
  if (rules[rule] === undefined) throw new RangeError('there is no such rule')
  return rules
}

function same({ bytes }: RuleEdit): PolicyEdit {
  return { bytes, isChanged: false, alsoRules: [] }
}

type Change = Parameters<typeof checkEdit>[0]['change']

function change(edit: Change, editsOf: (tree: PolicyTree) => readonly (readonly Edit[])[]): PolicyEdit {
  const text = decodeText(edit.bytes)
  try {
    const edits = editsOf(new PolicyTree(text)).flat()
    if (edits.length === 0) return { bytes: edit.bytes, isChanged: false, alsoRules: [] }
    return checkEdit({ change: edit, bytes: encodeText(applyEdits(text, edits)) })
  } catch (error) {
    if (error instanceof ConfigError) throw error.at({ file: edit.path })
    throw error
  }
}

function addToHolder(tree: PolicyTree, { at, age }: KeyHolder, edit: RuleEdit): Edit[] {
  const { text, document } = tree
  const node = age === undefined ? undefined : tree.node(age.at)
  const { lineBreak } = changeLayout(text, document, {})
  if (node?.kind === 'sequence' && node.items.length > 0) return addToList({ tree, list: node, added: edit }, lineBreak)
  if (age !== undefined && node?.kind === 'scalar' && node.value.trim() !== '' && node.value !== 'null') {
    return addToText(text, node, edit.key, spotAt(text, document, age.at).flow, lineBreak)
  }
  const scalar = { kind: 'scalar', type: 'str', value: edit.key } as const
  const value = wantsList(tree, at) ? ({ kind: 'list', items: [scalar] } as const) : scalar
  if (age !== undefined) {
    return changeYaml({ text, document: 0, change: { kind: 'replace', at: age.at, value }, layout: {} })
  }
  return changeYaml({ text, document: 0, change: { kind: 'add', at, key: 'age', value }, layout: {} })
}

/** Key groups have lists only; a rule has what the others have. */
function wantsList(tree: PolicyTree, at: NodePlace): boolean {
  const rules = tree.field([], 'creation_rules')
  if (rules === undefined) return false
  const isRule = tree.elements(rules.at).some((rule) => JSON.stringify(rule) === JSON.stringify(at))
  if (!isRule) return true
  const kinds = tree.elements(rules.at).flatMap((rule) => {
    const age = tree.field(rule, 'age')
    return age === undefined ? [] : [tree.node(age.at).kind]
  })
  return kinds.length > 0 && kinds.every((kind) => kind === 'sequence')
}

function removeFromHolder(tree: PolicyTree, { age }: KeyHolder, key: string): Edit[] {
  if (age === undefined) return []
  const { text, document } = tree
  const node = tree.node(age.at)
  const left =
    node.kind === 'sequence'
      ? removeFromList(tree, age.at, key)
      : node.kind === 'scalar' && keysOf(node.value).includes(key)
        ? removeFromText(text, node, key)
        : []
  if (left !== undefined) return left
  // nothing would be left: the field goes, and what an alias leads to stays for the others
  const field = tree.node(age.pairAt)
  const inside = field.kind === 'sequence' ? field.items.map(({ value }) => value) : [field]
  if (field.kind === 'sequence' && field.anchor !== undefined && isRepeated(tree, age.pairAt)) {
    throw cannotEdit(text, field.start, 'other rules repeat this list by an alias', 'move its anchor there first')
  }
  const edits = remove(spotAt(text, document, age.pairAt), changeLayout(text, document, {}))
  return [...edits, ...inside.flatMap((item) => movedAnchor(tree, item))]
}

function isRepeated(tree: PolicyTree, at: NodePlace): boolean {
  const node = tree.node(at)
  return [...tree.places()].some(([, other]) => other.kind === 'alias' && other.target === node)
}

function lastKey({ path, rule }: RuleEdit, groups: number): ConfigError {
  const of = groups > 1 ? 'a key group of ' : ''
  return new ConfigError(
    'ERR_NO_RECIPIENT',
    `it is the last key of ${of}rule ${rule + 1}: nobody could open what is sealed then`,
    {
      where: { file: path },
      hint: 'grant somebody else first, remove the rule, or add --allow-empty',
    },
  )
}
