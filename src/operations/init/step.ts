import type { FileVersion } from '../ports.ts'

/** A file that is written: a new one, or one to which something is added. */
export interface FileStep {
  readonly kind: 'file'
  /** Absolute. */
  readonly path: string
  /** What it is for; a text for the user. */
  readonly about: string
  readonly before: FileVersion | undefined
  readonly after: Uint8Array
  /** Of a new file. */
  readonly mode?: number
  /** Where to keep the file that is there, which is then run first; absolute. */
  readonly keepAt?: string
  /** Whether it stays when it was changed afterwards: then it is the user's. */
  readonly isHandedOver?: boolean
}

export interface SettingStep {
  readonly kind: 'setting'
  readonly name: string
  readonly before: string | undefined
  readonly after: string
}

export interface IdentityStep {
  readonly kind: 'identity'
  /** Of the key file, absolute. */
  readonly path: string
  readonly recipient: string
  readonly keep: () => Promise<void>
}

/** One thing that `init` does. */
export type Step = FileStep | SettingStep | IdentityStep

/** All that is to be done, and what only a person can do. */
export interface Plan {
  readonly steps: readonly Step[]
  /** What keeps something from working until somebody does something; texts for the user. */
  readonly problems: readonly string[]
  /** What should be known; texts for the user. */
  readonly notes: readonly string[]
}
