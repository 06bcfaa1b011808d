import { type ErrorCode, FileError } from '../errors.ts'

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'the system does not allow it',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is not a folder',
  ENOENT: 'there is no such file or folder',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'too many open files',
  EBADF: 'it is closed',
}

/** `code` of a system error; empty for any other error. */
export function systemCode(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}

/** A system error in our words, with the path. Its own message repeats path and call, nothing else is lost. */
export function fileError(code: ErrorCode, action: string, path: string, error: unknown, hint?: string): FileError {
  const system = systemCode(error)
  const reason = REASONS[system] ?? (system === '' ? 'unknown error' : system)
  return new FileError(code, `${action}: ${reason}`, {
    where: { file: path },
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  })
}
