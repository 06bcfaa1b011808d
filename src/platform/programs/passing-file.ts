import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileError } from '../files/file-errors.ts'
import { makeScratchFolder, scratchFolders, scratchPlace } from '../scratch/scratch.ts'
import { ScratchGuard } from '../scratch/scratch-guard.ts'
import { Fifo } from './fifo.ts'

interface Request {
  readonly bytes: Uint8Array
  readonly name: string
  readonly fifo: boolean
}

/** A file that stands in a folder of its own until it is removed. */
export interface PlacedFile {
  readonly path: string
  readonly isInMemory: boolean
  /** Whether it is a pipe: nothing of it is in a file system. */
  readonly isFifo: boolean
  remove(): void
}

/** What no shell looks at twice: the path is put into a command without quotes. */
const PLAIN_PATH = /^[\w./:\\~+@-]+$/

/** @throws FileError `ERR_WRITE` */
export function placeFile({ bytes, name, fifo }: Request): PlacedFile {
  const candidates = scratchFolders().filter((folder) => PLAIN_PATH.test(folder))
  const { folder, isInMemory } = scratchPlace(candidates, PLAIN_PATH.test(tmpdir()) ? tmpdir() : '/tmp')
  const own = makeScratchFolder(folder, 'exec')
  try {
    mkdirSync(join(own, 'content'), { mode: 0o700 })
    const path = join(own, 'content', name)
    const pipe = fifo ? Fifo.make(own, path, bytes) : undefined
    // a pipe holds nothing when nobody fills it
    const guard = pipe === undefined ? ScratchGuard.start(own) : undefined
    if (pipe === undefined) writeFileSync(path, bytes, { mode: 0o600, flag: 'wx' })
    const remove = () => {
      pipe?.stop()
      rmSync(own, { recursive: true, force: true })
      guard?.end()
    }
    return { path, isInMemory, isFifo: pipe !== undefined, remove }
  } catch (error) {
    rmSync(own, { recursive: true, force: true })
    throw fileError('ERR_WRITE', 'the file for the program cannot be written', own, error)
  }
}
