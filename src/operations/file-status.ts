import { resolve } from 'node:path'
import { isBullaError } from '../errors.ts'
import { parseMetadata } from '../format/metadata.ts'
import { decodeText } from '../format/text.ts'
import type { StoreName } from '../format/tree.ts'
import { inFile } from './in-file.ts'
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
  try {
    const { bytes } = await world.files.open(absolute)
    const store = await loadStore(inputType ?? storeNameFor(path))
    const { metadata: block } = store.parse(decodeText(bytes))
    if (block === undefined) return { encrypted: false }
    const metadata = parseMetadata(block)
    return { encrypted: metadata.version !== '' && metadata.mac !== '' }
  } catch (error) {
    // a plain file of any other kind is no JSON: sops calls that an error, but the answer is no
    if (isBullaError(error) && error.code === 'ERR_SYNTAX' && (inputType ?? storeNameFor(path)) === 'binary')
      return { encrypted: false }
    throw inFile(error, absolute)
  }
}
