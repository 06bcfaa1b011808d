import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { FileError } from '../errors.ts'
import { fileError, systemCode } from './file-errors.ts'
import { forget, removeOnInterrupt } from './interrupts.ts'
import { stampOf } from './stamp.ts'

/** Largest file that is read: JavaScript cannot hold longer texts than about twice this. */
const MAX_FILE_BYTES = 256 * 1024 * 1024
/** Folders that are never looked into. */
const IGNORED_FOLDERS = ['.git', 'node_modules']

/**
 * See `FileSystem` in `operations/ports.ts`. What reads is synchronous underneath: a command has nothing else to do
 * meanwhile, and `node:fs/promises` alone costs a millisecond to load. Writing many files is where waiting pays.
 */
export const nodeFiles = {
  async read(path: string): Promise<Uint8Array | undefined> {
    try {
      return readFileSync(path)
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes(systemCode(error))) return undefined
      throw fileError('ERR_READ', 'cannot be read', path, error)
    }
  },

  async open(path: string): Promise<{ path: string; bytes: Uint8Array; stamp: string }> {
    try {
      const descriptor = openSync(path, 'r')
      try {
        const stats = fstatSync(descriptor, { bigint: true })
        if (stats.size > MAX_FILE_BYTES) throw tooLarge(path)
        return { path, bytes: readFileSync(descriptor), stamp: stampOf(stats) }
      } finally {
        closeSync(descriptor)
      }
    } catch (error) {
      if (error instanceof FileError) throw error
      if (systemCode(error) === 'ENOENT')
        throw fileError('ERR_NO_FILE', 'cannot be read', path, error, 'check the path')
      throw fileError('ERR_READ', 'cannot be read', path, error)
    }
  },

  async write({
    path,
    bytes,
    expected,
    mode = 0o666,
  }: {
    path: string
    bytes: Uint8Array
    expected?: { stamp: string }
    mode?: number
  }): Promise<void> {
    const { writeAtomically } = await import('./atomic-write.ts')
    await writeAtomically({ path, bytes, mode, stamp: expected?.stamp })
  },

  async kind(path: string): Promise<'file' | 'folder' | undefined> {
    const stats = statSync(path, { throwIfNoEntry: false })
    if (stats === undefined) return undefined
    return stats.isDirectory() ? 'folder' : 'file'
  },

  async list(folder: string): Promise<string[]> {
    const found: string[] = []
    collect(folder, found)
    return found.sort()
  },

  async glob(pattern: string, cwd: string): Promise<string[]> {
    const { glob } = await import('tinyglobby')
    const found = await glob(pattern, {
      cwd,
      absolute: true,
      dot: true,
      followSymbolicLinks: false,
      expandDirectories: false,
      ignore: IGNORED_FOLDERS.map((name) => `**/${name}/**`),
    })
    return found.map((path) => resolve(path)).sort()
  },

  async isSame(first: string, second: string): Promise<boolean> {
    return realPath(first) === realPath(second)
  },

  /** Filled beside its place under another name, then renamed: it appears complete or not at all. */
  async createFolder(path: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
    const staging = `${path}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`
    const { syncFolder } = await import('./atomic-write.ts')
    removeOnInterrupt(staging)
    try {
      removeEmpty(path)
      mkdirSync(dirname(path), { recursive: true })
      mkdirSync(staging, { mode: 0o700 })
      for (const [name, bytes] of files) {
        const file = join(staging, name)
        mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
        writeFileSync(file, bytes, { mode: 0o600, flush: true })
      }
      renameSync(staging, path)
    } catch (error) {
      rmSync(staging, { recursive: true, force: true })
      throw error instanceof FileError ? error : fileError('ERR_WRITE', 'the folder cannot be written', path, error)
    } finally {
      forget(staging)
    }
    await syncFolder(dirname(path))
  },
}

function collect(folder: string, found: string[]): void {
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (entry.isDirectory() && !IGNORED_FOLDERS.includes(entry.name)) collect(path, found)
      else if (entry.isFile()) found.push(path)
    }
  } catch (error) {
    throw error instanceof FileError ? error : fileError('ERR_READ', 'the folder cannot be read', folder, error)
  }
}

function removeEmpty(path: string): void {
  try {
    rmdirSync(path)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return
    throw new FileError('ERR_WRITE', 'the folder exists and is not empty', {
      where: { file: path },
      hint: 'name a new folder, or remove this one',
      cause: error,
    })
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return resolve(path)
  }
}

function tooLarge(path: string): FileError {
  return new FileError('ERR_READ', `the file is larger than ${MAX_FILE_BYTES / 1024 / 1024} MiB`, {
    where: { file: path },
  })
}
