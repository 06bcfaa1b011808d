import { CiphertextPool } from '../crypto/reuse.ts'
import type { EmitOptions, Source, Store } from '../format/store.ts'
import { decodeText, encodeText } from '../format/text.ts'
import type { StoreName } from '../format/tree.ts'
import { keepStyles } from './keep-styles.ts'
import { layoutFor } from './layout.ts'
import { type OpenedFile, type OpenRequest, openSealed, readSealed, type SealedSource } from './open.ts'
import type { FileVersion, World } from './ports.ts'
import { policyOf, readPlain, sealFile } from './seal.ts'
import { loadStore, storeNameFor } from './stores.ts'
import { clearNotes } from './values/left-clear.ts'

export interface ChangeOptions {
  /** Default: by the ending of the path. */
  readonly inputType?: StoreName
  readonly ignoreMac?: boolean
  /** From `parseDecryptionOrder`. */
  readonly order?: readonly string[]
  /** Columns per level of what is written anew. Default: what the policy file says, else the store's own. */
  readonly indent?: number
}

/** A sealed file that was changed. */
export interface ResealedFile {
  readonly bytes: Uint8Array
  /** Texts for the user. */
  readonly notes: readonly string[]
}

/**
 * A sealed file that is open to be changed. Readers, selector and data key stay, and so do the ciphertexts of all values
 * that are the same afterwards.
 */
export class ChangingFile {
  readonly version: FileVersion
  readonly opened: OpenedFile
  readonly layout: EmitOptions
  private readonly pool: CiphertextPool

  constructor(version: FileVersion, opened: OpenedFile, layout: EmitOptions, pool: CiphertextPool) {
    this.version = version
    this.opened = opened
    this.layout = layout
    this.pool = pool
  }

  get store(): Store {
    return this.opened.store
  }

  /** The plain file. */
  plain(): Uint8Array {
    return this.opened.bytes()
  }

  /**
   * Seal `plain` in place of what was there.
   *
   * @throws FormatError `ERR_ALREADY_SEALED` when it holds the reserved key; what `sealFile` throws
   */
  async seal(plain: Uint8Array, world: World): Promise<ResealedFile> {
    const { store, metadata, dataKey } = this.opened
    const { groups, shamirThreshold } = metadata
    const policy = policyOf(metadata, store.name === 'binary')
    const file = readPlain(plain, store, store, this.layout)
    const sealed = await sealFile(file, policy, { dataKey, groups, shamirThreshold, reuse: this.pool }, world)
    if (file.source === undefined) return { bytes: sealed.bytes, notes: [] }
    const bytes = store.name === 'yaml' ? this.styled(file.source, sealed.bytes) : sealed.bytes
    return { bytes, notes: await clearNotes(this.opened.documents(), file.source.documents, metadata.selector) }
  }

  /** Only YAML has several ways to write a sealed value. */
  private styled(plain: Source, sealed: Uint8Array): Uint8Array {
    const { store, source } = this.opened
    const before = { sealed: source, plain: store.parse(decodeText(this.plain())) }
    const after = { sealed: store.parse(decodeText(sealed)), plain }
    return encodeText(keepStyles(before, after, store))
  }

  /** Wipe the data key. */
  dispose(): void {
    this.opened.dispose()
  }
}

/**
 * Open the sealed file at `path`, absolute, to change it.
 *
 * @throws FileError, KeyError, IntegrityError, FormatError: as opening throws
 */
export async function openToChange(path: string, options: ChangeOptions, world: World): Promise<ChangingFile> {
  return openRead(await readToChange(path, options, world), options, world)
}

/** A sealed file that was read and not opened yet. */
export interface ReadFile {
  readonly version: FileVersion
  readonly store: Store
  readonly layout: EmitOptions
  readonly parsed: SealedSource
}

/** Read the sealed file at `path`, absolute. @throws FileError, FormatError: as opening throws */
export async function readToChange(path: string, options: ChangeOptions, world: World): Promise<ReadFile> {
  const { inputType = storeNameFor(path), indent } = options
  const version = await world.files.open(path)
  const store = await loadStore(inputType)
  const layout = await layoutFor(path, inputType, indent, world)
  return { version, store, layout, parsed: readSealed(store, version.bytes, layout) }
}

/** Open what {@link readToChange} read. @throws KeyError, IntegrityError, FormatError */
export async function openRead(read: ReadFile, options: ChangeOptions, world: World): Promise<ChangingFile> {
  const pool = new CiphertextPool()
  const file = await openSealed({ ...requestFor(read, options), pool }, world)
  return new ChangingFile(read.version, file, read.layout, pool)
}

/** How to open what {@link readToChange} read. */
export function requestFor(
  { version, store, parsed }: ReadFile,
  { ignoreMac = false, order }: ChangeOptions,
): OpenRequest {
  return {
    store,
    bytes: version.bytes,
    file: version.path,
    parsed,
    ignoreMac,
    ...(order === undefined ? {} : { order }),
  }
}
