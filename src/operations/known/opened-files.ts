import { createHash } from 'node:crypto'
import { dirname, relative, sep } from 'node:path'
import type { RandomSource } from '../../crypto/random.ts'
import { Fingerprinter } from '../../scan/known/fingerprint.ts'
import type { OpenedFile } from '../open.ts'
import type { FileSystem } from '../ports.ts'
import type { SealedValue } from './known-file.ts'
import { KnownStore } from './known-store.ts'
import { valuesOf } from './values-of.ts'

/** Where files lie, without asking git. */
export interface Places {
  folders(path: string): { readonly root: string; readonly common: string } | undefined
  objectHash(common: string): 'sha1' | 'sha256'
}

interface Repository {
  readonly root: string
  readonly hash: 'sha1' | 'sha256'
  readonly store: KnownStore
  /** With which fingerprints were made. */
  key: Uint8Array | undefined
  readonly ids: Set<string>
  readonly values: Map<string, SealedValue>
}

/** Remembers the values of all files that this process opens, as fingerprints; written once, at its end. */
export class OpenedFiles {
  private readonly files: FileSystem
  private readonly random: RandomSource
  private readonly places: Places
  /** By git's own folder. */
  private readonly repositories = new Map<string, Repository>()
  /** By the folders that files lie in; undefined outside of any. */
  private readonly around = new Map<string, Repository | undefined>()

  constructor(files: FileSystem, random: RandomSource, places: Places) {
    this.files = files
    this.random = random
    this.places = places
  }

  /** Never rejects: who opens a file wants the file. @param path - absolute */
  async add(path: string, bytes: Uint8Array, opened: OpenedFile): Promise<void> {
    try {
      const repository = this.repositoryOf(path)
      const known = await repository?.store.load()
      if (repository === undefined || known === undefined) return
      const id = blobId(bytes, repository.hash)
      if (known.opened.has(id) || repository.ids.has(id)) return
      repository.key = known.key
      repository.ids.add(id)
      const name = relative(repository.root, path).split(sep).join('/')
      const values = valuesOf(opened, name, new Fingerprinter(known.key, known.base))
      for (const value of values) repository.values.set(value.id, value)
    } catch {
      // a folder that cannot be read, a file of somebody else: copies of these values are not found
    }
  }

  /** Write what is new. Never rejects. */
  async settle(): Promise<void> {
    for (const { store, key, ids, values } of this.repositories.values()) {
      if (key === undefined || ids.size === 0) continue
      try {
        await store.update((known) => {
          // somebody else began at the same time, with another key: it will be seen the next time
          if (!Buffer.from(known.key).equals(key)) return false
          return remember(known, ids, values.values())
        })
      } catch {
        // a folder that cannot be written to, a full disk
      }
    }
    this.repositories.clear()
    this.around.clear()
  }

  private repositoryOf(path: string): Repository | undefined {
    const folder = dirname(path)
    if (!this.around.has(folder)) this.around.set(folder, this.findRepository(path))
    return this.around.get(folder)
  }

  private findRepository(path: string): Repository | undefined {
    const folders = this.places.folders(path)
    if (folders === undefined) return undefined
    const known = this.repositories.get(folders.common)
    if (known !== undefined) return known
    const made = {
      root: folders.root,
      hash: this.places.objectHash(folders.common),
      store: new KnownStore(folders.common, this.files, this.random),
      key: undefined,
      ids: new Set<string>(),
      values: new Map<string, SealedValue>(),
    }
    this.repositories.set(folders.common, made)
    return made
  }
}

/** What is seen again counts as new, so that it stays longest. @returns whether something is new */
export function remember(
  known: Parameters<Parameters<KnownStore['update']>[0]>[0],
  ids: Iterable<string>,
  values: Iterable<SealedValue>,
): boolean {
  let isNew = false
  for (const id of ids) {
    isNew ||= !known.opened.has(id)
    known.opened.add(id)
    known.closed.delete(id)
  }
  for (const value of values) {
    known.values.delete(value.id)
    known.values.set(value.id, value)
  }
  return isNew
}

function blobId(bytes: Uint8Array, hash: 'sha1' | 'sha256'): string {
  return createHash(hash).update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
}
