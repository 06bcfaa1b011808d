import { type DataKey, wipeDataKey } from '../crypto/data-key.ts'
import { verifyMac } from '../crypto/mac.ts'
import { type OpenedTree, openedDocuments, openTree, sameValues } from '../crypto/open-tree.ts'
import type { CiphertextPool } from '../crypto/reuse.ts'
import { FormatError } from '../errors.ts'
import { binaryBytes } from '../format/binary-document.ts'
import { applyEdits } from '../format/edits.ts'
import { DEFAULT_SELECTOR, type Metadata, parseMetadata } from '../format/metadata.ts'
import { compileSelector, SEAL_ALL } from '../format/selector.ts'
import type { EmitOptions, Source, Store } from '../format/store.ts'
import { decodeText, encodeText } from '../format/text.ts'
import type { Branch } from '../format/tree.ts'
import { checkVersion } from '../format/version.ts'
import type { Keyring } from '../keys/keyring.ts'

export interface OpenRequest {
  readonly store: Store
  readonly bytes: Uint8Array
  /** Layout of values that need other lines than their sealed form. */
  readonly layout?: EmitOptions
  /** Open although the MAC is missing or wrong. Values still have to verify one by one. */
  readonly ignoreMac?: boolean
  /** From `parseDecryptionOrder`. */
  readonly order?: readonly string[]
  /** Filled with the ciphertexts that were opened. */
  readonly pool?: CiphertextPool
}

/** A sealed file, opened. */
export class OpenedFile {
  readonly store: Store
  readonly source: Source
  readonly metadata: Metadata
  readonly tree: OpenedTree
  /** Wiped by {@link dispose}. */
  readonly dataKey: DataKey

  constructor(store: Store, source: Source, metadata: Metadata, tree: OpenedTree, dataKey: DataKey) {
    this.store = store
    this.source = source
    this.metadata = metadata
    this.tree = tree
    this.dataKey = dataKey
  }

  /** The plain documents. */
  documents(): Branch[] {
    return openedDocuments(this.source.documents, this.tree.opened)
  }

  /**
   * The plain file: the sealed text with its values put back in place.
   *
   * @throws FormatError `ERR_EMIT` when the text does not read back as the values that were opened
   */
  bytes(): Uint8Array {
    if (this.store.name === 'binary') return binaryBytes(this.documents())
    const text = applyEdits(this.source.text, [...this.tree.edits, ...this.source.removeMetadata()])
    if (!sameValues(this.source.documents, this.store.parse(text).documents, this.tree.opened)) {
      throw new FormatError('ERR_EMIT', 'the opened values cannot be written back into this layout', {
        hint: 'name an --output-type to have the file written anew',
      })
    }
    return encodeText(text)
  }

  /** The plain file in any format; in another than it has, it is written anew. @throws FormatError `ERR_EMIT` */
  bytesIn(output: Store, layout: EmitOptions): Uint8Array {
    if (output === this.store) return this.bytes()
    if (output.name === 'binary') return binaryBytes(this.documents())
    return encodeText(output.emit(this.documents(), layout))
  }

  dispose(): void {
    wipeDataKey(this.dataKey)
  }
}

/**
 * Parse a sealed file without opening it.
 *
 * @throws FormatError `ERR_NOT_SEALED`, `ERR_METADATA`, `ERR_VERSION`, and what the store throws
 */
export function readSealed(
  store: Store,
  bytes: Uint8Array,
  layout: EmitOptions = {},
): { source: Source; metadata: Metadata } {
  const source = store.parse(decodeText(bytes), layout)
  if (source.metadata === undefined) {
    throw new FormatError('ERR_NOT_SEALED', 'the file is not sealed: it has no sops metadata', {
      hint: `it was read as ${store.name}; if that is wrong, name its format with --input-type`,
    })
  }
  const metadata = parseMetadata(source.metadata)
  checkVersion(metadata.version)
  return { source, metadata }
}

/**
 * Open a sealed file: metadata, data key, values, MAC. Nothing is returned unless all of it is right.
 *
 * @throws KeyError `ERR_NO_DATA_KEY`; IntegrityError `ERR_VALUE_AUTH`, `ERR_MAC_MISMATCH`, `ERR_MAC_MISSING`; FormatError
 */
export async function openSealed(request: OpenRequest, keyring: Keyring): Promise<OpenedFile> {
  const { store, bytes, layout, order, pool } = request
  const { source, metadata } = readSealed(store, bytes, layout)
  const selector = store.name === 'binary' ? SEAL_ALL : await compileSelector(metadata.selector ?? DEFAULT_SELECTOR)
  const dataKey = await keyring.unwrap({
    groups: metadata.groups,
    shamirThreshold: metadata.shamirThreshold,
    ...(order === undefined ? {} : { order }),
  })
  try {
    const { macOnlyEncrypted, lastModified, mac } = metadata
    const tree = openTree(source, { dataKey, selector, macOnlyEncrypted, ...(pool === undefined ? {} : { pool }) })
    if (request.ignoreMac !== true) verifyMac({ dataKey, lastModified, mac, digest: tree.digest })
    return new OpenedFile(store, source, metadata, tree, dataKey)
  } catch (error) {
    wipeDataKey(dataKey)
    throw error
  }
}
