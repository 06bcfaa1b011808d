import { mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileError } from './file-errors.ts'
import { removeOnInterrupt } from './interrupts.ts'

/** File systems that never reach a disk, unless the system swaps: tmpfs and ramfs. See statfs(2). */
const MEMORY_TYPES = [0x01021994, 0x858458f6]

/** Where plaintext may stand while somebody edits it: in memory where there is such a place, else the temporary folder. */
export function scratchPlace(
  candidates: readonly (string | undefined)[] = [process.env['XDG_RUNTIME_DIR'], '/dev/shm', tmpdir()],
  fallback = tmpdir(),
): { folder: string; isInMemory: boolean } {
  const inMemory = candidates.find((folder) => folder !== undefined && folder !== '' && isMemory(folder))
  return inMemory === undefined ? { folder: fallback, isInMemory: false } : { folder: inMemory, isInMemory: true }
}

/** See `Scratch` in `operations/ports.ts`. */
export function openScratch(name: string) {
  const { folder, isInMemory } = scratchPlace()
  const own = makeFolder(folder)
  const forget = removeOnInterrupt(own)
  const path = join(own, basename(name))
  return {
    path,
    isInMemory,
    read: (): Uint8Array | undefined => {
      try {
        return readFileSync(path)
      } catch {
        return undefined
      }
    },
    write: (bytes: Uint8Array): void => {
      try {
        writeFileSync(path, bytes, { mode: 0o600 })
      } catch (error) {
        throw fileError('ERR_WRITE', 'cannot be written', path, error)
      }
    },
    remove: (): void => {
      rmSync(own, { recursive: true, force: true })
      forget()
    },
  }
}

/** 0700, by a name that nobody can guess. */
function makeFolder(folder: string): string {
  try {
    return mkdtempSync(join(folder, 'bulla-edit-'))
  } catch (error) {
    throw fileError('ERR_WRITE', 'the folder for the editor cannot be made', folder, error)
  }
}

/** Whether files there stay in memory, and one can be made. */
function isMemory(folder: string): boolean {
  try {
    if (!MEMORY_TYPES.includes(statfsSync(folder).type)) return false
    // a read-only or full one is of no use
    rmSync(mkdtempSync(join(folder, 'bulla-edit-')), { recursive: true })
    return true
  } catch {
    return false
  }
}
