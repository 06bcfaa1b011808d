import { wipeDataKey } from '../../crypto/data-key.ts'
import { CiphertextPool } from '../../crypto/reuse.ts'
import { FormatError, IntegrityError } from '../../errors.ts'
import { decodeText, encodeText } from '../../format/text.ts'
import { markDifferences } from '../../merge/marks.ts'
import { compareDocuments } from '../diff/compare.ts'
import { sealedStore } from '../judge/sealed/sealed-store.ts'
import { type OpenedFile, openSealed } from '../open.ts'
import type { World } from '../ports.ts'
import type { SealKey } from '../seal.ts'
import { loadChanger } from '../values/changers.ts'
import { showPath } from '../values/tree-path.ts'
import { hasSameKey, mergedKey, type OpenedSide } from './merge-key.ts'
import { mergeOpened } from './merge-opened.ts'
import { isSetting, mergePolicy } from './merge-policy.ts'
import type { MergedFile, MergeSettings, SealedVersions } from './merge-settings.ts'
import { checkSelected } from './misplaced.ts'

/**
 * Merge sealed files value by value, in memory. What neither side changed keeps its ciphertext, and so does what one side
 * changed as long as its data key stays. What comes out as one of the sides is that side, byte for byte.
 *
 * @throws KeyError `ERR_NO_DATA_KEY`; IntegrityError; FormatError
 */
export async function mergeSealed(
  versions: SealedVersions,
  settings: MergeSettings,
  world: World,
): Promise<MergedFile> {
  const { store, layout, choices, fromMarks } = settings
  const changer = await loadChanger(store.name)
  const sides: OpenedSide[] = []
  const open = async (bytes: Uint8Array, name: keyof typeof DAMAGED): Promise<OpenedSide> => {
    const pool = new CiphertextPool()
    const request = { store, bytes, layout, pool, file: settings.file, ignoreMac: fromMarks, keepClear: fromMarks }
    const file = await openSealed(request, world).catch((error: unknown) => {
      const isDamaged = error instanceof IntegrityError || error instanceof FormatError
      throw isDamaged && !fromMarks ? error.withHint(DAMAGED[name]) : error
    })
    const side = { bytes, file, pool, isVerified: !fromMarks }
    sides.push(side)
    if (fromMarks) await checkSelected(file)
    return side
  }
  let key: SealKey | undefined
  try {
    const isPlain = versions.base !== undefined && sealedStore(settings.file, decodeText(versions.base)) === undefined
    const base = versions.base === undefined || isPlain ? undefined : await open(versions.base, 'base')
    const [ours, theirs] = [await open(versions.ours, 'ours'), await open(versions.theirs, 'theirs')]
    const metadata = { base: base?.file.metadata, ours: ours.file.metadata, theirs: theirs.file.metadata }
    const isTwoWay = fromMarks && versions.base === undefined
    const { policy, disputes, conflicts } = mergePolicy(metadata, {
      isBinary: store.name === 'binary',
      choices,
      isTwoWay,
    })
    // nothing is mixed before it is known who reads it
    if (conflicts.length > 0) return { bytes: markedSides(versions, settings), conflicts, notes: disputes }
    key = await mergedKey(base, ours, theirs, policy, world)
    if (hasSameKey(ours, theirs)) for (const side of [ours, theirs]) key.reuse?.addMissing(side.pool)
    const opened = { base, plainBase: isPlain ? versions.base : undefined, ours, theirs }
    const ofValues = choices.filter(({ path }) => !isSetting(path))
    const merged = await mergeOpened(opened, { ...settings, choices: ofValues, changer, policy, key }, world)
    const notes = [...disputes, ...merged.notes, ...(isTwoWay ? onlyOneSided(ours.file, theirs.file) : [])]
    return { ...merged, notes }
  } finally {
    for (const { file } of sides) file.dispose()
    if (key !== undefined) wipeDataKey(key.dataKey)
  }
}

/** What helps when a version is damaged: nobody wants to merge that. */
const DAMAGED = {
  base: 'that is how the version is that both sides changed: take one of them with git checkout --ours FILE, or --theirs',
  ours: 'that is how ours is: take the other side with git checkout --theirs FILE, or repair ours and merge again',
  theirs: 'that is how theirs is: take our side with git checkout --ours FILE, or repair theirs and merge again',
} as const

/** The sides as they are, with marks around all lines in which they differ. */
function markedSides({ ours, theirs }: SealedVersions, { marking }: MergeSettings): Uint8Array {
  return encodeText(markDifferences(decodeText(ours), decodeText(theirs), marking))
}

/** Without a base nobody knows whether one side put a value in or the other took it out. */
function onlyOneSided(ours: OpenedFile, theirs: OpenedFile): string[] {
  const changes = compareDocuments(ours.documents(), theirs.documents())
  const found = changes.filter(({ before, after }) => before === undefined || after === undefined)
  const places = found.map(
    ({ document, path }) => `${showPath([...path])}${document === 0 ? '' : ` of document ${document}`}`,
  )
  if (places.length === 0) return []
  if (places.length === 1) return [`${places[0]} stands on one side only: it was kept`]
  const rest = places.length - MAX_NAMED
  const named = `${places.slice(0, MAX_NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
  return [`${named} stand on one side only: they were kept`]
}

/** So many values are named. */
const MAX_NAMED = 5
