import { lstatSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileError } from '../files/file-errors.ts'
import { isLeftBy } from '../left-process.ts'
import { scratchFolders } from './scratch.ts'
import { isGuarded } from './scratch-guard.ts'

/** See `makeScratchFolder`. */
const NAME = /^bulla-(?:edit|exec)-([1-9][0-9]{0,9})-[A-Za-z0-9]{6}$/

/**
 * Folders with plaintext of this user whose process is gone: it was killed, and the program that it started for them has
 * ended. Where processes of several containers share these folders, those of the others look gone too.
 */
export function leftScratchFolders(places: readonly string[] = [...scratchFolders(), tmpdir()]): string[] {
  return [...new Set(places)].flatMap((place) =>
    namesIn(place)
      .map((name) => join(place, name))
      .filter((path) => isLeft(path)),
  )
}

/** @throws FileError `ERR_WRITE` */
export function removeLeft(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true })
  } catch (error) {
    throw fileError('ERR_WRITE', 'cannot be removed', path, error)
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => NAME.test(name))
  } catch {
    return []
  }
}

function isLeft(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  const id = Number(NAME.exec(path.slice(path.lastIndexOf('bulla-')))?.[1])
  return stats?.isDirectory() === true && isLeftBy(id, stats) && !isGuarded(path)
}
