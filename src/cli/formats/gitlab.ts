import { createHash } from 'node:crypto'
import { fingerprints, type Report, sentence } from './report.ts'

const SEVERITIES = { block: 'critical', warn: 'minor' } as const

/** GitLab's code quality report. @see https://docs.gitlab.com/ci/testing/code_quality/ */
export function gitlabReport({ findings }: Report): string {
  const names = fingerprints(findings)
  const issues = findings.map((finding, index) => ({
    description: sentence(finding),
    check_name: finding.rule,
    fingerprint: createHash('sha256')
      .update(names[index] ?? '')
      .digest('hex'),
    severity: SEVERITIES[finding.level],
    location: { path: finding.file, lines: { begin: finding.line ?? 1 } },
  }))
  return `${JSON.stringify(issues, undefined, 2)}\n`
}
