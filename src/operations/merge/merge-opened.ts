import { openTree } from '../../crypto/open-tree.ts'
import { CiphertextPool } from '../../crypto/reuse.ts'
import { applyEdits } from '../../format/edits.ts'
import { compileSelector, SEAL_ALL } from '../../format/selector.ts'
import type { Store } from '../../format/store.ts'
import { decodeText, encodeText } from '../../format/text.ts'
import { markDifferences } from '../../merge/marks.ts'
import type { World } from '../ports.ts'
import { readPlain, type SealKey, type SealPolicy, sealFile } from '../seal.ts'
import type { Changer } from '../values/changers.ts'
import { chosenText, type OpenConflict } from './choices.ts'
import { lostComments } from './lost-comments.ts'
import { isSameSide, type OpenedSide } from './merge-key.ts'
import type { MergedFile, MergeSettings } from './merge-settings.ts'
import { mergeTexts } from './merge-texts.ts'
import { mergeWhole } from './merge-whole.ts'
import { checkNothingUnsealed } from './nothing-unsealed.ts'

export interface Sealing extends MergeSettings {
  /** Undefined for binary files, which have no parts. */
  readonly changer: Changer | undefined
  readonly policy: SealPolicy
  readonly key: SealKey
}

/** Three versions, opened. */
export interface OpenedSides {
  readonly base: OpenedSide | undefined
  /** Set when the base was not sealed. */
  readonly plainBase: Uint8Array | undefined
  readonly ours: OpenedSide
  readonly theirs: OpenedSide
}

/** A merged file, plain: as it is, or as it is with either side where there is a conflict. */
interface MergedPlain {
  readonly open: readonly OpenConflict[]
  readonly ours: Uint8Array
  readonly theirs: Uint8Array
  /** Texts for the user. */
  readonly notes: readonly string[]
}

/** Merge what was opened, and seal it. @throws FormatError */
export async function mergeOpened(sides: OpenedSides, sealing: Sealing, world: World): Promise<MergedFile> {
  const { store, policy, key, marking } = sealing
  const { open, ours, theirs, notes } = mergePlain(sides, sealing)
  if (open.length === 0) {
    const side = [sides.ours, sides.theirs].find((one) => isSameSide(one, ours, policy, key))
    return { bytes: side?.bytes ?? (await seal(ours, sides, sealing, world)), conflicts: [], notes }
  }
  const asOurs = await seal(ours, sides, sealing, world)
  // what is in no conflict has the same ciphertext in both
  const reuse = await ciphertextsOf(asOurs, sealing)
  const asTheirs = await seal(theirs, sides, { ...sealing, key: { ...key, reuse } }, world)
  const texts = { ours: decodeText(asOurs), theirs: withMetadataOf(store, decodeText(asTheirs), decodeText(asOurs)) }
  return { bytes: encodeText(markDifferences(texts.ours, texts.theirs, marking)), conflicts: open, notes }
}

function mergePlain(sides: OpenedSides, { store, layout, changer, choices }: Sealing): MergedPlain {
  const [ours, theirs] = [sides.ours.file.bytes(), sides.theirs.file.bytes()]
  const base = sides.base?.file.bytes() ?? sides.plainBase
  if (changer === undefined) return mergeWhole({ base, ours, theirs }, choices)
  const baseText = base === undefined ? undefined : decodeText(base)
  const tools = { store, changer, layout }
  const merged = mergeTexts({ base: baseText, ours: decodeText(ours), theirs: decodeText(theirs) }, tools)
  const { text, open } = chosenText(merged, choices, tools)
  const [asOurs, asTheirs] = (['ours', 'theirs'] as const).map((take) => {
    if (open.length === 0) return text
    // what was chosen may take documents away: positions are those before that
    const all = open.map(({ document, path }) => ({ document, path, take }))
    return chosenText(merged, [...choices, ...all], tools).text
  })
  const documents = {
    base: sides.base?.file.documents() ?? (baseText === undefined ? [] : store.parse(baseText).documents),
    ours: sides.ours.file.documents(),
    theirs: sides.theirs.file.documents(),
  }
  const notes = [...merged.notes, ...lostComments(documents, () => store.parse(asOurs ?? text).documents)]
  return { open, ours: encodeText(asOurs ?? text), theirs: encodeText(asTheirs ?? text), notes }
}

async function seal(plain: Uint8Array, sides: OpenedSides, sealing: Sealing, world: World): Promise<Uint8Array> {
  const { store, layout, policy, key } = sealing
  const file = readPlain(plain, store, store, layout)
  if (file.source !== undefined) await checkNothingUnsealed(file.source.documents, policy, sides)
  // sealing takes ciphertexts out of the pool, and there may be another time
  const reuse = key.reuse === undefined ? {} : { reuse: key.reuse.copy() }
  return (await sealFile(file, policy, { ...key, ...reuse }, world)).bytes
}

async function ciphertextsOf(sealed: Uint8Array, { store, policy, key }: Sealing): Promise<CiphertextPool> {
  const pool = new CiphertextPool()
  const selector = policy.selector === undefined ? SEAL_ALL : await compileSelector(policy.selector)
  const { macOnlyEncrypted } = policy
  openTree(store.parse(decodeText(sealed)), { dataKey: key.dataKey, selector, macOnlyEncrypted, pool })
  if (key.reuse !== undefined) pool.addMissing(key.reuse)
  return pool
}

/** `text` with the metadata of another sealed text. */
function withMetadataOf(store: Store, text: string, other: string): string {
  const { metadata } = store.parse(other)
  return metadata === undefined ? text : applyEdits(text, store.parse(text).placeMetadata(metadata))
}
