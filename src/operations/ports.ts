import type { ConfigFiles } from '../config/find.ts'
import type { RandomSource } from '../crypto/random.ts'
import type { Keyring } from '../keys/keyring.ts'

/** A file as it was when it was read. */
export interface FileVersion {
  /** Absolute, as it was named. */
  readonly path: string
  readonly bytes: Uint8Array
  /** Changes when the file does: identity, size and times. */
  readonly stamp: string
}

export interface WriteRequest {
  /** Absolute. A symbolic link is followed to its target and stays. */
  readonly path: string
  readonly bytes: Uint8Array
  /** What must still stand there when it is replaced; undefined does not care. */
  readonly expected?: FileVersion
  /** Permissions of a new file; an existing one keeps its own. Default: 0o666 less the umask. */
  readonly mode?: number
}

/** Everything operations want from the file system. */
export interface FileSystem {
  /** See `ConfigFiles`. */
  read: ConfigFiles['read']
  /** A whole file with its stamp. @throws FileError `ERR_NO_FILE`, `ERR_READ` */
  open(path: string): Promise<FileVersion>
  /** Replace or create a file, whole or not at all. @throws FileError `ERR_WRITE`, `ERR_FILE_CHANGED` */
  write(request: WriteRequest): Promise<void>
  /** What a path is; undefined when nothing is there. */
  kind(path: string): Promise<'file' | 'folder' | undefined>
  /**
   * Every file below a folder, absolute, sorted. Left out: `.git` and `node_modules`, links (they may lead anywhere), what
   * an interrupted write left behind.
   */
  list(folder: string): Promise<string[]>
  /** Every file that a pattern names, absolute, sorted; the same left out. */
  glob(pattern: string, cwd: string): Promise<string[]>
  /** Where a path leads when links are followed; absolute, also when nothing is there. */
  realPath(path: string): Promise<string>
  /**
   * Create a folder with files in it, all or nothing: 0o700, files 0o600.
   *
   * @param files - contents by path below the folder
   * @throws FileError `ERR_WRITE`, also when there is a folder with something in it
   */
  createFolder(path: string, files: ReadonlyMap<string, Uint8Array>): Promise<void>
}

/** A file as git knows it. */
export interface CommittedFile {
  /** In the index and in HEAD, in this order. */
  readonly versions: readonly Uint8Array[]
  /** Why git could not be asked although there is a repository; a text for the user. */
  readonly problem?: string
}

/** What operations ask git. */
export interface Git {
  /**
   * The committed versions of files; nothing for those that git does not know.
   *
   * @param paths - absolute, links followed
   */
  committedVersions(paths: readonly string[]): Promise<ReadonlyMap<string, CommittedFile>>
}

/** Shown while many files are worked on. */
export interface Progress {
  /** @param done - of `total` so far */
  update(label: string, done: number, total: number): void
  finish(): void
}

/** All that an operation may touch. */
export interface World {
  readonly files: FileSystem
  readonly git: Git
  readonly keyring: Keyring
  readonly random: RandomSource
  readonly progress: Progress
  /** Now, RFC 3339, UTC, to the second. */
  readonly now: () => string
  /** Absolute. */
  readonly cwd: string
  /** `--config` or `SOPS_CONFIG`. */
  readonly configPath: string | undefined
}
