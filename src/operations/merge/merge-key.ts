import type { CiphertextPool } from '../../crypto/reuse.ts'
import { DEFAULT_SELECTOR, type Metadata } from '../../format/metadata.ts'
import type { OpenedFile } from '../open.ts'
import type { World } from '../ports.ts'
import { extendKey } from '../previous.ts'
import { idOf } from '../readers/readers.ts'
import { newSealKey, type SealKey, type SealPolicy } from '../seal.ts'

/** A side of a merge, opened, and its ciphertexts. */
export interface OpenedSide {
  /** Sealed. */
  readonly bytes: Uint8Array
  readonly file: OpenedFile
  readonly pool: CiphertextPool
  /** Whether its MAC was looked at: another one is never taken over. */
  readonly isVerified: boolean
}

/**
 * The data key of a merged file: that of a side, unless somebody has it who may not read the file any more, because one of the
 * sides took them off the readers, or both did. The side that was rotated goes first: the other key is the one that was given up.
 */
export async function mergedKey(
  base: OpenedSide | undefined,
  ours: OpenedSide,
  theirs: OpenedSide,
  policy: SealPolicy,
  world: World,
): Promise<SealKey> {
  const wasRotated = (side: OpenedSide) => base !== undefined && !hasSameKey(side, base)
  const sides = wasRotated(theirs) && !wasRotated(ours) ? [theirs, ours] : [ours, theirs]
  // given up by rotation on one side: it must not come back
  const usable = sides.filter((side, index) => index === 0 || hasSameKey(side, sides[0] ?? side))
  const versions = [...(base === undefined ? [] : [base]), ours, theirs]
  const chosen = usable.find(
    (side) =>
      mayKeep(side.file.metadata, policy) &&
      versions.every((version) => !hasSameKey(side, version) || areReaders(version.file.metadata, policy)),
  )
  if (chosen === undefined) return newSealKey(policy, world.keyring, world)
  return extendKey(chosen, policy, world.keyring)
}

/** Whether values are sealed with one data key in both. */
export function hasSameKey(first: OpenedSide, second: OpenedSide): boolean {
  return Buffer.compare(first.file.dataKey, second.file.dataKey) === 0
}

/** Whether everybody who read a version still reads the file. */
function areReaders({ groups }: Metadata, policy: SealPolicy): boolean {
  const wanted = new Set(policy.groups.flat().map(idOf))
  return groups.flat().every((entry) => wanted.has(idOf(entry)))
}

/** Whether the groups of a side can become those of the merged file with the data key that they have. */
function mayKeep({ groups, shamirThreshold }: Metadata, policy: SealPolicy): boolean {
  if (groups.length !== policy.groups.length) return false
  // shares cannot be added: only the very same groups keep their key
  const isSingle = groups.length === 1
  if (!isSingle && shamirThreshold !== policy.shamirThreshold) return false
  return groups.every((group, index) => {
    const wanted = new Set((policy.groups[index] ?? []).map(idOf))
    return group.every((entry) => wanted.has(idOf(entry))) && (isSingle || wanted.size === group.length)
  })
}

/** Whether a side is what a merge comes to: the same content, readers and settings, under the same data key. */
export function isSameSide(side: OpenedSide, plain: Uint8Array, policy: SealPolicy, key: SealKey): boolean {
  const { file, isVerified } = side
  const { metadata } = file
  const { selector = DEFAULT_SELECTOR, macOnlyEncrypted } = metadata
  const settings = JSON.stringify([policy.selector ?? selector, policy.macOnlyEncrypted])
  return (
    isVerified &&
    Buffer.compare(file.dataKey, key.dataKey) === 0 &&
    JSON.stringify([selector, macOnlyEncrypted]) === settings &&
    metadata.shamirThreshold === key.shamirThreshold &&
    JSON.stringify(readersOf(metadata.groups)) === JSON.stringify(readersOf(policy.groups)) &&
    Buffer.compare(file.bytes(), plain) === 0
  )
}

function readersOf(groups: SealPolicy['groups']): string[][] {
  return groups.map((group) => group.map(idOf).sort())
}
