import { posix } from 'node:path'
import { FileError } from '../../src/errors.ts'
import type { FileSystem, WriteRequest } from '../../src/operations/ports.ts'

export interface MemoryFiles extends FileSystem {
  /** Contents by absolute path. */
  readonly contents: Map<string, string>
  readonly written: WriteRequest[]
}

/** A file system that is a map: folders are what paths have in common, links lead from one path to another. */
export function memoryFiles(
  given: Readonly<Record<string, string>>,
  links: Readonly<Record<string, string>> = {},
): MemoryFiles {
  const contents = new Map(Object.entries(given))
  const written: WriteRequest[] = []
  const real = (path: string) => links[path] ?? path
  const below = (folder: string) =>
    [...contents.keys()].filter((path) => path.startsWith(posix.join(folder, '/'))).sort()
  const read = (path: string) => {
    const content = contents.get(real(path))
    return content === undefined ? undefined : Buffer.from(content)
  }
  return {
    contents,
    written,
    read: async (path) => read(path),
    open: async (path) => {
      const bytes = read(path)
      if (bytes === undefined) throw new FileError('ERR_NO_FILE', 'not there', { where: { file: path } })
      return { path, bytes, stamp: `stamp of ${bytes.toString()}` }
    },
    checkPlace: async (path) => {
      if (path.includes('foreign')) throw new FileError('ERR_WRITE', 'no', { where: { file: path } })
    },
    write: async (request) => {
      if (request.path.includes('unwritable')) throw new FileError('ERR_WRITE', 'no', { where: { file: request.path } })
      written.push(request)
      contents.set(real(request.path), Buffer.from(request.bytes).toString())
    },
    kind: async (path) => (read(path) !== undefined ? 'file' : below(path).length > 0 ? 'folder' : undefined),
    list: async (folder) => below(folder),
    glob: async (pattern, cwd) => below(cwd).filter((path) => path.endsWith(pattern.replace(/^.*\*/, ''))),
    realPath: async (path) => real(path),
    createFolder: async (path, files) => {
      for (const [name, bytes] of files) contents.set(posix.join(path, name), Buffer.from(bytes).toString())
    },
  }
}
