import { CiphertextPool } from '../crypto/reuse.ts'
import { KeyError } from '../errors.ts'
import type { KeyEntry } from '../format/metadata.ts'
import type { EmitOptions, Store } from '../format/store.ts'
import { keyName } from '../keys/key-name.ts'
import type { Keyring } from '../keys/keyring.ts'
import { isForeign, type OpenedFile, openSealed } from './open.ts'
import { newSealKey, type PlainFile, type SealKey, type SealPolicy, type SealTools } from './seal.ts'

/** An earlier sealed version of the file that is about to be sealed. */
interface Previous {
  readonly bytes: Uint8Array
  readonly file: OpenedFile
  readonly pool: CiphertextPool
}

export interface KeyChoice {
  readonly key: SealKey
  /** Set when nothing changed: the earlier version is the result. */
  readonly unchanged?: Uint8Array
  /** Why things are as they are, for the user. */
  readonly note?: string
}

/**
 * Choose the data key for a file: that of an earlier sealed version when we can open it and everybody who reads it still
 * may, so that unchanged values keep their ciphertexts; else a new one.
 *
 * @param candidates - earlier versions, the most recent first
 * @see docs/decisions/0006-reuse.md
 */
export async function chooseKey(
  file: PlainFile,
  policy: SealPolicy,
  candidates: readonly Uint8Array[],
  keyring: Keyring,
  tools: SealTools,
): Promise<KeyChoice> {
  const found = await findPrevious(candidates, file.store, file.layout, keyring)
  const fresh = async (note?: string): Promise<KeyChoice> => ({
    key: await newSealKey(policy, keyring, tools),
    ...(note === undefined ? {} : { note }),
  })
  if (found === undefined) return fresh()
  if (typeof found === 'string') return fresh(found)
  try {
    const change = readerChange(found.file, policy)
    if (change !== undefined) {
      found.file.dispose()
      return await fresh(`new data key: ${change}`)
    }
    const key = await extendKey(found, policy, keyring)
    const same = key.groups === found.file.metadata.groups && sameSettings(found.file, policy)
    if (!same || file.store.name !== found.file.store.name) return { key }
    return isEqual(found.file.bytes(), file.bytes) ? { key, unchanged: found.bytes } : { key }
  } catch (error) {
    found.file.dispose()
    throw error
  }
}

/**
 * The first candidate that opens; a note when there are sealed ones and none does; undefined when there is none. No key
 * service is asked, whatever could be reused then: encrypting calls nobody.
 */
async function findPrevious(
  candidates: readonly Uint8Array[],
  store: Store,
  layout: EmitOptions,
  keyring: Keyring,
): Promise<Previous | string | undefined> {
  let note: string | undefined
  for (const bytes of candidates) {
    const pool = new CiphertextPool()
    try {
      return { bytes, file: await openSealed({ store, bytes, layout, pool, offline: true }, { keyring }), pool }
    } catch (error) {
      if (!isForeign(error, store, bytes)) note ??= notOpened(error)
    }
  }
  return note
}

function notOpened(error: unknown): string {
  const reason = error instanceof KeyError ? 'cannot be opened here' : 'is damaged'
  return `new data key: the earlier sealed version ${reason}, so none of its ciphertexts are kept`
}

/** Why the data key cannot stay: somebody who has it may no longer read the file. */
function readerChange({ metadata }: OpenedFile, { groups, shamirThreshold }: SealPolicy): string | undefined {
  const before = metadata.groups.map((group) => group.map(keyName))
  const after = groups.map((group) => group.map(keyName))
  if (before.length === 1 && after.length === 1) {
    const [gone, ...others] = (before[0] ?? []).filter((name) => !after[0]?.includes(name))
    if (gone === undefined) return undefined
    return others.length === 0 ? `${gone} no longer reads it` : `${gone} and ${others.length} more no longer read it`
  }
  const threshold = shamirThreshold === 0 ? groups.length : shamirThreshold
  const sameGroups =
    before.length === after.length &&
    before.every((names, index) => isSameSet(names, after[index] ?? [])) &&
    (metadata.shamirThreshold || metadata.groups.length) === threshold
  return sameGroups ? undefined : 'the key groups changed'
}

/** The old data key, wrapped for new readers too. Nobody was removed. */
export async function extendKey(
  { file, pool }: Omit<Previous, 'bytes'>,
  { groups }: SealPolicy,
  keyring: Keyring,
): Promise<SealKey> {
  const { dataKey, metadata } = file
  const [old] = metadata.groups
  const known = new Map((old ?? []).map((entry) => [keyName(entry), entry]))
  const wanted = groups[0] ?? []
  const base = { dataKey, reuse: pool, shamirThreshold: metadata.shamirThreshold }
  const added = metadata.groups.length === 1 ? wanted.filter((description) => !known.has(keyName(description))) : []
  if (added.length === 0) return { ...base, groups: metadata.groups }
  const wrapped = await keyring.wrap({
    dataKey,
    groups: [added.map((description) => keyring.masterKey(description))],
    shamirThreshold: 0,
  })
  const entries = new Map([
    ...known,
    ...(wrapped.groups[0] ?? []).map((entry): [string, KeyEntry] => [keyName(entry), entry]),
  ])
  const inOrder = wanted.flatMap((description) => entries.get(keyName(description)) ?? [])
  return { ...base, groups: [inOrder] }
}

function sameSettings({ metadata }: OpenedFile, policy: SealPolicy): boolean {
  return (
    metadata.macOnlyEncrypted === policy.macOnlyEncrypted &&
    metadata.selector?.field === policy.selector?.field &&
    metadata.selector?.pattern === policy.selector?.pattern
  )
}

function isSameSet(first: readonly string[], second: readonly string[]): boolean {
  return first.length === second.length && first.every((name) => second.includes(name))
}

function isEqual(first: Uint8Array, second: Uint8Array): boolean {
  return Buffer.compare(first, second) === 0
}
