import type { KnownFile } from '../known/known-file.ts'
import type { NamedText } from './look.ts'
import type { LookAnswer } from './look-job.ts'

/** What a thread has to know before its first text. */
export interface LookSetup {
  /** Copies of these are looked for. */
  readonly known: KnownFile | undefined
  /** Of the work tree in which they are sealed, absolute; undefined when nothing is known. */
  readonly root: string | undefined
  /** The content of the repository's own rules. */
  readonly rules: Uint8Array | undefined
}

/** Threads that look into texts, as the one that asks them does. */
export interface LookThreads {
  /**
   * Begin with them. Nothing waits for their start.
   *
   * @param busy - how many processors have something else to do
   * @returns undefined where there is no other processor
   */
  start(setup: LookSetup, busy: number): Promise<LookPool | undefined>
}

/** Threads that were started. */
export interface LookPool {
  /**
   * Hand over texts to the next thread that has room.
   *
   * @returns what is found in each, in their order: rejects when the thread ends before it has told; undefined when no
   *   thread has room, or has started yet
   */
  offer(texts: readonly NamedText[]): Promise<{ readonly found: Promise<LookAnswer> } | undefined>
  close(): void
}
