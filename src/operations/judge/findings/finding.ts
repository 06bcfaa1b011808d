/** How bad a finding is: `block` stops a commit, `warn` is only told. */
export type Level = 'block' | 'warn'

/** Something in a file that should not be committed so. Nothing in it is secret. */
export interface Finding {
  /** A stable id, see docs/rules.md. */
  readonly rule: string
  readonly level: Level
  /** From the root of the repository, with slashes. */
  readonly file: string
  /** 1-based; undefined when the whole file is meant. */
  readonly line?: number
  readonly column?: number
  /** How many lines the value takes; undefined for one. Reports leave it out. */
  readonly lineCount?: number
  /** Keys to the value, in the form of `ls`. */
  readonly keyPath?: string
  /** What exceptions call it; says nothing about the value. Only of what the scanner finds. */
  readonly fingerprint?: string
  /** Which values it is about, see `valueName`: tells whether it is the same one elsewhere. Reports leave it out. */
  readonly values?: readonly number[]
  /** Lower case, no final period. */
  readonly message: string
  /** The one command that repairs it. */
  readonly repair?: string
}

const UNDECIDED: readonly string[] = ['unreadable', 'policy-broken']

/** Of a file whose content git does not have: in a partial clone it comes when git needs it. */
export const NOT_HERE = 'this file cannot be judged: its content is not in this repository'

/** Whether a finding says that nobody could tell, which stops a commit as well. */
export function cannotJudge({ rule }: Finding): boolean {
  return UNDECIDED.includes(rule)
}
