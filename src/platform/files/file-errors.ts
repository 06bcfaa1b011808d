import { type ErrorCode, FileError } from '../../errors.ts'

interface Reason {
  readonly reason: string
  readonly hint: string
}

const REASONS: Readonly<Record<string, Reason>> = {
  EACCES: { reason: 'permission denied', hint: 'check the permissions of the file and of its folder' },
  EPERM: { reason: 'the system does not allow it', hint: 'check who owns the file and its folder, and their flags' },
  EROFS: { reason: 'the file system is read-only', hint: 'name a place that can be written' },
  ENOSPC: { reason: 'the disk is full', hint: 'make room, then run the command again' },
  EDQUOT: { reason: 'the disk quota is used up', hint: 'make room, then run the command again' },
  EFBIG: { reason: 'it would be larger than a file may be', hint: 'check the limits of the shell (ulimit -f)' },
  EIO: { reason: 'the disk reports an error', hint: 'check the disk' },
  EBUSY: { reason: 'it is in use or a mount point', hint: 'write to another file, then copy it' },
  EXDEV: { reason: 'it is a mount point', hint: 'write to another file, then copy it' },
  EISDIR: { reason: 'it is a folder', hint: 'name a file' },
  ENOTDIR: { reason: 'a part of the path is not a folder', hint: 'check the path' },
  ENOENT: { reason: 'there is no such file or folder', hint: 'check the path' },
  ELOOP: { reason: 'too many symbolic links', hint: 'check where the link leads' },
  ENAMETOOLONG: { reason: 'the name is too long', hint: 'choose a shorter one' },
  EMFILE: { reason: 'too many open files', hint: 'check the limits of the shell (ulimit -n)' },
  ENXIO: { reason: 'nothing is connected to it', hint: 'check the path' },
  EBADF: { reason: 'it is closed', hint: 'check how the command was started' },
}

/** Node reads names as UTF-8, and what it cannot read so it cannot find again. */
const NOT_UTF8: Reason = { reason: 'its name is not UTF-8', hint: 'rename it' }

/** `code` of a system error; empty for any other error. */
export function systemCode(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}

/** A system error in our words, with the path. Its own message repeats path and call, nothing else is lost. */
export function fileError(code: ErrorCode, action: string, path: string, error: unknown): FileError {
  const system = systemCode(error)
  const isNameLost = system === 'ENOENT' && path.includes('\ufffd')
  const known = isNameLost ? NOT_UTF8 : REASONS[system]
  const { reason, hint } = known ?? { reason: system === '' ? 'unknown error' : system, hint: undefined }
  return new FileError(code, `${action}: ${reason}`, {
    where: { file: path },
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  })
}
