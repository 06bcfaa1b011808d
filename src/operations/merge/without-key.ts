import { FormatError } from '../../errors.ts'
import { applyEdits } from '../../format/edits.ts'
import type { Source, Store } from '../../format/store.ts'
import { decodeText, encodeText } from '../../format/text.ts'
import { isSameContent } from '../../merge/same.ts'
import { readSealed } from '../open.ts'
import { loadChanger } from '../values/changers.ts'
import { chosenText, type OpenConflict } from './choices.ts'
import { markConflicts, markMetadata } from './conflict-marks.ts'
import type { MergedFile, MergeSettings, SealedVersions } from './merge-sealed.ts'
import { mergeTexts } from './merge-texts.ts'

export interface KeylessMerge extends MergedFile {
  /** Whether somebody with a key has to seal the metadata again before this is a sealed file. */
  readonly needsReseal: boolean
}

/**
 * Merge sealed files by their ciphertexts, without opening them. A value that one side changed keeps its ciphertext; only the
 * MAC, which covers all values, cannot be made without a key: it is left in conflict, so that nobody commits it unnoticed.
 *
 * @throws FormatError
 */
export async function mergeWithoutKey(versions: SealedVersions, settings: MergeSettings): Promise<KeylessMerge> {
  const { store, layout, labels } = settings
  const changer = await loadChanger(store.name)
  const [base, ours, theirs] = [versions.base, versions.ours, versions.theirs].map((bytes) =>
    bytes === undefined ? undefined : bodyOf(store, bytes),
  )
  if (ours === undefined || theirs === undefined || changer === undefined) throw notMergeable()
  const tools = { store, changer, layout }
  const baseText =
    base?.text ??
    store.emit(
      ours.source.documents.map(() => ({ kind: 'branch', items: [] })),
      layout,
    )
  const merged = mergeTexts({ base: baseText, ours: ours.text, theirs: theirs.text }, tools)
  if (merged === undefined) throw notMergeable()
  const { text, open } = chosenText(merged, [], tools)
  const isOurs = holds(store, text, ours.text)
  const withOurs = withMetadata(store, text, ours.source)
  if (open.length === 0 && (isOurs || holds(store, text, theirs.text))) {
    const bytes = isOurs ? versions.ours : versions.theirs
    return { bytes, conflicts: [], notes: [], needsReseal: false }
  }
  const marked = open.length === 0 ? withOurs : markSides(store, text, open, ours.source, tools, labels)
  return {
    bytes: encodeText(markMetadata(store, marked, withMetadata(store, text, theirs.source), labels)),
    conflicts: open,
    notes: [],
    needsReseal: true,
  }
}

function markSides(
  store: Store,
  text: string,
  conflicts: readonly OpenConflict[],
  ours: Source,
  tools: Parameters<typeof chosenText>[2],
  labels: MergeSettings['labels'],
): string {
  const [asOurs, asTheirs] = (['ours', 'theirs'] as const).map((take) => {
    const choices = conflicts.map(({ document, path }) => ({ document, path, take }))
    return withMetadata(store, chosenText({ text, conflicts }, choices, tools).text, ours)
  })
  return markConflicts(store, { ours: asOurs ?? '', theirs: asTheirs ?? '' }, conflicts, labels)
}

/** A sealed file without its metadata. */
function bodyOf(store: Store, bytes: Uint8Array): { text: string; source: Source } {
  const { source } = readSealed(store, bytes)
  return { text: applyEdits(decodeText(bytes), source.removeMetadata()), source }
}

function withMetadata(store: Store, text: string, { metadata }: Source): string {
  const source = store.parse(text)
  return metadata === undefined ? text : applyEdits(text, source.placeMetadata(metadata))
}

function holds(store: Store, text: string, other: string): boolean {
  const [own, wanted] = [store.parse(text).documents, store.parse(other).documents]
  return own.length === wanted.length && own.every((root, index) => isSameContent(root, wanted[index]))
}

function notMergeable(): FormatError {
  return new FormatError('ERR_MERGE', 'without a key these files cannot be merged by their values', {
    hint: 'ask somebody who can open them to merge, or take one side with git checkout --ours FILE, or --theirs',
  })
}
