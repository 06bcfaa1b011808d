/** Where git looks for hooks. */
export interface HooksFolder {
  /** Absolute. */
  readonly path: string
  /** `core.hooksPath`; undefined when it is not set. */
  readonly setting: string | undefined
  /** Whether that setting is for other repositories too. */
  readonly isShared: boolean
}

/** The part of git that is set up; only `init` changes anything. */
export interface GitSetup {
  /** `2.39.5` */
  version(): Promise<string>
  /** Whether the repository has no work tree: it is pushed to. */
  isBare(): Promise<boolean>
  /** Of this repository alone, not of the user; undefined when it is not set. */
  localSetting(name: string): Promise<string | undefined>
  /** @param value - undefined takes it away @throws GitError `ERR_GIT` */
  changeSetting(name: string, value: string | undefined): Promise<void>
  hooksFolder(): Promise<HooksFolder>
  /** Give a file another name; nothing may stand there. @throws FileError `ERR_WRITE` */
  move(from: string, to: string): Promise<void>
  /** Whether something is a link to what is not there. */
  leadsNowhere(path: string): Promise<boolean>
  /** Remove a folder, unless something is in it. */
  removeIfEmpty(folder: string): Promise<void>
}
