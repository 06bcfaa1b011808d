import { lstatSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isLeftBy } from '../left-process.ts'
import { isTemporaryOf, temporaryWriter } from './temporary.ts'

/** In folders that several systems share, the writers of the others look gone: a write takes seconds. */
const OLD_MS = 60_000
/** Folders that are never looked into. */
const IGNORED_FOLDERS = ['.git', 'node_modules']

/** Temporary names by folder: read once, however many files are written there. */
const listed = new Map<string, readonly string[]>()

/**
 * What writes left in a folder when they were killed: files and folders, maybe with plaintext.
 *
 * @param isDeep - whether to look into the folders in it too
 */
export function leftWrites(folder: string, isDeep: boolean): string[] {
  const found: string[] = []
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (temporaryWriter(path) !== undefined) found.push(...(isLeft(path, 0) ? [path] : []))
      else if (isDeep && entry.isDirectory() && !IGNORED_FOLDERS.includes(entry.name))
        found.push(...leftWrites(path, isDeep))
    }
  } catch {
    // what cannot be read is nothing of ours
  }
  return found
}

/** Remove what earlier writes of the same file left, as far as that is sure and possible. @param path - of what was written */
export function removeLeftWrites(path: string): void {
  const folder = dirname(path)
  const names = listed.get(folder) ?? temporaryNames(folder)
  listed.set(folder, names)
  for (const name of names) {
    const left = join(folder, name)
    try {
      if (isTemporaryOf(name, path) && isLeft(left, OLD_MS)) rmSync(left, { recursive: true, force: true })
    } catch {
      // it was not made worse: doctor names it
    }
  }
}

function temporaryNames(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => temporaryWriter(name) !== undefined)
  } catch {
    return []
  }
}

/** Whether nobody can be writing it: no link, ours, untouched for so long, and its writer is gone. */
function isLeft(path: string, ageMs: number): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  const writer = temporaryWriter(path)
  if (stats === undefined || writer === undefined || !(stats.isFile() || stats.isDirectory())) return false
  return isLeftBy(writer, stats) && Date.now() - stats.mtimeMs >= ageMs
}
