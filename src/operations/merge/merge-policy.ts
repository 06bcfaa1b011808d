import type { KeyDescription } from '../../config/key-text.ts'
import { DEFAULT_SELECTOR, type Metadata } from '../../format/metadata.ts'
import { idOf } from '../readers/readers.ts'
import type { SealPolicy } from '../seal.ts'

/** Readers and settings of a merged file, and what could not be merged. */
export interface MergedPolicy {
  readonly policy: SealPolicy
  /** Settings that both sides changed in different ways; ours are taken. Texts for the user. */
  readonly disputes: readonly string[]
}

export interface MetadataVersions {
  /** Undefined when both sides added the file. */
  readonly base: Metadata | undefined
  readonly ours: Metadata
  readonly theirs: Metadata
}

type Groups = readonly (readonly KeyDescription[])[]

/** Merge who reads a file and what is sealed in it: whoever one side added reads it, whoever one side removed does not. */
export function mergePolicy(versions: MetadataVersions, isBinary: boolean): MergedPolicy {
  const disputes: string[] = []
  const pick = <T>(of: (metadata: Metadata) => T, what: string): T => {
    const { base, ours, theirs } = versions
    const [was, own, other] = [base === undefined ? undefined : of(base), of(ours), of(theirs)]
    const isSame = (a: T | undefined, b: T | undefined) => JSON.stringify(a) === JSON.stringify(b)
    if (isSame(own, other) || isSame(was, other)) return own
    if (isSame(was, own)) return other
    disputes.push(`both sides changed ${what}: ours is kept`)
    return own
  }
  const groups = mergeGroups(versions)
  return {
    policy: {
      groups: groups ?? pick((metadata) => metadata.groups, 'the key groups'),
      shamirThreshold: pick((metadata) => metadata.shamirThreshold, 'the threshold'),
      selector: isBinary ? undefined : pick((metadata) => metadata.selector ?? DEFAULT_SELECTOR, 'the selector'),
      macOnlyEncrypted: pick((metadata) => metadata.macOnlyEncrypted, 'what the MAC covers'),
    },
    disputes,
  }
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
