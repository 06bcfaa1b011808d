import type { EmitOptions, Store } from '../../format/store.ts'
import type { Conflict } from '../../merge/three-way.ts'
import type { Changer } from '../values/changers.ts'

/** Three plain texts of one file. */
export interface PlainVersions {
  /** Undefined when both sides added the file: what they have in common is as if it had been there. */
  readonly base: string | undefined
  readonly ours: string
  readonly theirs: string
}

export interface MergeTools {
  readonly store: Store
  readonly changer: Changer
  /** Of new lines, where the text has none to follow. */
  readonly layout: EmitOptions
  /** Whether ciphertexts stand for values: documents that only values tell apart cannot be told apart then. */
  readonly isSealed?: boolean
}

/** A conflict, and the document of the merged text that it is in. Of the document itself when its path is empty. */
export interface DocumentConflict extends Conflict {
  readonly document: number
}

export interface MergedText {
  /** Plain. Where there is a conflict, ours stands there, or theirs when ours took it away. */
  readonly text: string
  readonly conflicts: readonly DocumentConflict[]
  /** Texts for the user. */
  readonly notes: readonly string[]
}
