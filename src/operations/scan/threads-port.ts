import type { KnownFile } from '../known/known-file.ts'
import type { TextThreads } from '../texts/text-pool.ts'
import type { Spotted } from './scan-file.ts'

/** What a thread has to know before its first text. */
export interface LookSetup {
  /** Copies of these are looked for. */
  readonly known: KnownFile | undefined
  /** Of the work tree in which they are sealed, absolute; undefined when nothing is known. */
  readonly root: string | undefined
  /** The content of the repository's own rules. */
  readonly rules: Uint8Array | undefined
}

/** Threads that look into texts. */
export type LookThreads = TextThreads<LookSetup, readonly Spotted[]>
