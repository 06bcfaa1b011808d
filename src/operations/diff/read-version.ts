import { createHash } from 'node:crypto'
import { BullaError } from '../../errors.ts'
import { looksSealed } from '../../format/enc.ts'
import type { Metadata } from '../../format/metadata.ts'
import type { Store } from '../../format/store.ts'
import { decodeText } from '../../format/text.ts'
import type { Branch, Node, StoreName } from '../../format/tree.ts'
import { sealedStore, sealedUnderAnotherName } from '../judge/sealed/sealed-store.ts'
import { type OpenedFile, openSealed, readSealed } from '../open.ts'
import type { World } from '../ports.ts'
import { loadStore, storeNameFor } from '../stores.ts'

/** One version of a file, as far as it can be read. */
export interface ReadVersion {
  readonly store: Store
  /** Undefined in a plain file. */
  readonly metadata: Metadata | undefined
  /** As they stand in the file. */
  readonly documents: readonly Branch[]
  /** Undefined when it is plain, or no key that is surely at hand opens it. Disposed of by who asked. */
  readonly opened: OpenedFile | undefined
}

/**
 * Read a version of a file, and open it when a key for that is surely at hand: nobody is asked, nothing is run or called.
 *
 * @returns undefined for what cannot be read at all
 */
export async function readVersion(
  bytes: Uint8Array,
  path: string,
  world: World,
  wantsOpened: boolean,
): Promise<ReadVersion | undefined> {
  const text = decodeText(bytes)
  const [named, other] = [sealedStore(path, text), sealedUnderAnotherName(text)]
  const readAs = (name: StoreName | undefined) => quietly(() => readIn(name, { bytes, path, text, wantsOpened }, world))
  const version = await readAs(named ?? other)
  return version === undefined && named !== undefined && other !== undefined && other !== named
    ? readAs(other)
    : version
}

interface Version {
  readonly bytes: Uint8Array
  readonly path: string
  readonly text: string
  readonly wantsOpened: boolean
}

/** @param name - undefined when it is not sealed */
async function readIn(
  name: StoreName | undefined,
  { bytes, path, text, wantsOpened }: Version,
  world: World,
): Promise<ReadVersion> {
  const store = await loadStore(name ?? storeNameFor(path))
  if (name === undefined) {
    const documents = store.name === 'binary' ? [] : store.parse(text).documents
    return { store, metadata: undefined, documents, opened: undefined }
  }
  const parsed = readSealed(store, bytes)
  const { metadata } = parsed
  const canOpen = wantsOpened && (await world.keyring.holds({ ...metadata, file: path }))
  const request = { store, bytes, parsed, file: path, offline: true, ignoreMac: true }
  const opened = canOpen ? await quietly(() => openSealed(request, world)) : undefined
  return { store, metadata, documents: parsed.source.documents, opened }
}

async function quietly<T>(run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof BullaError) return undefined
    throw error
  }
}

/** What tells one ciphertext from another, short enough to show: the same for the same ciphertext, and of no use otherwise. */
export function mark(node: Node): string {
  if (node.kind !== 'scalar' || !looksSealed(node.value)) return ''
  return markOf(node.value)
}

/** The same for a ciphertext. */
export function markOf(sealed: string): string {
  return createHash('sha256').update(sealed).digest('hex').slice(0, 12)
}
