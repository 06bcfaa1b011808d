import { join } from 'node:path'
import { CiphertextPool } from '../../crypto/reuse.ts'
import { isBullaError } from '../../errors.ts'
import { decodeText } from '../../format/text.ts'
import type { Leaf } from '../../format/tree.ts'
import type { Repository } from '../git-port.ts'
import type { JudgedFile } from '../judge/judge-files.ts'
import { sealedStore } from '../judge/sealed-store.ts'
import { openSealed, readSealed } from '../open.ts'
import type { World } from '../ports.ts'
import { loadStore } from '../stores.ts'
import { KnownValues } from './known-values.ts'

const FILE = '100644'

type Needs = Pick<World, 'files' | 'keyring' | 'random'>

/** What is known of the sealed values of a repository. */
export interface Knowledge {
  readonly values: KnownValues
  /** How many sealed files could not be opened without asking or calling anybody. */
  readonly unopened: number
}

/**
 * Bring the fingerprints of a repository up to date: of the files of HEAD that changed since the last time, and of what is
 * staged. Files are opened with keys that are at hand, offline; nobody is asked.
 */
export async function refreshKnownValues(
  repository: Repository,
  { files, keyring, random }: Needs,
): Promise<Knowledge> {
  const path = join((await repository.folders()).common, 'bulla', 'sealed-values.json')
  const stored = await files.read(path)
  const values = (stored === undefined ? undefined : KnownValues.parse(stored)) ?? KnownValues.create(random)
  const head = await repository.commitId('HEAD')
  const isSame = head === values.commit
  // what could not be opened is tried again: a key may have come
  const candidates = [
    ...[...values.unopened].map(([id, name]) => ({ id, path: name, mode: FILE })),
    ...(isSame ? [] : await filesSince(values.commit, head, repository)),
    ...(await repository.staged()),
  ]
  const before = values.unopened.size
  let opened = 0
  for (const file of candidates.filter(({ id, mode }) => mode.startsWith('100') && !values.has(id))) {
    const outcome = await openBlob(file, repository, keyring)
    if (outcome === 'unopened') values.unopened.set(file.id, file.path)
    else if (outcome !== 'plain') {
      values.add(file.id, outcome)
      opened += 1
    }
  }
  values.commit = head
  if (opened > 0 || !isSame || values.unopened.size !== before) {
    await files.write({ path, bytes: values.format(), mode: 0o600, makeFolders: true })
  }
  return { values, unopened: values.unopened.size }
}

async function filesSince(
  before: string | undefined,
  head: string | undefined,
  repository: Repository,
): Promise<readonly JudgedFile[]> {
  if (head === undefined) return []
  const isKnown = before !== undefined && (await repository.has(before))
  return isKnown ? repository.between(before, head) : repository.files(head)
}

/** The values of a sealed file. */
async function openBlob(
  { id, path }: JudgedFile,
  repository: Repository,
  keyring: World['keyring'],
): Promise<readonly string[] | 'plain' | 'unopened'> {
  const bytes = await repository.blob(id)
  if (
    bytes === undefined ||
    !Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes('ENC[AES256_GCM,')
  ) {
    return 'plain'
  }
  const values = new ValueCollector()
  try {
    const name = sealedStore(path, decodeText(bytes))
    if (name === undefined) return 'plain'
    const store = await loadStore(name)
    const { groups, shamirThreshold } = readSealed(store, bytes).metadata
    if (!(await keyring.holds({ groups, shamirThreshold, offline: true }))) return 'unopened'
    const file = await openSealed(
      { store, bytes, offline: true, ignoreMac: true, keepClear: true, pool: values },
      keyring,
    )
    file.dispose()
    return values.found
  } catch (error) {
    // what is damaged is for the judge to tell
    if (isBullaError(error)) return 'plain'
    throw error
  }
}

/** Takes what was opened instead of remembering how it was sealed. */
class ValueCollector extends CiphertextPool {
  readonly found: string[] = []

  override add(_aad: string, leaf: Leaf): void {
    if (leaf.kind === 'scalar') this.found.push(leaf.value)
  }
}
