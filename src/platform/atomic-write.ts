import { type BigIntStats, closeSync, openSync } from 'node:fs'
import { access, constants, type FileHandle, open, readlink, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { FileError } from '../errors.ts'
import { fileError, systemCode } from './file-errors.ts'
import { removeOnInterrupt } from './interrupts.ts'
import { stampOf } from './stamp.ts'
import { temporaryBeside } from './temporary.ts'

interface AtomicWrite {
  readonly path: string
  readonly bytes: Uint8Array
  /** Stamp that the file must still have. */
  readonly stamp: string | undefined
  readonly mode: number
}

/**
 * Replace a file, whole or not at all: temporary file in the same folder, permissions kept, fsync, rename, fsync of the
 * folder. A symbolic link is followed and stays. What is no regular file (a pipe, `/dev/stdout`) is written to directly.
 *
 * @throws FileError `ERR_WRITE`, `ERR_FILE_CHANGED`
 */
export async function writeAtomically({ path, bytes, stamp, mode }: AtomicWrite): Promise<void> {
  // by its own name: the links of /dev/stdout and the like lead to what has none
  const given = await statOrUndefined(path)
  if (given !== undefined && !given.isFile()) return writeDirectly(path, given, bytes)
  const target = await followLinks(path)
  const existing = await statOrUndefined(target)
  const temporary = temporaryBeside(target)
  const forget = removeOnInterrupt(temporary)
  try {
    // what may not be written may not be replaced either
    if (existing !== undefined) await access(target, constants.W_OK)
    await writeTemporary(temporary, bytes, existing, mode)
    await checkUnchanged(path, target, stamp)
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw error instanceof FileError ? error : fileError('ERR_WRITE', 'cannot be written', path, error)
  } finally {
    forget()
  }
  await syncFolder(dirname(target))
}

async function writeTemporary(
  temporary: string,
  bytes: Uint8Array,
  existing: BigIntStats | undefined,
  mode: number,
): Promise<void> {
  // nobody else may read it before it has the permissions of the file it replaces. Made at once: where a signal finds
  // the making of it under way, it would come to be after what is left behind has been removed
  closeSync(openSync(temporary, 'wx', existing === undefined ? mode : 0o600))
  const handle = await open(temporary, 'r+')
  try {
    await handle.writeFile(bytes)
    if (existing !== undefined) await takeOver(handle, existing)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Owner first: changing it clears bits of the mode. Only root can give files away; for others it stays theirs. Where the
 * group cannot be kept, the one it has instead gets no permissions.
 */
async function takeOver(handle: FileHandle, existing: BigIntStats): Promise<void> {
  const [uid, gid, mode] = [Number(existing.uid), Number(existing.gid), Number(existing.mode & 0o7777n)]
  const own = await handle.stat()
  const change = async (owner: number) => {
    if (own.uid !== owner || own.gid !== gid) await handle.chown(owner, gid)
  }
  const isKept = await change(uid)
    .catch(() => change(own.uid))
    .then(
      () => true,
      () => false,
    )
  await handle.chmod(isKept ? mode : mode & ~0o070)
}

async function checkUnchanged(path: string, target: string, stamp: string | undefined): Promise<void> {
  if (stamp === undefined) return
  const now = await statOrUndefined(target)
  if (now !== undefined && stampOf(now) === stamp) return
  throw new FileError('ERR_FILE_CHANGED', 'somebody else changed the file in the meantime; it was not touched', {
    where: { file: path },
    hint: 'look at the change, then run the command again',
  })
}

async function writeDirectly(path: string, existing: BigIntStats, bytes: Uint8Array): Promise<void> {
  if (existing.isDirectory())
    throw new FileError('ERR_WRITE', 'cannot be written: it is a folder', {
      where: { file: path },
      hint: 'name a file in it',
    })
  try {
    const handle = await open(path, 'w')
    await handle.writeFile(bytes).finally(() => handle.close())
  } catch (error) {
    throw fileError('ERR_WRITE', 'cannot be written', path, error)
  }
}

/** Where a write to `path` ends up. A link to something that does not exist yet leads to where it will be. */
async function followLinks(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw fileError('ERR_WRITE', 'cannot be written', path, error)
  }
  const link = await readlink(path).catch(() => undefined)
  return link === undefined ? path : followLinks(resolve(dirname(path), link))
}

async function statOrUndefined(path: string): Promise<BigIntStats | undefined> {
  try {
    return await stat(path, { bigint: true })
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw fileError('ERR_WRITE', 'cannot be written', path, error)
  }
}

/** Makes the rename itself last. Windows cannot open folders, and some file systems cannot sync them. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r')
    await handle.sync().finally(() => handle.close())
  } catch {
    // the file itself is safe; only the moment at which its name is, is not known
  }
}
