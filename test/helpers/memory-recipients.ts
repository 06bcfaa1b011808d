import { posix } from 'node:path'
import { FileError } from '../../src/errors.ts'
import { type PlaceKind, RecipientBook, type RecipientFiles } from '../../src/recipients/directory.ts'

export interface MemoryPlaces extends RecipientFiles {
  /** How often a file was read. */
  readonly reads: { count: number }
}

/**
 * Files by absolute path; folders are what paths have in common.
 *
 * @param odd - paths where a link or a device stands
 */
export function memoryPlaces(
  contents: Readonly<Record<string, string>> | ReadonlyMap<string, string>,
  odd: Readonly<Record<string, PlaceKind>> = {},
): MemoryPlaces {
  const files = contents instanceof Map ? contents : new Map(Object.entries(contents))
  const reads = { count: 0 }
  const paths = () => [...files.keys(), ...Object.keys(odd)]
  const kindAt = async (path: string): Promise<PlaceKind | undefined> => {
    if (odd[path] !== undefined) return odd[path]
    if (files.has(path)) return 'file'
    return paths().some((other) => other.startsWith(posix.join(path, '/'))) ? 'folder' : undefined
  }
  return {
    reads,
    kindAt,
    entriesOf: async (folder) => {
      const inside = paths().filter((path) => path.startsWith(`${folder}/`))
      const names = new Set(inside.map((path) => path.slice(folder.length + 1).split('/')[0] ?? ''))
      return Promise.all(
        [...names].map(async (name) => ({ name, kind: (await kindAt(posix.join(folder, name))) ?? 'other' })),
      )
    },
    readPlain: async (path, maxBytes) => {
      reads.count += 1
      const content = files.get(path) ?? ''
      if (content.length <= maxBytes) return Buffer.from(content)
      throw new FileError('ERR_READ', 'cannot be read: it is too large', { where: { file: path } })
    },
  }
}

export function memoryRecipients(contents: Readonly<Record<string, string>>, cwd = '/repo'): RecipientBook {
  return new RecipientBook(memoryPlaces(contents), cwd)
}
