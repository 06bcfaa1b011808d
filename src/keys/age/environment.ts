/**
 * What this folder needs from the machine. The platform layer implements it; everything that touches disk, processes or
 * the terminal is behind it.
 */
export interface AgeEnvironment {
  /** As `process.platform`: `darwin` and `win32` differ from the rest. */
  readonly platform: string
  /** An environment variable; undefined when it is not set, empty when it is set to nothing. */
  variable(name: string): string | undefined
  /**
   * A whole file, at most 16 MiB of it; undefined when there is none. Who called overwrites the bytes: no copy is kept.
   *
   * @throws any error; of a file-system error its `code` is shown
   */
  readFile(path: string): Promise<Uint8Array | undefined>
  /**
   * Run a program without a shell, with `variables` added to the environment, the terminal as standard input and
   * standard error passed through.
   *
   * @throws any error when it cannot be started; of a file-system error its `code` is shown
   */
  runCommand(words: readonly string[], variables: Readonly<Record<string, string>>): Promise<CommandResult>
  /** Ask a person for the passphrase of an identity file; undefined when there is nobody to ask, or no answer. */
  askPassphrase(request: PassphraseRequest): Promise<string | undefined>
}

export interface CommandResult {
  /** Null when a signal ended it. */
  readonly exitCode: number | null
  /** Who called overwrites it: no copy is kept. */
  readonly stdout: Uint8Array
}

export interface PassphraseRequest {
  /** What is protected: the name of a variable, or a path. */
  readonly place: string
  /** Under which a passphrase agent keeps the answer; the one sops uses. */
  readonly cacheId: string
  /** 1 at first. Above that the answer before was wrong, and a cache that gave it has to forget it. */
  readonly attempt: number
}
