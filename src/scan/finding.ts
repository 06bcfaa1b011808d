import type { Span } from '../format/edits.ts'

/** `block`: certain enough to stop a commit. `warn`: worth a look. */
export type Level = 'block' | 'warn'

/** A plaintext secret in a text. Everything but `span` may be printed: nothing else tells of the value but its length. */
export interface Finding {
  /** Stable id in kebab-case; docs/rules.md lists them. */
  readonly rule: string
  readonly level: Level
  /** 1-based. */
  readonly line: number
  /** 1-based, in UTF-16 units. */
  readonly column: number
  /** Keys from the root, `["stringData", "password"]`, where the file has such; items of lists by their index. */
  readonly path?: readonly string[]
  /** Of what was found, in UTF-16 units. */
  readonly length: number
  /** What it is. Holds no part of the value. */
  readonly message: string
  /** Of a copy: the file that its value is sealed in. */
  readonly sealedIn?: string
  /** Where the value stands: for masking and comparing, never printed. */
  readonly span: Span
}
