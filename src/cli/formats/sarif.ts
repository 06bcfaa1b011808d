import { fingerprint, type Report, type ReportedFinding, sentence } from './report.ts'

const LEVELS = { block: 'error', warn: 'warning' } as const

/** SARIF 2.1.0, as GitHub's code scanning takes it. @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/ */
export function sarifReport({ version, findings }: Report): string {
  const rules = [...new Set(findings.map(({ rule }) => rule))].sort()
  const sarif = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'bulla', version, rules: rules.map((id) => ({ id })) } },
        columnKind: 'utf16CodeUnits',
        results: findings.map((finding) => resultOf(finding, rules)),
      },
    ],
  }
  return `${JSON.stringify(sarif, undefined, 2)}\n`
}

function resultOf(finding: ReportedFinding, rules: readonly string[]) {
  const { rule, level, file, line, column, commit } = finding
  return {
    ruleId: rule,
    ruleIndex: rules.indexOf(rule),
    level: LEVELS[level],
    message: { text: commit === undefined ? sentence(finding) : `${sentence(finding)} (commit ${commit})` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: file.split('/').map(encodeURIComponent).join('/') },
          region: { startLine: line ?? 1, ...(column === undefined ? {} : { startColumn: column }) },
        },
      },
    ],
    partialFingerprints: { 'bulla/v1': fingerprint(finding) },
  }
}
