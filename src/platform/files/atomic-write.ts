import {
  accessSync,
  type BigIntStats,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFile,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { FileError } from '../../errors.ts'
import { removeOnInterrupt } from '../interrupts.ts'
import { fileError, systemCode } from './file-errors.ts'
import { removeLeftWrites } from './left-writes.ts'
import { writePlace } from './links.ts'
import { stampOf } from './stamp.ts'
import { sync, syncFolder } from './sync.ts'
import { temporaryBeside } from './temporary.ts'

interface AtomicWrite {
  readonly path: string
  readonly bytes: Uint8Array
  /** Stamp that the file must still have; `nothing` when there must be none. */
  readonly stamp: string | undefined
  readonly mode: number
}

/**
 * Replace a file, whole or not at all: temporary file in the same folder, permissions kept, fsync, rename, fsync of the
 * folder. A symbolic link is followed (see `writePlace`) and stays. What is no regular file (a pipe, `/dev/stdout`) is written to directly.
 *
 * Only what waits for the disk is asynchronous: several files may be on their way to it at the same time.
 *
 * @throws FileError `ERR_WRITE`, `ERR_FILE_CHANGED`
 */
export async function writeAtomically({ path, bytes, stamp, mode }: AtomicWrite): Promise<void> {
  const target = writePlace(path)
  // by its own name: the links of /dev/stdout and the like lead to what has none
  const given = statOrUndefined(path)
  if (given !== undefined && !given.isFile()) return writeDirectly(path, given, bytes)
  const existing = statOrUndefined(target)
  const temporary = temporaryBeside(target)
  const forget = removeOnInterrupt(temporary)
  try {
    // what may not be written may not be replaced either
    if (existing !== undefined) accessSync(target, constants.W_OK)
    await writeTemporary(temporary, bytes, existing, mode)
    checkUnchanged(path, target, stamp)
    renameSync(temporary, target)
    await syncFolder(dirname(target))
    removeLeftWrites(target)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error instanceof FileError ? error : fileError('ERR_WRITE', 'cannot be written', path, error)
  } finally {
    forget()
  }
}

async function writeTemporary(
  temporary: string,
  bytes: Uint8Array,
  existing: BigIntStats | undefined,
  mode: number,
): Promise<void> {
  // nobody else may read it before it has the permissions of the file it replaces
  const descriptor = openSync(temporary, 'wx', existing === undefined ? mode : 0o600)
  try {
    writeFileSync(descriptor, bytes)
    if (existing !== undefined) takeOver(descriptor, existing)
    await sync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/**
 * Owner first: changing it clears bits of the mode. Only root can give files away; for others it stays theirs. Where the
 * group cannot be kept, the one it has instead gets no permissions.
 */
function takeOver(descriptor: number, existing: BigIntStats): void {
  const [uid, gid, mode] = [Number(existing.uid), Number(existing.gid), Number(existing.mode & 0o7777n)]
  const own = fstatSync(descriptor)
  const change = (owner: number): boolean => {
    try {
      if (own.uid !== owner || own.gid !== gid) fchownSync(descriptor, owner, gid)
      return true
    } catch {
      return false
    }
  }
  const isKept = change(uid) || change(own.uid)
  fchmodSync(descriptor, isKept ? mode : mode & ~0o070)
}

function checkUnchanged(path: string, target: string, stamp: string | undefined): void {
  if (stamp === undefined) return
  const now = statOrUndefined(target)
  if ((now === undefined ? 'nothing' : stampOf(now)) === stamp) return
  throw new FileError('ERR_FILE_CHANGED', 'somebody else changed the file in the meantime; it was not touched', {
    where: { file: path },
    hint: 'look at the change, then run the command again',
  })
}

/** Asynchronous: a pipe waits for somebody to read it. */
async function writeDirectly(path: string, existing: BigIntStats, bytes: Uint8Array): Promise<void> {
  if (existing.isDirectory())
    throw new FileError('ERR_WRITE', 'cannot be written: it is a folder', {
      where: { file: path },
      hint: 'name a file in it',
    })
  try {
    await promisify(writeFile)(path, bytes)
  } catch (error) {
    throw fileError('ERR_WRITE', 'cannot be written', path, error)
  }
}

function statOrUndefined(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true })
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw fileError('ERR_WRITE', 'cannot be written', path, error)
  }
}
