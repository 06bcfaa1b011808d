import type { FixReport } from '../../operations/check/fix.ts'
import type { Level } from '../../operations/judge/findings/finding.ts'

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

/** What is wrong, what to do, and which commit brings it, in one line. */
export function sentence({ message, keyPath, repair, commit }: ReportedFinding): string {
  const value = keyPath === undefined || keyPath === '' ? '' : ` (${keyPath})`
  const whose = commit === undefined ? '' : ` (commit ${commit})`
  return `${message}${value}${repair === undefined ? '' : `; repair: ${repair}`}${whose}`
}

/**
 * For each finding what stays the same when lines move, and no other one has: for tools that follow findings over time, and
 * take two with one name for the same.
 */
export function fingerprints(findings: readonly ReportedFinding[]): string[] {
  const counts = new Map<string, number>()
  return findings.map(({ rule, file, keyPath, line, fingerprint }) => {
    const name = `${rule}:${file}:${keyPath ?? fingerprint ?? line ?? ''}`
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    return count === 1 ? name : `${name}:${count}`
  })
}
