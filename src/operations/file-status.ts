import { resolve } from 'node:path'
import { FormatError } from '../errors.ts'
import { parseMetadata } from '../format/metadata.ts'
import type { Store } from '../format/store.ts'
import { decodeText } from '../format/text.ts'
import type { StoreName } from '../format/tree.ts'
import { inFile } from './in-file.ts'
import { holdsSealedValues, isForeign } from './open.ts'
import type { World } from './ports.ts'
import { loadStore, storeNameFor } from './stores.ts'

/**
 * Whether a file is sealed: it has metadata with a version and a MAC. Nothing is opened and no rule is asked.
 *
 * @throws FileError `ERR_NO_FILE`, `ERR_READ`; FormatError when the file cannot be parsed or its metadata is broken
 */
export async function fileStatus(
  path: string,
  inputType: StoreName | undefined,
  world: World,
): Promise<{ encrypted: boolean }> {
  const absolute = resolve(world.cwd, path)
  const type = inputType ?? storeNameFor(path)
  try {
    const [{ bytes }, store] = await Promise.all([world.files.open(absolute), loadStore(type)])
    return { encrypted: hasBlock(store, bytes) }
  } catch (error) {
    throw inFile(error, absolute, type)
  }
}

function hasBlock(store: Store, bytes: Uint8Array): boolean {
  try {
    const { metadata: block } = store.parse(decodeText(bytes))
    if (block === undefined) return false
    const { version, mac } = parseMetadata(block)
    return version !== '' && mac !== ''
  } catch (error) {
    if (store.name !== 'binary' || !isForeign(error, store, bytes)) throw error
    if (holdsSealedValues(bytes)) {
      throw new FormatError('ERR_NOT_SEALED', 'the file holds sealed values, but is not sealed as a binary file', {
        hint: 'if it is yaml, json, dotenv or ini, name that with --input-type',
      })
    }
    // a plain file of no known type is no JSON: sops calls that an error, but the answer is no
    return false
  }
}
