import { wipeDataKey } from '../../crypto/data-key.ts'
import { CiphertextPool } from '../../crypto/reuse.ts'
import { decodeText } from '../../format/text.ts'
import { sealedStore } from '../judge/sealed-store.ts'
import { openSealed } from '../open.ts'
import type { World } from '../ports.ts'
import type { SealKey } from '../seal.ts'
import { loadChanger } from '../values/changers.ts'
import { hasSameKey, mergedKey, type OpenedSide } from './merge-key.ts'
import { mergeOpened } from './merge-opened.ts'
import { mergePolicy } from './merge-policy.ts'
import type { MergedFile, MergeSettings, SealedVersions } from './merge-settings.ts'

/**
 * Merge sealed files value by value, in memory. What neither side changed keeps its ciphertext, and so does what one side
 * changed as long as its data key stays. What comes out as one of the sides is that side, byte for byte.
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
    const file = await openSealed({ store, bytes, layout, pool, file: settings.file }, world)
    const side = { bytes, file, pool }
    sides.push(side)
    return side
  }
  let key: SealKey | undefined
  try {
    const isPlain = versions.base !== undefined && sealedStore(settings.file, decodeText(versions.base)) === undefined
    const base = versions.base === undefined || isPlain ? undefined : await open(versions.base)
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
    const opened = { base, plainBase: isPlain ? versions.base : undefined, ours, theirs }
    const merged = await mergeOpened(opened, { ...settings, changer, policy, key }, world)
    return { ...merged, notes: disputes }
  } finally {
    for (const { file } of sides) file.dispose()
    if (key !== undefined) wipeDataKey(key.dataKey)
  }
}
