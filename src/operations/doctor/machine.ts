/** What git says about the place where the user stands. */
export interface GitFacts {
  /** `2.39.5`; undefined when git is not installed. */
  readonly version: string | undefined
  /** Folder of the work tree, absolute; undefined outside of any. */
  readonly root: string | undefined
  /** Why git does not read the repository that is there; a text for the user. */
  readonly problem?: string
  /** When the last commit was made, seconds since 1970; undefined without commits. */
  readonly lastCommitSeconds: number | undefined
}

/** How git is set up for bulla. */
export interface SetupFacts {
  /** Whether `.gitattributes` names the drivers, or there is a folder `.bulla`. */
  readonly isMeant: boolean
  /** Whether there is a `.sops.yaml`. */
  readonly hasPolicy: boolean
  /** Names of settings. */
  readonly missingDrivers: readonly string[]
  /** All that are there, absolute, with the names of hooks that git does not run, or that do not lead to bulla. */
  readonly worktrees: readonly { readonly folder: string; readonly silentHooks: readonly string[] }[]
}

/** Who may do what with a file. */
export interface FileAccess {
  /** Permission bits; undefined on systems that have none. */
  readonly mode: number | undefined
}

/** The machine, as far as `doctor` looks at it. Nothing but git is started. */
export interface Machine {
  /** `20.19.5` */
  readonly nodeVersion: string
  git(): Promise<GitFacts>
  /** Undefined outside of a work tree. No hook is run. */
  setup(): Promise<SetupFacts | undefined>
  /** Undefined when the file is not there. */
  access(path: string): Promise<FileAccess | undefined>
  /** Where plaintext stands while it is edited. */
  scratch(): Promise<{ readonly folder: string; readonly isInMemory: boolean }>
  /** Folders with plaintext that killed processes of this user left; absolute. */
  leftScratch(): Promise<readonly string[]>
  /** Remove one of them. @throws FileError `ERR_WRITE` */
  removeLeft(path: string): Promise<void>
  /** Where compiled code is kept; else why it is not. */
  codeCache(): Promise<{ readonly file: string } | { readonly off: string }>
  /** Whether a person can be asked. */
  hasTerminal(): Promise<boolean>
}
