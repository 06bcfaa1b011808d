import type { KnownFile } from '../../known/known-file.ts'
import type { TextThreads } from '../../texts/text-pool.ts'
import type { CleanKind } from '../clean-files.ts'

/** What a tree says about how its files are judged, as far as it decides whether anything is to be told of one. */
export interface TreeSetup {
  /** Contents by path of all policies. */
  readonly policies: ReadonlyMap<string, Uint8Array>
  /** The content of the repository's own rules. */
  readonly rules: Uint8Array | undefined
  readonly minVersion: string | undefined
}

/** What a thread has to know before its first text. */
export interface SieveSetup extends TreeSetup {
  /** Copies of these are looked for. */
  readonly known: KnownFile | undefined
  /** Of the work tree in which they are sealed, absolute; undefined when nothing is known. */
  readonly root: string | undefined
}

/** Threads that say of which texts nothing is to be told; undefined for those that somebody has to judge. */
export type SieveThreads<Setup = TreeSetup> = TextThreads<Setup, CleanKind | undefined>
