import { isBullaError, KeyError } from '../../errors.ts'
import { decodeText, encodeText } from '../../format/text.ts'
import type { Node } from '../../format/tree.ts'
import { type Marking, markDifferences, sidesOf } from '../../merge/marks.ts'
import type { MergeStep } from '../../merge/three-way.ts'
import { sealedStore } from '../judge/sealed/sealed-store.ts'
import { layoutFor } from '../layout.ts'
import type { World } from '../ports.ts'
import { loadStore } from '../stores.ts'
import { showPath } from '../values/tree-path.ts'
import type { Choice } from './choices.ts'
import { mergeSealed } from './merge-sealed.ts'
import type { MergedFile } from './merge-settings.ts'
import { mergeWithoutKey } from './without-key.ts'

/** Three versions of one file, as git has them. */
export interface FileVersions {
  /** Undefined when both sides added the file. */
  readonly base: Uint8Array | undefined
  readonly ours: Uint8Array
  readonly theirs: Uint8Array
}

export interface MergeRequest extends FileVersions {
  /** Where the file stands, absolute: its name says what format it has. */
  readonly path: string
  readonly marking: Marking
  readonly choices?: readonly Choice[]
  /** Whether the versions were taken out of a text with marks, see `MergeSettings`. */
  readonly fromMarks?: boolean
}

/** A conflict, as a person decides it. */
export interface ShownConflict {
  readonly document: number
  /** None when one side took the document away. */
  readonly steps: readonly MergeStep[]
  /** As `resolve` takes it; a dot for the whole document. */
  readonly path: string
  /** In clear with a key, else ciphertext; undefined: taken away. */
  readonly ours: Node | undefined
  readonly theirs: Node | undefined
}

export type MergeOutcome =
  /** Not both sides are sealed; mixed: one is. */
  | { readonly kind: 'not-sealed'; readonly isMixed: boolean }
  | { readonly kind: 'merged'; readonly bytes: Uint8Array; readonly notes: readonly string[] }
  | {
      readonly kind: 'conflict'
      readonly bytes: Uint8Array
      readonly conflicts: readonly ShownConflict[]
      /** Whether the metadata has to be sealed again by somebody with a key. */
      readonly needsReseal: boolean
      readonly notes: readonly string[]
    }

/**
 * Merge three versions of a file, by value when they are sealed; with the keys at hand, or without.
 *
 * @throws IntegrityError, FormatError: then nothing was merged
 */
export async function mergeVersions(
  request: MergeRequest,
  world: World,
  keys: 'with-key' | 'with-or-without-key' = 'with-or-without-key',
): Promise<MergeOutcome> {
  const { base, ours, theirs, path, marking, choices = [], fromMarks = false } = request
  const [name, other] = [storeOf(path, ours), storeOf(path, theirs)]
  if (name === undefined || name !== other) return { kind: 'not-sealed', isMixed: name !== other }
  const settled = fromMarks ? undefined : oneSideOf({ base, ours, theirs })
  if (settled !== undefined) return { kind: 'merged', bytes: settled, notes: [] }
  const store = await loadStore(name)
  const layout = await layoutFor(path, name, undefined, world)
  const settings = { file: path, store, layout, choices, marking, fromMarks }
  try {
    return outcome(await mergeSealed({ base, ours, theirs }, settings, world), false)
  } catch (error) {
    if (!(error instanceof KeyError) || keys === 'with-key')
      throw isBullaError(error) ? error.at({ file: path }) : error
    const merged = await mergeWithoutKey({ base, ours, theirs }, settings)
    return outcome(merged, merged.needsReseal)
  }
}

/** The same text with other marks. */
export function relabelled(marked: Uint8Array, marking: Marking): Uint8Array {
  const { ours, theirs } = sidesOf(decodeText(marked))
  return encodeText(markDifferences(ours, theirs, marking))
}

/** Nothing to merge: only one side changed something, or both the same. */
function oneSideOf({ base, ours, theirs }: FileVersions): Uint8Array | undefined {
  const isSame = (other: Uint8Array | undefined, bytes: Uint8Array) =>
    other !== undefined && Buffer.compare(other, bytes) === 0
  if (isSame(base, theirs) || isSame(ours, theirs)) return ours
  return isSame(base, ours) ? theirs : undefined
}

function outcome({ bytes, conflicts, notes }: MergedFile, needsReseal: boolean): MergeOutcome {
  if (conflicts.length === 0 && !needsReseal) return { kind: 'merged', bytes, notes }
  const shown = conflicts.map(({ document, path, ours, theirs }) => {
    return { document, steps: path, path: path.length === 0 ? '.' : showPath(path), ours, theirs }
  })
  return { kind: 'conflict', bytes, conflicts: shown, needsReseal, notes }
}

function storeOf(path: string, bytes: Uint8Array) {
  try {
    return sealedStore(path, decodeText(bytes))
  } catch (error) {
    if (isBullaError(error)) return undefined
    throw error
  }
}
