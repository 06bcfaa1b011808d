import { type DataKey, wipeDataKey } from '../crypto/data-key.ts'
import { macAad, verifyMac } from '../crypto/mac.ts'
import { type Exchange, type OpenedTree, openedDocuments, openTree } from '../crypto/open-tree.ts'
import type { CiphertextPool } from '../crypto/reuse.ts'
import { sameValues } from '../crypto/same-values.ts'
import { type ErrorCode, FormatError, isBullaError } from '../errors.ts'
import { binaryBytes } from '../format/binary-document.ts'
import { unescapeValue } from '../format/dotenv/line.ts'
import { applyEdits, areSure } from '../format/edits.ts'
import { openedValue } from '../format/flat-value.ts'
import { DEFAULT_SELECTOR, type Metadata, parseMetadata } from '../format/metadata.ts'
import { compileSelector, SEAL_ALL } from '../format/selector.ts'
import type { EmitOptions, Source, Store } from '../format/store.ts'
import { decodeText, encodeText } from '../format/text.ts'
import type { Branch, Leaf } from '../format/tree.ts'
import { checkVersion } from '../format/version.ts'
import type { Keyring } from '../keys/keyring.ts'

export interface OpenRequest {
  readonly store: Store
  readonly bytes: Uint8Array
  /** Layout of values that need other lines than their sealed form. */
  readonly layout?: EmitOptions
  /** Open although the MAC is missing or wrong. Values still have to verify one by one. */
  readonly ignoreMac?: boolean
  /** Take values in clear that should be sealed as they are; only with {@link ignoreMac}. */
  readonly keepClear?: boolean
  /** From `parseDecryptionOrder`. */
  readonly order?: readonly string[]
  /** Filled with the ciphertexts that were opened. */
  readonly pool?: CiphertextPool
  /** A value that shall give way to another one; all others are only hashed. */
  readonly exchange?: Exchange
  /** The file itself, absolute: its recipients are looked for near it. Undefined for standard input. */
  readonly file?: string | undefined
  /** Whether no key service may be called. Default: false. */
  readonly offline?: boolean
  /** What `readSealed` gave for these bytes. */
  readonly parsed?: SealedSource
}

/** Learns what is opened. */
export interface OpenedFilesSink {
  /** Never rejects. @param path - absolute */
  add(path: string, bytes: Uint8Array, opened: OpenedFile): Promise<void>
}

/** With what files are opened. */
export interface OpenTools {
  readonly keyring: Keyring
  /** Told of every file that was opened, see `OpenedFiles`. */
  readonly opened?: OpenedFilesSink
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
    // sealed as JSON, which is YAML too: its quotes do not say how a value was spelled
    if (this.store.name === 'yaml' && isJson(this.source.text)) return encodeText(this.store.emit(this.documents()))
    const edits = [...this.tree.edits, ...this.source.removeMetadata()]
    const text = applyEdits(this.source.text, edits)
    if (!areSure(edits) && !this.readsBack(text)) {
      throw new FormatError('ERR_EMIT', 'the opened values cannot be written back into this layout', {
        hint: 'name an --output-type to have the file written anew',
      })
    }
    return encodeText(text)
  }

  private readsBack(text: string): boolean {
    const expected = readBack(this.store, this.tree.opened)
    return sameValues(this.source.documents, this.store.parse(text).documents, expected)
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

function isJson(text: string): boolean {
  if (!/^\s*\{/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** What opened leaves read back as. sops also seals numbers where everything is text, and opens them as their text. */
function readBack({ name }: Store, opened: ReadonlyMap<Leaf, Leaf>): ReadonlyMap<Leaf, Leaf> {
  if (name !== 'dotenv' && name !== 'ini') return opened
  // dotenv has no escape for the two characters \n: whoever reads them gets a line break
  const read = name === 'dotenv' ? unescapeValue : (text: string) => text
  const asText = (leaf: Leaf): Leaf =>
    leaf.kind === 'comment' ? leaf : { kind: 'scalar', type: 'str', value: read(openedValue(leaf)) }
  return new Map([...opened].map(([sealed, leaf]) => [sealed, asText(leaf)]))
}

/** A sealed file, parsed and not opened. */
export interface SealedSource {
  readonly source: Source
  readonly metadata: Metadata
  /** As it stands in the file. */
  readonly block: Branch
}

/**
 * Parse a sealed file without opening it.
 *
 * @throws FormatError `ERR_NOT_SEALED`, `ERR_METADATA`, `ERR_VERSION`, and what the store throws
 */
export function readSealed(store: Store, bytes: Uint8Array, layout: EmitOptions = {}): SealedSource {
  const source = parseAny(store, decodeText(bytes), layout)
  const { metadata: block } = source
  if (block === undefined) {
    throw new FormatError('ERR_NOT_SEALED', 'the file is not sealed: sops metadata not found', {
      hint: `it was read as ${store.name}; if that is wrong, name its format with --input-type`,
    })
  }
  const metadata = parseMetadata(block)
  checkVersion(metadata.version)
  return { source, metadata, block }
}

/** Every file whose name says nothing is read as a sealed binary file: when it is none, the name is what is wrong. */
function parseAny(store: Store, text: string, layout: EmitOptions): Source {
  try {
    return store.parse(text, layout)
  } catch (error) {
    if (store.name !== 'binary' || !isBullaError(error) || error.code !== 'ERR_SYNTAX') throw error
    throw new FormatError('ERR_NOT_SEALED', 'the file is not sealed as a binary file', {
      hint: 'if it is yaml, json, dotenv or ini, name that with --input-type',
    })
  }
}

/** Errors of a file that is none of ours, as most files in a folder are. */
const FOREIGN_CODES: readonly ErrorCode[] = [
  'ERR_NOT_SEALED',
  'ERR_SYNTAX',
  'ERR_UTF8',
  'ERR_LIMIT',
  'ERR_UNSUPPORTED_VALUE',
]

/**
 * Whether `error`, from opening a file, only says that the file was never sealed. One that holds sealed values is damaged
 * (a merge left its marks, the metadata got lost): leaving it out of a folder would go unnoticed.
 */
export function isForeign(error: unknown, store: Store, bytes: Uint8Array): boolean {
  if (!isBullaError(error) || !FOREIGN_CODES.includes(error.code)) return false
  // any file may be binary, and documentation shows sealed values: only JSON can be a sealed one
  const canBeSealed = store.name !== 'binary' || /^\s*\{/.test(viewOf(bytes).toString('latin1', 0, 64))
  return !canBeSealed || !holdsSealedValues(bytes)
}

/** Whether there is anything in a file that looks like a sealed value. */
export function holdsSealedValues(bytes: Uint8Array): boolean {
  return viewOf(bytes).includes('ENC[AES256_GCM,')
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}

/** Whether a file is sealed: it has metadata that can be read, not only something under their name. */
export function isSealed(store: Store, bytes: Uint8Array): boolean {
  try {
    readSealed(store, bytes)
    return true
  } catch (error) {
    if (isBullaError(error)) return false
    throw error
  }
}

/** Whether bytes are a sealed binary file. */
export function isSealedBinary(binaryStore: Store, bytes: Uint8Array): boolean {
  try {
    readSealed(binaryStore, bytes)
    return true
  } catch (error) {
    return !isForeign(error, binaryStore, bytes)
  }
}

/**
 * Open a sealed file: metadata, data key, values, MAC. Nothing is returned unless all of it is right.
 *
 * @throws KeyError `ERR_NO_DATA_KEY`; IntegrityError `ERR_VALUE_AUTH`, `ERR_MAC_MISMATCH`, `ERR_MAC_MISSING`; FormatError
 */
export async function openSealed(request: OpenRequest, { keyring, opened }: OpenTools): Promise<OpenedFile> {
  const { store, bytes, layout, order, pool, exchange } = request
  const { source, metadata } = request.parsed ?? readSealed(store, bytes, layout)
  const selector = store.name === 'binary' ? SEAL_ALL : await compileSelector(metadata.selector ?? DEFAULT_SELECTOR)
  const dataKey = await keyring.unwrap({
    groups: metadata.groups,
    shamirThreshold: metadata.shamirThreshold,
    ...(order === undefined ? {} : { order }),
    ...(request.file === undefined ? {} : { file: request.file }),
    offline: request.offline === true,
  })
  try {
    const { macOnlyEncrypted, lastModified, mac } = metadata
    const { keepClear = false, ignoreMac = false } = request
    const tree = openTree(source, {
      dataKey,
      selector,
      macOnlyEncrypted,
      keepClear,
      ...(ignoreMac ? {} : { mac: { text: mac, aad: macAad(lastModified) } }),
      ...(pool === undefined ? {} : { pool }),
      ...(exchange === undefined ? {} : { exchange }),
    })
    const { digest, otherDigest } = tree
    if (!ignoreMac) verifyMac({ dataKey, lastModified, mac, digest, otherDigest, opened: tree.mac })
    const file = new OpenedFile(store, source, metadata, tree, dataKey)
    if (request.file !== undefined) await opened?.add(request.file, bytes, file)
    return file
  } catch (error) {
    wipeDataKey(dataKey)
    throw error
  }
}
