import type { KeyDescription } from '../../config/key-text.ts'
import { DEFAULT_SELECTOR, type Metadata, type SelectorSpec } from '../../format/metadata.ts'
import type { Scalar } from '../../format/tree.ts'
import { displayName, keyName } from '../../keys/key-name.ts'
import type { MergeStep } from '../../merge/three-way.ts'
import { idOf } from '../readers/readers.ts'
import type { SealPolicy } from '../seal.ts'
import type { Choice, OpenConflict } from './choices.ts'

/** Readers and settings of a merged file, and what could not be merged. */
export interface MergedPolicy {
  readonly policy: SealPolicy
  /**
   * Settings that decide who can read what, and that both sides changed in different ways. Their paths are none that a value
   * can have: the first step is the reserved key. Ours are in the policy.
   */
  readonly conflicts: readonly OpenConflict[]
  /** What both sides changed, and of which ours is taken. Texts for the user. */
  readonly disputes: readonly string[]
}

export interface MetadataVersions {
  /** Undefined when both sides added the file. */
  readonly base: Metadata | undefined
  readonly ours: Metadata
  readonly theirs: Metadata
}

export interface PolicySettings {
  readonly isBinary: boolean
  readonly choices: readonly Choice[]
  /** Whether only two versions are known: who reads the file cannot be merged then, because somebody may have been removed. */
  readonly isTwoWay: boolean
}

const RESERVED = 'sops'

/** Whether the path of a conflict is that of a setting. */
export function isSetting([first, ...rest]: readonly MergeStep[]): boolean {
  return first === RESERVED && rest.length === 1
}

type Groups = readonly (readonly KeyDescription[])[]

/** Merge who reads a file and what is sealed in it: whoever one side added reads it, whoever one side removed does not. */
export function mergePolicy(versions: MetadataVersions, { isBinary, choices, isTwoWay }: PolicySettings): MergedPolicy {
  const disputes: string[] = []
  const conflicts: OpenConflict[] = []
  const pick = <T>(of: (metadata: Metadata) => T, settle: (ours: T, theirs: T) => T, textOf = json<T>): T => {
    const { base, ours, theirs } = versions
    const [own, other] = [of(ours), of(theirs)]
    const was = base === undefined ? undefined : textOf(of(base))
    if (textOf(own) === textOf(other) || was === textOf(other)) return own
    return was === textOf(own) ? other : settle(own, other)
  }
  const decide =
    <T>(name: string, show: (setting: T) => string) =>
    (ours: T, theirs: T): T => {
      const path = [RESERVED, name]
      const choice = choices.find((one) => json(one.path) === json(path))
      if (choice === undefined) {
        conflicts.push({ document: 0, path, base: undefined, ours: text(show(ours)), theirs: text(show(theirs)) })
      }
      return choice?.take === 'theirs' ? theirs : ours
    }
  const groupsOf = (metadata: Metadata): Groups => metadata.groups
  const selectorOf = ({ selector = DEFAULT_SELECTOR }: Metadata): SelectorSpec => selector
  const macOf = ({ macOnlyEncrypted }: Metadata) => macOnlyEncrypted
  const groups = isTwoWay ? undefined : mergeGroups(versions)
  const policy = {
    groups: groups ?? pick(groupsOf, decide('readers', showGroups), idsOf),
    shamirThreshold: pick((metadata) => metadata.shamirThreshold, decide('threshold', String)),
    selector: isBinary ? undefined : pick(selectorOf, decide('selector', showSelector)),
    macOnlyEncrypted: pick(macOf, (ours) => {
      disputes.push('both sides changed what the MAC covers: ours is kept')
      return ours
    }),
  }
  return { policy, conflicts, disputes }
}

function text(value: string): Scalar {
  return { kind: 'scalar', type: 'str', value }
}

function showSelector({ field, pattern }: SelectorSpec): string {
  return `${field}: ${pattern}`
}

function showGroups(groups: Groups): string {
  const shown = groups.map((group) => group.map((key) => displayName(key.type, keyName(key))).join(', '))
  return shown.length === 1 ? (shown[0] ?? '') : shown.map((group, index) => `group ${index}: ${group}`).join('; ')
}

/** The same for the same readers, in any order and whatever was wrapped for them. */
function idsOf(groups: Groups): string {
  return json(groups.map((group) => group.map(idOf).sort()))
}

function json<T>(value: T): string {
  return JSON.stringify(value)
}

/** Group by group; undefined when the versions have not as many of them. */
export function mergeGroups({ base, ours, theirs }: MetadataVersions): Groups | undefined {
  const count = ours.groups.length
  if (theirs.groups.length !== count || (base !== undefined && base.groups.length !== count)) return undefined
  return ours.groups.map((group, index) => mergeGroup(base?.groups[index] ?? [], group, theirs.groups[index] ?? []))
}

function mergeGroup(
  base: readonly KeyDescription[],
  ours: readonly KeyDescription[],
  theirs: readonly KeyDescription[],
): readonly KeyDescription[] {
  const [inBase, inOurs, inTheirs] = [base, ours, theirs].map((group) => new Set(group.map(idOf)))
  const stays = (id: string) => inTheirs?.has(id) === true || inBase?.has(id) !== true
  const added = theirs.filter((key) => inOurs?.has(idOf(key)) !== true && inBase?.has(idOf(key)) !== true)
  return [...ours.filter((key) => stays(idOf(key))), ...added]
}
