import { wipeDataKey } from '../../crypto/data-key.ts'
import { CiphertextPool } from '../../crypto/reuse.ts'
import { FormatError } from '../../errors.ts'
import type { EmitOptions, Store } from '../../format/store.ts'
import { decodeText, encodeText } from '../../format/text.ts'
import { openSealed } from '../open.ts'
import type { World } from '../ports.ts'
import { readPlain, type SealKey, type SealPolicy, sealFile } from '../seal.ts'
import { type Changer, loadChanger } from '../values/changers.ts'
import { type Choice, chosenText, type OpenConflict } from './choices.ts'
import { markConflicts } from './conflict-marks.ts'
import { hasSameKey, mergedKey, type OpenedSide } from './merge-key.ts'
import { mergePolicy } from './merge-policy.ts'
import { mergeTexts } from './merge-texts.ts'

/** Three sealed versions of one file. */
export interface SealedVersions {
  /** Undefined when both sides added the file. */
  readonly base: Uint8Array | undefined
  readonly ours: Uint8Array
  readonly theirs: Uint8Array
}

export interface MergeSettings {
  /** Absolute: beside its policy stand the identities that open it. */
  readonly file: string
  readonly store: Store
  readonly layout: EmitOptions
  /** How conflicts are decided; what is not named stays one. */
  readonly choices: readonly Choice[]
  /** What the sides are called in conflict marks. */
  readonly labels: { readonly ours: string; readonly theirs: string }
}

export interface MergedFile {
  /** Sealed; with marks around the values that are in conflict. */
  readonly bytes: Uint8Array
  /** What is still to be decided. */
  readonly conflicts: readonly OpenConflict[]
  /** Texts for the user. */
  readonly notes: readonly string[]
}

/**
 * Merge sealed files value by value, in memory. What neither side changed keeps its ciphertext, and so does what one side
 * changed as long as its data key stays.
 *
 * @throws KeyError `ERR_NO_DATA_KEY`; IntegrityError; FormatError, also for versions that have other documents
 */
export async function mergeSealed(
  versions: SealedVersions,
  settings: MergeSettings,
  world: World,
): Promise<MergedFile> {
  const { store, layout } = settings
  const changer = await loadChanger(store.name)
  const sides: OpenedSide[] = []
  const open = async (bytes: Uint8Array): Promise<OpenedSide> => {
    const pool = new CiphertextPool()
    const side = { file: await openSealed({ store, bytes, layout, pool, file: settings.file }, world.keyring), pool }
    sides.push(side)
    return side
  }
  let key: SealKey | undefined
  try {
    const base = versions.base === undefined ? undefined : await open(versions.base)
    const [ours, theirs] = [await open(versions.ours), await open(versions.theirs)]
    const { policy, disputes } = mergePolicy(
      {
        base: base?.file.metadata,
        ours: ours.file.metadata,
        theirs: theirs.file.metadata,
      },
      store.name === 'binary',
    )
    key = await mergedKey(base, ours, theirs, policy, world)
    if (hasSameKey(ours, theirs)) for (const side of [ours, theirs]) key.reuse?.addMissing(side.pool)
    const merged = await mergeOpened({ base, ours, theirs }, { ...settings, changer, policy, key }, world)
    return { ...merged, notes: disputes }
  } finally {
    for (const { file } of sides) file.dispose()
    if (key !== undefined) wipeDataKey(key.dataKey)
  }
}

interface Sealing extends MergeSettings {
  /** Undefined for binary files, which have no parts. */
  readonly changer: Changer | undefined
  readonly policy: SealPolicy
  readonly key: SealKey
}

interface OpenedSides {
  readonly base: OpenedSide | undefined
  readonly ours: OpenedSide
  readonly theirs: OpenedSide
}

async function mergeOpened({ base, ours, theirs }: OpenedSides, sealing: Sealing, world: World) {
  const { store, layout, changer, choices, policy, key, labels } = sealing
  const seal = async (plain: Uint8Array): Promise<Uint8Array> =>
    (await sealFile(readPlain(plain, store, store, layout), policy, key, world)).bytes
  const plain = (side: OpenedSide) => side.file.bytes()
  if (changer === undefined) {
    const whole = mergeWhole(base && plain(base), plain(ours), plain(theirs))
    return { bytes: await seal(whole), conflicts: [] }
  }
  const texts = { ours: decodeText(plain(ours)), theirs: decodeText(plain(theirs)) }
  // added on both sides: what they have in common is as if it had been there
  const baseText = base === undefined ? store.emit(emptied(theirs), layout) : decodeText(plain(base))
  const tools = { store, changer, layout }
  const merged = mergeTexts({ base: baseText, ...texts }, tools)
  if (merged === undefined) throw notMergeable()
  const { text, open } = chosenText(merged, choices, tools)
  if (open.length === 0) return { bytes: await seal(encodeText(text)), conflicts: [] }
  const [asOurs, asTheirs] = await Promise.all(
    (['ours', 'theirs'] as const).map(async (side) =>
      decodeText(await seal(encodeText(chosenText({ text, conflicts: open }, sideOf(open, side), tools).text))),
    ),
  )
  const marked = markConflicts(store, { ours: asOurs ?? '', theirs: asTheirs ?? '' }, open, labels)
  return { bytes: encodeText(marked), conflicts: open }
}

function sideOf(conflicts: readonly OpenConflict[], side: 'ours' | 'theirs'): Choice[] {
  return conflicts.map(({ document, path }) => ({ document, path, take: side }))
}

/** As many empty documents as a file has. */
function emptied({ file }: OpenedSide) {
  return file.source.documents.map(() => ({ kind: 'branch' as const, items: [] }))
}

function mergeWhole(base: Uint8Array | undefined, ours: Uint8Array, theirs: Uint8Array): Uint8Array {
  const isSame = (a: Uint8Array | undefined, b: Uint8Array) => a !== undefined && Buffer.compare(a, b) === 0
  if (isSame(ours, theirs) || isSame(base, theirs)) return ours
  if (isSame(base, ours)) return theirs
  throw new FormatError('ERR_MERGE', 'both sides changed a binary file, which has no parts that could be merged', {
    hint: 'take one of them: git checkout --ours FILE, or --theirs',
  })
}

function notMergeable(): FormatError {
  return new FormatError('ERR_MERGE', 'the sides have different documents, so their values cannot be told apart', {
    hint: 'take one side with git checkout --ours FILE, or --theirs, and make the other changes with "edit"',
  })
}
