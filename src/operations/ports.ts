import type { ConfigFiles } from '../config/find.ts'
import type { RandomSource } from '../crypto/random.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { WrappingTools } from '../keys/wrapped/wrap-identity.ts'
import type { RecipientBook } from '../recipients/directory.ts'
import type { OpenedFilesSink } from './open.ts'

/** A file as it was when it was read. */
export interface FileVersion {
  /** Absolute, as it was named. */
  readonly path: string
  readonly bytes: Uint8Array
  /** Changes when the file does: identity, size and times. */
  readonly stamp: string
  /** How many names lead to it (hard links), where that is known. */
  readonly nameCount?: number
}

export interface WriteRequest {
  /** Absolute. A symbolic link is followed to its target and stays; see `FileSystem.checkPlace`. */
  readonly path: string
  readonly bytes: Uint8Array
  /** What must still stand there when it is replaced; undefined does not care. */
  readonly expected?: FileVersion | 'nothing'
  /** Permissions of a new file; an existing one keeps its own. Default: 0o666 less the umask. */
  readonly mode?: number
  /** Whether folders that are missing are made. Default: false. */
  readonly makeFolders?: boolean
}

/** Everything operations want from the file system. */
export interface FileSystem {
  /** See `ConfigFiles`. */
  read: ConfigFiles['read']
  /** A whole file with its stamp. @throws FileError `ERR_NO_FILE`, `ERR_READ` */
  open(path: string): Promise<FileVersion>
  /**
   * Whether a path may be written to, before any work is done: a link in a repository must not lead out of it, and file and
   * folder allow it.
   *
   * @throws FileError `ERR_WRITE`
   */
  checkPlace(path: string): Promise<void>
  /** Replace or create a file, whole or not at all. @throws FileError `ERR_WRITE`, `ERR_FILE_CHANGED` */
  write(request: WriteRequest): Promise<void>
  /** Remove a file that is still what it was. @throws FileError `ERR_WRITE`, `ERR_FILE_CHANGED` */
  remove(version: FileVersion): Promise<void>
  /** What a path is; a pipe, a terminal and the like are streams. Undefined when nothing is there. */
  kind(path: string): Promise<'file' | 'folder' | 'stream' | undefined>
  /**
   * Every file below a folder, absolute, sorted. Left out: `.git` and `node_modules`, links (they may lead anywhere), what
   * an interrupted write left behind.
   *
   * @param withLeft - whether what such writes left is listed too: there may be secrets in it
   */
  list(folder: string, withLeft?: boolean): Promise<string[]>
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

/** A question to the person at the terminal. */
export interface Question {
  readonly text: string
  /** Whether standard input may answer where it is no terminal, as sops lets it. */
  readonly mayBePiped: boolean
}

/** A file that an editor may open: 0600 in a folder 0700 of its own, gone when it is removed or a signal ends the process. */
export interface Scratch {
  /** Absolute. */
  readonly path: string
  /** Whether it never reaches a disk, unless the system swaps. */
  readonly isInMemory: boolean
  /** Undefined when somebody removed it. */
  read(): Uint8Array | undefined
  /** @throws FileError `ERR_WRITE` */
  write(bytes: Uint8Array): void
  remove(): void
}

/** What editing needs of the machine. */
export interface Desk {
  readonly isWindows: boolean
  /** Whether somebody sits at a terminal; otherwise the editor is a script. */
  hasPerson(): boolean
  /** @param name - of the file in its folder @throws FileError `ERR_WRITE` */
  scratch(name: string): Scratch
  /** The first of these programs that is installed. */
  findProgram(names: readonly string[]): string | undefined
  /**
   * Run a program without a shell, on the terminal of this process, to its end.
   *
   * @returns its exit code; undefined when a signal ended it
   * @throws any error when it cannot be started; of a file-system error its `code` is shown
   */
  run(words: readonly string[]): Promise<number | undefined>
  /** Show a message and wait. @returns whether the person wants to go on */
  pause(message: string): Promise<boolean>
}

/** A text for the user, told at once. @param file - absolute, what it is about */
export type Note = (text: string, file?: string) => void

export interface Program {
  /** One text for the shell of the system, or a program and its arguments, which no shell looks at. */
  readonly command: string | readonly [string, ...string[]]
  /** All that it gets. */
  readonly env: Readonly<Record<string, string>>
}

/** How a program ended: one of both. */
export interface Ending {
  readonly code: number | undefined
  /** Number of the signal that ended it. */
  readonly signal: number | undefined
}

/** A file that is there while a program runs. */
export interface PassingFile {
  readonly bytes: Uint8Array
  /** Without folders. */
  readonly name: string
  /** A pipe that gives the content to one reader after the other. Else a file, in memory where there is such a place. */
  readonly fifo: boolean
}

/** Programs that take over standard input, output, error and the signals of this one until they have ended. */
export interface Programs {
  /** Whether variables with the same letters are the same, whatever their case. */
  readonly ignoresCase: boolean
  /** Give up the rights of this process for those of a user, for good. @returns variables that say so to programs */
  becomeUser(name: string): Promise<Readonly<Record<string, string>>>
  /** @throws ProgramError `ERR_PROGRAM_NOT_FOUND`, `ERR_PROGRAM` */
  run(program: Program): Promise<Ending>
  /** Run a program that is told the path of a file. @throws as `run`; FileError `ERR_WRITE` */
  runWithFile(file: PassingFile, program: (path: string) => Program, note: Note): Promise<Ending>
}

/** All that an operation may touch. */
export interface World {
  readonly files: FileSystem
  readonly git: Git
  readonly keyring: Keyring
  /** Told of every file that is opened. */
  readonly opened?: OpenedFilesSink
  /** The people and machines that have names. One per process; loaded when it is first asked for. */
  readonly recipients: () => Promise<RecipientBook>
  readonly random: RandomSource
  readonly progress: Progress
  /** Yes or no; undefined when nobody can be asked. */
  readonly confirm: (question: Question) => Promise<boolean | undefined>
  /** Now, RFC 3339, UTC, to the second. */
  readonly now: () => string
  /** Absolute. */
  readonly cwd: string
  /** `--config` or `SOPS_CONFIG`. */
  readonly configPath: string | undefined
}

/** With what wrapping identities takes. */
export interface MachineWorld extends World {
  readonly wrapping: WrappingTools
}
