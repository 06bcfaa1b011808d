import { createHash } from 'node:crypto'
import { isBullaError } from '../../errors.ts'
import type { Keyring } from '../../keys/keyring.ts'
import { Fingerprinter } from '../../scan/known/fingerprint.ts'
import type { Repository } from '../git-port.ts'
import type { JudgedFile } from '../judge/tree-port.ts'
import type { KnownFile, SealedValue } from './known-file.ts'
import type { KnownStore } from './known-store.ts'
import { remember } from './opened-files.ts'

/** How every sealed value begins. */
const SEALED = 'ENC[AES256_GCM,'
/** With so many changes since the last commit that was looked at, the one that is looked at now is written down. */
const MANY_CHANGES = 100

export interface RefreshRequest {
  readonly repository: Repository
  readonly store: KnownStore
  /** Asked for when it is needed: most commits seal nothing. */
  readonly keyring: () => Promise<Keyring>
  /** Of the work tree, absolute: recipients are looked for in it. */
  readonly root: string
}

/**
 * Look into the sealed files of the index that are new since the last time, with keys that are surely at hand: nobody is
 * asked, nothing is run or called.
 *
 * @returns what is known then; undefined when there is nothing that could be read
 * @throws GitError
 */
export async function refreshKnown(request: RefreshRequest): Promise<KnownFile | undefined> {
  const { repository, store, keyring } = request
  const known = await store.load()
  if (known === undefined) return undefined
  const head = await repository.head()
  const keys = known.closed.size > 0 || known.head === undefined ? await keysAtHand(await keyring()) : known.keys
  const isFirst = known.head === undefined && known.opened.size === 0
  const isFull = head !== undefined && (known.head === undefined || keys !== known.keys)
  const [staged, changed] = await Promise.all([
    repository.staged(),
    isFull ? sealedInIndex(repository) : changedSince(known.head, head, repository),
  ])
  const wanted = new Map<string, JudgedFile>()
  for (const file of [...staged, ...changed]) {
    const isSeen = known.opened.has(file.id) || (known.closed.has(file.id) && keys === known.keys)
    if (!isSeen && file.mode.startsWith('100')) wanted.set(file.id, file)
  }
  const seen = await lookInto([...wanted.values()], known, request)
  const isWorthIt = seen.ids.length > 0 || seen.closed.length > 0 || isFull || isFirst || changed.length > MANY_CHANGES
  if (!isWorthIt) return known
  const change = (current: KnownFile) => {
    remember(current, seen.ids, seen.values)
    for (const { id, path } of seen.closed) if (!current.opened.has(id)) current.closed.set(id, path)
    current.head = head ?? current.head
    current.keys = keys
    return true
  }
  change(known)
  await store.update((current) => Buffer.from(current.key).equals(known.key) && change(current))
  return known
}

/** A commit that is gone, after a rebase and a cleaning, says nothing: then everything counts as changed. */
async function changedSince(
  before: string | undefined,
  head: string | undefined,
  repository: Repository,
): Promise<readonly JudgedFile[]> {
  if (before === undefined || head === undefined || before === head) return []
  try {
    return await repository.between(before, head)
  } catch (error) {
    if (isBullaError(error)) return sealedInIndex(repository)
    throw error
  }
}

async function sealedInIndex(repository: Repository): Promise<readonly JudgedFile[]> {
  const [paths, files] = await Promise.all([repository.holding(SEALED), repository.files('')])
  const wanted = new Set(paths)
  return files.filter(({ path }) => wanted.has(path))
}

interface Seen {
  readonly ids: string[]
  readonly closed: JudgedFile[]
  readonly values: SealedValue[]
}

async function lookInto(files: readonly JudgedFile[], known: KnownFile, request: RefreshRequest): Promise<Seen> {
  const seen: Seen = { ids: [], closed: [], values: [] }
  if (files.length === 0) return seen
  const fingerprinter = new Fingerprinter(known.key, known.base)
  for await (const { file, bytes } of request.repository.tree('').contents(files)) {
    if (bytes === undefined || !Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(SEALED)) continue
    // most commits have no new sealed file
    const { valuesIn } = await import('./values-in.ts')
    const tools = { keyring: await request.keyring(), root: request.root }
    const values = await valuesIn(file, bytes, fingerprinter, tools)
    if (values === 'none') continue
    if (values === 'closed') seen.closed.push(file)
    else {
      seen.ids.push(file.id)
      seen.values.push(...values)
    }
  }
  return seen
}

/** Changes when another key is at hand. */
async function keysAtHand(keyring: Keyring): Promise<string> {
  const places = await keyring.survey()
  const names = places.flatMap(({ place, names: recipients }) => [place, ...recipients])
  return createHash('sha256').update(names.join('\n')).digest('base64url').slice(0, 22)
}
