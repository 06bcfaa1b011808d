import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readFileSync, type Stats } from 'node:fs'
import { FileError } from '../../errors.ts'
import { fileError, systemCode } from './file-errors.ts'

type Kind = 'file' | 'folder' | 'link' | 'other'

/** See `RecipientFiles` in `recipients/directory.ts`. Nothing here follows a link. */
export const nodeRecipientFiles = {
  async kindAt(path: string): Promise<Kind | undefined> {
    try {
      const stats = lstatSync(path, { throwIfNoEntry: false })
      return stats === undefined ? undefined : kindOf(stats)
    } catch (error) {
      if (systemCode(error) === 'ENOTDIR') return undefined
      throw fileError('ERR_READ', 'cannot be read', path, error)
    }
  },

  async entriesOf(folder: string): Promise<{ name: string; kind: Kind }[]> {
    try {
      return readdirSync(folder, { withFileTypes: true }).map((entry) => ({ name: entry.name, kind: kindOf(entry) }))
    } catch (error) {
      throw fileError('ERR_READ', 'the folder cannot be read', folder, error)
    }
  },

  async readPlain(path: string, maxBytes: number): Promise<Uint8Array> {
    let descriptor: number | undefined
    try {
      // not waiting: a pipe that nobody writes to would hold us for ever. Windows has neither flag
      const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants
      descriptor = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
      const stats = fstatSync(descriptor)
      if (stats.isFile() && stats.size <= maxBytes) return readFileSync(descriptor)
      const problem = stats.isFile() ? `it is larger than ${maxBytes / 1024} KiB` : 'it is no regular file'
      throw new FileError('ERR_READ', `cannot be read: ${problem}`, {
        where: { file: path },
        hint: 'check where it came from',
      })
    } catch (error) {
      throw error instanceof FileError ? error : fileError('ERR_READ', 'cannot be read', path, error)
    } finally {
      if (descriptor !== undefined) closeSync(descriptor)
    }
  },
}

function kindOf(entry: Pick<Stats, 'isFile' | 'isDirectory' | 'isSymbolicLink'>): Kind {
  if (entry.isSymbolicLink()) return 'link'
  if (entry.isDirectory()) return 'folder'
  return entry.isFile() ? 'file' : 'other'
}
