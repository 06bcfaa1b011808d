import type { CleanBlobs } from '../operations/cache/clean-blobs.ts'
import type { Machine } from '../operations/doctor/machine.ts'
import type { Favour, MergedVersions, MergeFileRequest, MergeLabels, Repository } from '../operations/git-port.ts'
import type { GitSetup } from '../operations/init/setup-port.ts'
import type { SieveSetup, SieveThreads } from '../operations/judge/sieve/sieve-setup.ts'
import type { KnownStore } from '../operations/known/known-store.ts'
import type { Desk, MachineWorld, Programs } from '../operations/ports.ts'
import type { LookThreads } from '../operations/scan/threads-port.ts'

/** What commands touch outside of operations; made by `wire.ts`. */
export interface Io {
  /** `bulla`, or `sops` when started under that name. */
  readonly program: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Payload only. */
  writeOut(data: Uint8Array | string): void
  /** Messages, warnings, prompts. */
  writeErr(text: string): void
  /** Whether payload and messages go into one file or pipe (`2>&1`). */
  isOneStream(): boolean
  stdin(): Promise<Uint8Array>
  /** Whether that is a terminal: nobody gave anything to it. */
  isStdinTerminal(): boolean
  /** Ask for a value on the terminal, without an echo; undefined when there is none, or no answer. */
  askValue(question: string): Promise<string | undefined>
  /** Ask on the terminal for one of these answers; undefined when there is none, or no answer. */
  choose(question: string, answers: readonly string[]): Promise<string | undefined>
  /** Whether a path, relative to `cwd`, is a file. */
  isFile(path: string): boolean
  /** What `doctor` looks at. */
  machine(): Promise<Machine>
  /** What editing needs. */
  desk(): Promise<Desk>
  /** What running programs needs. */
  programs(): Promise<Programs>
  /** The repository around the working directory. @param asGit - whether the variables of git count */
  repository(settings: { asGit: boolean }): Promise<Repository>
  /** What of the repository around the working directory `init` changes. */
  gitSetup(): Promise<GitSetup>
  /** What the repository around the working directory remembers of its sealed values; undefined when it may not. */
  knownValues(): Promise<{ readonly store: KnownStore; readonly root: string } | undefined>
  /** In which files of that repository nothing was found before; undefined outside of one. Never rejects. */
  cleanBlobs(): Promise<CleanBlobs | undefined>
  /** To be told of bytes that are to be worked on, in a command that is soon over: the engine spends less on what lasts. */
  expectWork(byteCount: number): void
  /** To look into much at once. */
  readonly lookThreads: LookThreads
  /** To judge much at once. */
  readonly sieveThreads: SieveThreads<SieveSetup>
  /** What is left to the end of a command. Never rejects. */
  settle(): Promise<void>
  /** Merge plain files as git does; replaces the one of ours. @returns how many conflicts there are */
  mergeFile(request: MergeFileRequest): Promise<number>
  /** What git calls the sides of the merge that it is at, as far as that can be found out. */
  mergeLabels(versions: MergedVersions): Promise<MergeLabels | undefined>
  /** What the options of the command that merges say, which git does not tell its drivers. */
  mergeFavour(): Promise<Favour | undefined>
  /** Whether git writes what it is shown into a file, see `isForMessage`. */
  isForMessage(): Promise<boolean>
  /** @param quiet - no progress bar */
  world(settings: { configPath: string | undefined; quiet: boolean }): MachineWorld
}

/** What messages are made of. */
export type MessageIo = Pick<Io, 'program' | 'env' | 'cwd' | 'writeErr'>

/** The part of it that hooks use: a commit waits for each of them, and most need no more. */
export interface HookIo extends MessageIo, Pick<Io, 'stdin' | 'repository' | 'knownValues' | 'isFile'> {
  /** RFC 3339, UTC, to the second. */
  now(): string
  /** Loaded when it is asked for. */
  world(): Promise<MachineWorld>
}

/** A command line command: declares its options, runs, gives its exit code. */
export interface CommandModule {
  /**
   * Add arguments, options and help to `command`, and the action that calls `done` with the exit code.
   *
   * @param behind - the words behind `--`, which are also the last arguments
   * @param definitions - of all commands, for what is made of them
   */
  define(
    command: CommandDefinition,
    io: Io,
    done: (code: number) => void,
    behind: readonly string[],
    definitions: () => Promise<Definitions>,
  ): void
}

/** The program and its commands, as they are declared. */
export interface Definitions {
  readonly itself: CommandDefinition
  readonly commands: readonly CommandDefinition[]
}

/** The part of commander that command files use. */
export type CommandDefinition = import('commander').Command
