import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  unlinkSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { FileError } from '../../errors.ts'
import { readStream } from '../read-stream.ts'
import { fileError, systemCode } from './file-errors.ts'
import { makeFolders } from './make-folders.ts'
import { stampOf } from './stamp.ts'
import { statsOf } from './stats.ts'
import { isTemporary } from './temporary.ts'

/** Largest file that is read: JavaScript cannot hold longer texts than about twice this. */
const MAX_FILE_BYTES = 256 * 1024 * 1024
/** Settings are written by hand; whatever is larger is something else. */
const MAX_SETTINGS_BYTES = 4 * 1024 * 1024
/** Folders that are never looked into. */
const IGNORED_FOLDERS = ['.git', 'node_modules']

/**
 * See `FileSystem` in `operations/ports.ts`. What reads is synchronous underneath: a command has nothing else to do
 * meanwhile, and `node:fs/promises` alone costs a millisecond to load. Writing many files is where waiting pays.
 */
export const nodeFiles = {
  async read(path: string, anyKind = false): Promise<Uint8Array | undefined> {
    try {
      if (!anyKind) checkRegular(path)
      return readWhole(path, MAX_SETTINGS_BYTES).bytes
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes(systemCode(error))) return undefined
      throw error instanceof FileError ? error : fileError('ERR_READ', 'cannot be read', path, error)
    }
  },

  async open(path: string): Promise<{ path: string; bytes: Uint8Array; stamp: string; nameCount: number }> {
    try {
      return { path, ...readWhole(path, MAX_FILE_BYTES) }
    } catch (error) {
      if (error instanceof FileError) throw error
      throw fileError(systemCode(error) === 'ENOENT' ? 'ERR_NO_FILE' : 'ERR_READ', 'cannot be read', path, error)
    }
  },

  async checkPlace(path: string): Promise<void> {
    const place = (await import('./links.ts')).writePlace(path)
    const given = statsOf(path)
    if (given !== undefined && !given.isFile()) return // a pipe, a device: nothing beside it is written
    try {
      if (given !== undefined) accessSync(place, constants.W_OK)
      accessSync(dirname(place), constants.W_OK)
    } catch (error) {
      // a folder that is not there may be made before
      if (systemCode(error) !== 'ENOENT') throw fileError('ERR_WRITE', 'cannot be written', path, error)
    }
  },

  async write({
    path,
    bytes,
    expected,
    mode = 0o666,
    makeFolders = false,
  }: {
    path: string
    bytes: Uint8Array
    expected?: { stamp: string } | 'nothing'
    mode?: number
    makeFolders?: boolean
  }): Promise<void> {
    if (makeFolders) makeFolder(dirname(path))
    const { writeAtomically } = await import('./atomic-write.ts')
    await writeAtomically({ path, bytes, mode, stamp: expected === 'nothing' ? expected : expected?.stamp })
  },

  async remove({ path, stamp }: { path: string; stamp: string }): Promise<void> {
    try {
      if (readWhole(path, MAX_FILE_BYTES).stamp === stamp) return unlinkSync(path)
    } catch (error) {
      throw fileError('ERR_WRITE', 'cannot be removed', path, error)
    }
    throw new FileError('ERR_FILE_CHANGED', 'somebody else changed the file meanwhile; it was not removed', {
      where: { file: path },
      hint: 'look at it, then run the command again',
    })
  },

  async kind(path: string): Promise<'file' | 'folder' | 'stream' | undefined> {
    try {
      const stats = statSync(path, { throwIfNoEntry: false })
      if (stats === undefined) return undefined
      return stats.isDirectory() ? 'folder' : stats.isFile() ? 'file' : 'stream'
    } catch (error) {
      throw fileError('ERR_READ', 'cannot be read', path, error)
    }
  },

  async list(folder: string, withLeft = false): Promise<string[]> {
    const found: string[] = []
    collect(folder, withLeft, found)
    return found.sort()
  },

  async glob(pattern: string, cwd: string): Promise<string[]> {
    const { glob } = await import('tinyglobby')
    const found = await glob(process.platform === 'win32' ? pattern.replaceAll('\\', '/') : pattern, {
      cwd,
      absolute: true,
      dot: true,
      followSymbolicLinks: false,
      expandDirectories: false,
      ignore: IGNORED_FOLDERS.map((name) => `**/${name}/**`),
    })
    return found
      .map((path) => resolve(path))
      .filter((path) => !isTemporary(path) && lstatSync(path, { throwIfNoEntry: false })?.isFile() === true)
      .sort()
  },

  async realPath(path: string): Promise<string> {
    try {
      return realpathSync.native(path)
    } catch {
      return resolve(path)
    }
  },

  async createFolder(path: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
    const { createFolder } = await import('./create-folder.ts')
    await createFolder(path, files)
  },
}

function makeFolder(path: string): void {
  try {
    makeFolders(path)
  } catch (error) {
    throw fileError('ERR_WRITE', 'the folder cannot be made', path, error)
  }
}

function checkRegular(path: string): void {
  if (statsOf(path)?.isFile() !== false) return
  throw new FileError('ERR_READ', 'cannot be read: it is no regular file', {
    where: { file: path },
    hint: 'check where it came from; to use it nevertheless name it with --config',
  })
}

/** A link of a stranger's repository may lead to a file without an end: never more is read than may be there. */
function readWhole(path: string, maxBytes: number): { bytes: Uint8Array; stamp: string; nameCount: number } {
  const descriptor = openSync(path, 'r')
  try {
    const stats = fstatSync(descriptor, { bigint: true })
    const hasSize = stats.isFile() && stats.size > 0n
    if (hasSize && stats.size > maxBytes) throw tooLarge(path, maxBytes)
    const bytes = hasSize ? readFileSync(descriptor) : readStream(descriptor, maxBytes)
    if (bytes === undefined) throw tooLarge(path, maxBytes)
    return { bytes, stamp: stampOf(stats), nameCount: Number(stats.nlink) }
  } finally {
    closeSync(descriptor)
  }
}

function collect(folder: string, withLeft: boolean, found: string[]): void {
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (!withLeft && isTemporary(path)) continue
      if (entry.isDirectory() && !IGNORED_FOLDERS.includes(entry.name)) collect(path, withLeft, found)
      else if (entry.isFile()) found.push(path)
    }
  } catch (error) {
    throw error instanceof FileError ? error : fileError('ERR_READ', 'the folder cannot be read', folder, error)
  }
}

function tooLarge(path: string, maxBytes: number): FileError {
  return new FileError('ERR_READ', `the file is larger than ${maxBytes / 1024 / 1024} MiB`, {
    where: { file: path },
    hint: 'check that it is the right file',
  })
}
