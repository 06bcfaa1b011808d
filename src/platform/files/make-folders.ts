import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { systemCode } from './file-errors.ts'

/**
 * Make a folder, and those that are missing above it. Not with `recursive` of Node: below /proc, where nothing can be made,
 * that never ends.
 *
 * @param mode - of those that are made
 * @throws the error of the system
 */
export function makeFolders(path: string, mode = 0o777): void {
  if (isFolder(path)) return
  if (dirname(path) !== path) makeFolders(dirname(path), mode)
  try {
    mkdirSync(path, mode)
  } catch (error) {
    // somebody else was faster
    if (systemCode(error) !== 'EEXIST' || !isFolder(path)) throw error
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
