import type { FixReport } from '../../operations/check/fix.ts'
import type { Level } from '../../operations/judge/finding.ts'

/** A finding as reports show it. */
export interface ReportedFinding {
  readonly rule: string
  readonly level: Level
  readonly file: string
  readonly line?: number
  readonly column?: number
  readonly keyPath?: string
  /** What exceptions call it. */
  readonly fingerprint?: string
  readonly message: string
  readonly repair?: string
  /** The commit that brings it; undefined for what is not in one. */
  readonly commit?: string
}

export interface Report {
  /** Of bulla. */
  readonly version: string
  readonly findings: readonly ReportedFinding[]
  /** How many files were judged. */
  readonly fileCount: number
  /** How many sealed files were opened, and are right; undefined when none was to be. */
  readonly verifiedCount?: number
  /** What was repaired, or not; undefined when nothing was to be. */
  readonly fixes?: readonly FixReport[]
}

/** What is wrong, and what to do, in one line. */
export function sentence({ message, keyPath, repair }: ReportedFinding): string {
  const value = keyPath === undefined ? '' : ` (${keyPath})`
  return `${message}${value}${repair === undefined ? '' : `; repair: ${repair}`}`
}

/** What stays the same when lines move: for tools that follow a finding over time. */
export function fingerprint({ rule, file, keyPath, line }: ReportedFinding): string {
  return `${rule}:${file}:${keyPath ?? line ?? ''}`
}
