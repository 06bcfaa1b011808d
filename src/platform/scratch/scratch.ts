import { mkdtempSync, readFileSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { fileError } from '../files/file-errors.ts'
import { removeOnInterrupt } from '../interrupts.ts'
import { ScratchGuard } from './scratch-guard.ts'

/** File systems that never reach a disk, unless the system swaps: tmpfs and ramfs. See statfs(2). */
const MEMORY_TYPES = [0x01021994, 0x858458f6]

/** Folders that may be in memory, the one that is most our own first. */
export function scratchFolders(): string[] {
  return [process.env['XDG_RUNTIME_DIR'] ?? '', '/dev/shm', tmpdir()].filter((folder) => folder !== '')
}

/** Where plaintext may stand while it is used: in memory where there is such a place, else the temporary folder. */
export function scratchPlace(
  candidates: readonly string[] = scratchFolders(),
  fallback = tmpdir(),
): { folder: string; isInMemory: boolean } {
  const inMemory = candidates.find((folder) => isMemory(folder))
  return inMemory === undefined ? { folder: fallback, isInMemory: false } : { folder: inMemory, isInMemory: true }
}

/** See `Scratch` in `operations/ports.ts`. */
export function openScratch(name: string) {
  const { folder, isInMemory } = scratchPlace()
  const own = makeScratchFolder(folder, 'edit')
  const guard = ScratchGuard.start(own)
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
      guard?.end()
      forget()
    },
  }
}

/** 0700, by a name that nobody can guess and that says whose it is. @throws FileError `ERR_WRITE` */
export function makeScratchFolder(folder: string, purpose: 'edit' | 'exec'): string {
  try {
    // whoever is told of it may stand elsewhere: the guard does
    return mkdtempSync(resolve(folder, `bulla-${purpose}-${process.pid}-`))
  } catch (error) {
    const user = purpose === 'edit' ? 'the editor' : 'the program'
    throw fileError('ERR_WRITE', `the folder for ${user} cannot be made`, folder, error)
  }
}

/** Whether files there stay in memory, and one can be made. */
function isMemory(folder: string): boolean {
  try {
    if (!MEMORY_TYPES.includes(statfsSync(folder).type) || !staysOurs(folder)) return false
    // a read-only or full one is of no use
    rmSync(makeScratchFolder(folder, 'edit'), { recursive: true })
    return true
  } catch {
    return false
  }
}

/**
 * Whether nobody else can put something in place of a folder of ours in there. After `su` the variables of the person before
 * may still name their folder: who owns it can.
 */
function staysOurs(folder: string): boolean {
  const { uid, mode } = statSync(folder)
  const isForOthers = (mode & 0o022) !== 0
  const isSticky = (mode & 0o1000) !== 0
  return [0, process.geteuid?.()].includes(uid) && (!isForOthers || isSticky)
}
