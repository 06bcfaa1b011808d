import { closeSync, linkSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { removeOnInterrupt } from '../interrupts.ts'
import { fileError, systemCode } from './file-errors.ts'
import { removeLeftWrites } from './left-writes.ts'
import { makeFolders } from './make-folders.ts'
import { sync, syncFolder } from './sync.ts'
import { temporaryBeside } from './temporary.ts'

/**
 * Create a file that only its owner may read, whole or not at all, with the folders above it. Two processes that do so at
 * the same time do not overwrite each other: one of them fails.
 *
 * @throws FileError `ERR_WRITE`, also when there is such a file
 */
export async function createPrivateFile(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = temporaryBeside(path)
  const forget = removeOnInterrupt(temporary)
  try {
    makeFolders(dirname(path), 0o700)
    await writeNew(temporary, bytes)
    linkSync(temporary, path)
    await syncFolder(dirname(path))
    removeLeftWrites(path)
  } catch (error) {
    const action = systemCode(error) === 'EEXIST' ? 'cannot be created: it exists' : 'cannot be created'
    throw fileError('ERR_WRITE', action, path, error)
  } finally {
    rmSync(temporary, { force: true })
    forget()
  }
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
