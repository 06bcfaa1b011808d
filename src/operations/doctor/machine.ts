/** What git says about the place where the user stands. */
export interface GitFacts {
  /** `2.39.5`; undefined when git is not installed. */
  readonly version: string | undefined
  /** Folder of the work tree, absolute; undefined outside of any. */
  readonly root: string | undefined
  /** Folder of a repository without a work tree, absolute, when the user stands in one. */
  readonly bare?: string
  /** Why git does not read the repository that is there; a text for the user. */
  readonly problem?: string
  /** When the last commit was made, seconds since 1970; undefined without commits. */
  readonly lastCommitSeconds: number | undefined
}

/** How git is set up for bulla. */
export interface SetupFacts {
  /** Whether the repository has no work tree: it is pushed to, and that is all that is looked at. */
  readonly isServer: boolean
  /** Whether `.gitattributes` names the drivers, or there is a folder `.bulla`. */
  readonly isMeant: boolean
  /** Whether there is a `.sops.yaml`. */
  readonly hasPolicy: boolean
  /** Names of settings. */
  readonly missingDrivers: readonly string[]
  /** Whether git keeps in its objects what the driver of differences opens. */
  readonly keepsOpened: boolean
  readonly worktrees: readonly Worktree[]
}

/** A work tree of the repository, and what its hooks answered. */
export interface Worktree {
  /** Absolute. */
  readonly folder: string
  /** Names of hooks that do not reach bulla. */
  readonly silentHooks: readonly string[]
  /** Names of hooks that lead to bulla by what is written, and were not started: other programs would have been too. */
  readonly onlyRead: readonly string[]
}

/** Who may do what with a file. */
export interface FileAccess {
  /** Permission bits; undefined on systems that have none. */
  readonly mode: number | undefined
}

/** The machine, as far as `doctor` looks at it. Nothing but git is started, and by it bulla as a hook. */
export interface Machine {
  /** `20.19.5` */
  readonly nodeVersion: string
  git(): Promise<GitFacts>
  /** Undefined outside of a repository. Hooks are started where they run bulla before everything else. */
  setup(): Promise<SetupFacts | undefined>
  /** Undefined when the file is not there. */
  access(path: string): Promise<FileAccess | undefined>
  /** Where plaintext stands while it is edited. */
  scratch(): Promise<{ readonly folder: string; readonly isInMemory: boolean }>
  /** Folders with plaintext that killed processes of this user left; absolute. */
  leftScratch(): Promise<readonly string[]>
  /** What writes left in a folder, `isDeep` with all folders in it, when they were killed; absolute. */
  leftWrites(folder: string, isDeep: boolean): Promise<readonly string[]>
  /** Remove one of either. @throws FileError `ERR_WRITE` */
  removeLeft(path: string): Promise<void>
  /** Where compiled code is kept; else why it is not. */
  codeCache(): Promise<{ readonly file: string } | { readonly off: string }>
  /** Whether a person can be asked. */
  hasTerminal(): Promise<boolean>
}
