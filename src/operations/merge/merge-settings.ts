import type { EmitOptions, Store } from '../../format/store.ts'
import type { Marking } from '../../merge/marks.ts'
import type { Choice, OpenConflict } from './choices.ts'

/** Three versions of one file. */
export interface SealedVersions {
  /** Undefined when both sides added the file. It may be plain: both sides sealed it since. */
  readonly base: Uint8Array | undefined
  readonly ours: Uint8Array
  readonly theirs: Uint8Array
}

export interface MergeSettings {
  /** Absolute: beside its policy stand the identities that open it. */
  readonly file: string
  readonly store: Store
  readonly layout: EmitOptions
  /** How conflicts are decided; what is not named stays one. */
  readonly choices: readonly Choice[]
  readonly marking: Marking
  /**
   * Whether the versions were taken out of a text with marks: lines of both sides stand in each, so that no MAC fits, and
   * what somebody wrote there in clear is taken as new.
   */
  readonly fromMarks: boolean
}

export interface MergedFile {
  /** Sealed; with marks around the values that are in conflict. */
  readonly bytes: Uint8Array
  /** What is still to be decided. */
  readonly conflicts: readonly OpenConflict[]
  /** Texts for the user. */
  readonly notes: readonly string[]
}
