import { FormatError } from '../../errors.ts'
import { applyEdits } from '../../format/edits.ts'
import { type KeyGroup, type Metadata, metadataBranch } from '../../format/metadata.ts'
import type { Source, Store } from '../../format/store.ts'
import { decodeText, encodeText } from '../../format/text.ts'
import type { Node } from '../../format/tree.ts'
import { markDifferences } from '../../merge/marks.ts'
import { contentKey } from '../../merge/same.ts'
import { readSealed } from '../open.ts'
import { idOf } from '../readers/readers.ts'
import { loadChanger } from '../values/changers.ts'
import { chosenText } from './choices.ts'
import { mergeGroups } from './merge-policy.ts'
import type { MergedFile, MergeSettings, SealedVersions } from './merge-settings.ts'
import { mergeTexts } from './merge-texts.ts'
import { type Misplaced, misplacedIn } from './misplaced.ts'

export interface KeylessMerge extends MergedFile {
  /** Whether somebody with a key has to seal the metadata again before this is a sealed file. */
  readonly needsReseal: boolean
}

/** A sealed file without its metadata, and these. */
interface Body {
  readonly text: string
  readonly source: Source
  readonly metadata: Metadata
}

/**
 * Merge sealed files by their ciphertexts, without opening them. A value that one side changed keeps its ciphertext; only the
 * MAC, which covers all values, cannot be made without a key: it is left in conflict, so that nobody commits it unnoticed.
 *
 * @throws FormatError
 */
export async function mergeWithoutKey(versions: SealedVersions, settings: MergeSettings): Promise<KeylessMerge> {
  const { store, layout, marking } = settings
  const changer = await loadChanger(store.name)
  const [base, ours, theirs] = [versions.base, versions.ours, versions.theirs].map((bytes) =>
    bytes === undefined ? undefined : bodyOf(store, bytes),
  )
  if (ours === undefined || theirs === undefined || changer === undefined) throw notMergeable()
  checkMergeable(base, ours, theirs)
  const tools = { store, changer, layout, isSealed: true }
  const merged = mergeTexts({ base: base?.text, ours: ours.text, theirs: theirs.text }, tools)
  const { text, conflicts } = merged
  const groups = mergedEntries(base, ours, theirs)
  const notes = [...merged.notes, ...removalNotes([base, ours, theirs], groups)]
  const settled = [ours, theirs].find((side) => conflicts.length === 0 && side.text === text)
  if (settled !== undefined) {
    // the MAC covers the values, not who reads them
    const bytes = encodeText(withMetadata(store, text, { ...settled.metadata, groups }))
    return { bytes, conflicts: [], notes, needsReseal: false }
  }
  const [asOurs, asTheirs] = (
    [
      ['ours', ours],
      ['theirs', theirs],
    ] as const
  ).map(([take, { metadata }]) => {
    const all = conflicts.map(({ document, path }) => ({ document, path, take }))
    return withMetadata(store, chosenText(merged, all, tools).text, { ...metadata, groups })
  })
  await checkSelected([asOurs ?? '', asTheirs ?? ''], [ours, theirs], store)
  const marked = markDifferences(asOurs ?? '', asTheirs ?? '', marking)
  return { bytes: encodeText(marked), conflicts, notes, needsReseal: true }
}

/** @throws FormatError when a ciphertext would stand where nothing is sealed: a comment that selects it may be lost */
async function checkSelected(texts: readonly string[], sides: readonly Body[], store: Store): Promise<void> {
  const selector = sides[0]?.metadata.selector
  const known = await Promise.all(sides.map(({ source }) => misplacedIn(source.documents, selector)))
  const found = await Promise.all(texts.map((text) => misplacedIn(store.parse(text).documents, selector)))
  const isKnown = ({ text }: Misplaced) => known.flat().some((one) => one.text === text)
  if (!found.flat().every(isKnown)) throw notMergeable()
}

/** @throws FormatError when ciphertexts of the sides cannot stand in one file */
function checkMergeable(base: Body | undefined, ours: Body, theirs: Body): void {
  const settingsOf = ({ metadata }: Body) =>
    JSON.stringify([metadata.selector, metadata.shamirThreshold, metadata.macOnlyEncrypted])
  if (settingsOf(ours) !== settingsOf(theirs)) throw notMergeable()
  for (const [one, other] of [
    [ours, theirs],
    [base ?? ours, ours],
    [base ?? theirs, theirs],
  ] as const) {
    if (!haveOneKey(one, other)) throw notMergeable()
  }
}

/** Ciphertexts under one data key stay the same where values do, and so does the data key wrapped for a reader. */
function haveOneKey(one: Body, other: Body): boolean {
  const known = new Set([...wrappedIn(one), ...sealedIn(one.source.documents)])
  return [...wrappedIn(other), ...sealedIn(other.source.documents)].some((text) => known.has(text))
}

function wrappedIn({ metadata }: Body): string[] {
  return metadata.groups.flat().map(({ enc }) => enc)
}

function sealedIn(nodes: readonly Node[]): string[] {
  return nodes.flatMap((node) => {
    if (node.kind === 'scalar') return node.value.startsWith('ENC[') ? [node.value] : []
    if (node.kind === 'null') return []
    return sealedIn(
      node.items.flatMap((item) => (item.kind === 'comment' ? [] : item.kind === 'entry' ? item.value : item)),
    )
  })
}

/** Whoever one side added reads the file, whoever one side removed does not; nothing has to be wrapped for that. */
function mergedEntries(base: Body | undefined, ours: Body, theirs: Body): readonly KeyGroup[] {
  const [own, other] = [ours.metadata.groups, theirs.metadata.groups]
  if (contentOf(own) === contentOf(other)) return own
  const merged = mergeGroups({ base: base?.metadata, ours: ours.metadata, theirs: theirs.metadata })
  // shares of several groups fit each other only as they were made
  if (merged === undefined || merged.length !== 1) throw notMergeable()
  const entries = new Map([...other, ...own].flat().map((entry) => [idOf(entry), entry]))
  return [(merged[0] ?? []).flatMap((key) => entries.get(idOf(key)) ?? [])]
}

/** Who was removed has the data key, which only somebody with a key can change. */
function removalNotes(versions: readonly (Body | undefined)[], groups: readonly KeyGroup[]): string[] {
  const readers = new Set(groups.flat().map(idOf))
  const isGone = (version: Body | undefined) => version?.metadata.groups.flat().some((key) => !readers.has(idOf(key)))
  if (!versions.some((version) => isGone(version) === true)) return []
  return ['somebody was removed who has the data key, and it stays: somebody with a key should run "bulla rotate"']
}

function contentOf(groups: readonly KeyGroup[]): string {
  return JSON.stringify(groups)
}

function bodyOf(store: Store, bytes: Uint8Array): Body {
  const { source, metadata } = readSealed(store, bytes)
  return { text: applyEdits(decodeText(bytes), source.removeMetadata()), source, metadata }
}

function withMetadata(store: Store, text: string, metadata: Metadata): string {
  return applyEdits(text, store.parse(text).placeMetadata(metadataBranch(metadata)))
}

function notMergeable(): FormatError {
  return new FormatError('ERR_MERGE', 'without a key these files cannot be merged by their values', {
    hint: 'ask somebody who can open them to merge, or take one side with git checkout --ours FILE, or --theirs',
  })
}

/** A text in which only time and MAC are in conflict, with those of ours; undefined when values or readers are. */
export function withoutMarks(store: Store, ours: string, theirs: string): string | undefined {
  if (ours === theirs) return ours
  const [own, other] = [ours, theirs].map((text) => {
    const { source, metadata } = readSealed(store, encodeText(text))
    const { groups, selector, shamirThreshold, macOnlyEncrypted } = metadata
    return JSON.stringify([source.documents.map(contentKey), groups, selector, shamirThreshold, macOnlyEncrypted])
  })
  return own === other ? ours : undefined
}
