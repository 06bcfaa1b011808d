import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { FileError } from '../../errors.ts'
import { removeOnInterrupt } from '../interrupts.ts'
import { fileError } from './file-errors.ts'
import { removeLeftWrites } from './left-writes.ts'
import { writePlace } from './links.ts'
import { makeFolders } from './make-folders.ts'
import { sync, syncFolder } from './sync.ts'
import { temporaryBeside } from './temporary.ts'

/** Files on their way to the disk at the same time: it writes many in hardly more time than one. */
const IN_FLIGHT = 16

/**
 * Create a folder with files in it: filled beside its place under another name, then renamed, so that it appears complete
 * or not at all, with all folders that were missing above it. See `FileSystem` in `operations/ports.ts`.
 */
export async function createFolder(path: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  writePlace(path)
  const place = firstMissing(path)
  const staging = temporaryBeside(place)
  const forget = removeOnInterrupt(staging)
  try {
    await fill(join(staging, relative(place, path)), files)
    if (process.platform === 'win32' && existsSync(place)) rmdirSync(place)
    renameSync(staging, place)
    await syncFolder(dirname(place))
    removeLeftWrites(place)
  } catch (error) {
    rmSync(staging, { recursive: true, force: true })
    throw error instanceof FileError ? error : fileError('ERR_WRITE', 'the folder cannot be written', path, error)
  } finally {
    forget()
  }
}

async function fill(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const folders = new Set<string>()
  const make = (path: string): void => {
    if (folders.has(path)) return
    makeFolders(path, 0o700)
    folders.add(path)
  }
  make(folder)
  const queue = files.entries()
  let failed = false
  const worker = async (): Promise<void> => {
    for (const [name, bytes] of queue) {
      if (failed) return
      try {
        const file = join(folder, name)
        make(dirname(file))
        await writeNew(file, bytes)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  // all have ended before anything is removed again
  const ends = await Promise.allSettled(Array.from({ length: IN_FLIGHT }, worker))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  await Promise.all([...folders].map(syncFolder))
}

async function writeNew(path: string, bytes: Uint8Array): Promise<void> {
  const descriptor = openSync(path, 'wx', 0o600)
  try {
    writeFileSync(descriptor, bytes)
    await sync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** The uppermost folder that has to be made for `path`; itself when it is there and empty. */
function firstMissing(path: string): string {
  if (existsSync(path)) {
    const real = realpathSync(path)
    if (statSync(real).isDirectory() && readdirSync(real).length === 0) return real
    throw new FileError('ERR_WRITE', 'the folder exists and is not empty', {
      where: { file: path },
      hint: 'name a new folder, or remove this one',
    })
  }
  return existsSync(dirname(path)) ? path : firstMissing(dirname(path))
}
