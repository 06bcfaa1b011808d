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
  /** A whole file; undefined when there is none. @throws FileError `ERR_READ` */
  read(path: string): Promise<Uint8Array | undefined>
  /** A whole file with its stamp. @throws FileError `ERR_NO_FILE`, `ERR_READ` */
  open(path: string): Promise<FileVersion>
  /** Replace or create a file, whole or not at all. @throws FileError `ERR_WRITE`, `ERR_FILE_CHANGED` */
  write(request: WriteRequest): Promise<void>
  /** What a path is; undefined when nothing is there. */
  kind(path: string): Promise<'file' | 'folder' | undefined>
  /** Every file below a folder, absolute, sorted, `.git` and `node_modules` left out, links not followed. */
  list(folder: string): Promise<string[]>
  /** Every file that a pattern names, absolute, sorted. */
  glob(pattern: string, cwd: string): Promise<string[]>
  /** Whether two paths name the same file. */
  isSame(first: string, second: string): Promise<boolean>
  /**
   * Create a folder with files in it, all or nothing: 0o700, files 0o600.
   *
   * @param files - contents by path below the folder
   * @throws FileError `ERR_WRITE`, also when there is a folder with something in it
   */
  createFolder(path: string, files: ReadonlyMap<string, Uint8Array>): Promise<void>
}

/** What operations ask git. */
export interface Git {
  /**
   * The versions of files in the index and in HEAD, in this order; none for files that git does not know.
   *
   * @param paths - absolute
   */
  committedVersions(paths: readonly string[]): Promise<ReadonlyMap<string, readonly Uint8Array[]>>
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
