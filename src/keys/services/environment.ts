import type { RandomSource } from '../../crypto/random.ts'
import type { HttpClient } from './http.ts'

/** What calling key services needs of the machine. The platform layer implements it. */
export interface ServiceEnvironment {
  /** As `process.platform`. */
  readonly platform: string
  /** An environment variable; undefined when it is not set. */
  variable(name: string): string | undefined
  /** Absolute. */
  homeFolder(): string
  /** Of this machine, as the kernel has it. */
  hostName(): string
  /** Absolute: where the user's own settings of bulla are. */
  userFolder(): string
  /**
   * A whole file, at most 16 MiB of it; undefined when there is none.
   *
   * @throws any error; of a file-system error its `code` is shown
   */
  readFile(path: string): Promise<Uint8Array | undefined>
  /** Whether there is a named pipe: who reads one waits until somebody writes to it. */
  isPipe(path: string): boolean
  /** Create a file that only its owner may read, with its folders. @throws FileError `ERR_WRITE`, also when there is one */
  createPrivateFile(path: string, bytes: Uint8Array): Promise<void>
  readonly http: HttpClient
  readonly clock: Clock
  readonly random: RandomSource
}

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** @throws the reason of `signal` when it aborts */
  wait(ms: number, signal: AbortSignal): Promise<void>
  /** Aborts `ms` from now. Does not keep the process alive. */
  timeout(ms: number): AbortSignal
}
