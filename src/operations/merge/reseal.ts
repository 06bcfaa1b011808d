import { CiphertextPool } from '../../crypto/reuse.ts'
import { FormatError, isBullaError } from '../../errors.ts'
import { DEFAULT_SELECTOR } from '../../format/metadata.ts'
import { decodeText, encodeText } from '../../format/text.ts'
import { sidesOf } from '../../merge/marks.ts'
import { sealedStore } from '../judge/sealed/sealed-store.ts'
import { layoutFor } from '../layout.ts'
import { openSealed } from '../open.ts'
import type { World } from '../ports.ts'
import { policyOf, readPlain, sealFile } from '../seal.ts'
import { loadStore } from '../stores.ts'
import { checkSelected } from './misplaced.ts'
import { withoutMarks } from './without-key.ts'

/**
 * Seal a damaged file again: what is sealed is opened, what stands there in clear and should be sealed is taken as new, the
 * MAC is made anew. For files that were merged or changed without bulla.
 *
 * @throws KeyError, IntegrityError `ERR_VALUE_AUTH`, FormatError
 */
export async function reseal(path: string, bytes: Uint8Array, world: World): Promise<Uint8Array> {
  try {
    return await resealed(path, bytes, world)
  } catch (error) {
    throw isBullaError(error) ? error.at({ file: path }) : error
  }
}

async function resealed(path: string, bytes: Uint8Array, world: World): Promise<Uint8Array> {
  const sides = sidesOf(decodeText(bytes))
  const name = sealedStore(path, sides.ours)
  if (name === undefined) {
    throw new FormatError('ERR_NOT_SEALED', 'the file is not sealed', {
      where: { file: path },
      hint: 'seal it with "encrypt --in-place"',
    })
  }
  const store = await loadStore(name)
  const text = withoutMarks(store, sides.ours, sides.theirs)
  if (text === undefined) {
    throw new FormatError('ERR_MERGE', 'values or readers of this file are still in conflict', {
      where: { file: path },
      hint: 'decide them: bulla resolve FILE',
    })
  }
  const layout = await layoutFor(path, name, undefined, world)
  const pool = new CiphertextPool()
  const request = { store, bytes: encodeText(text), layout, pool, ignoreMac: true, keepClear: true, file: path }
  const opened = await openSealed(request, world)
  try {
    await checkSelected(opened)
    const { dataKey, metadata } = opened
    const { groups, shamirThreshold, selector = DEFAULT_SELECTOR } = metadata
    const policy = policyOf({ ...metadata, selector }, store.name === 'binary')
    const plain = readPlain(opened.bytes(), store, store, layout)
    return (await sealFile(plain, policy, { dataKey, groups, shamirThreshold, reuse: pool }, world)).bytes
  } finally {
    opened.dispose()
  }
}
