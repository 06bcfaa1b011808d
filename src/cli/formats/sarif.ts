import { ruleFacts } from '../../operations/judge/findings/rule-facts.ts'
import { fingerprints, type Report, type ReportedFinding, sentence } from './report.ts'

const LEVELS = { block: 'error', warn: 'warning' } as const

/** SARIF 2.1.0, as GitHub's code scanning takes it. @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/ */
export function sarifReport({ version, findings }: Report): string {
  const rules = [...new Set(findings.map(({ rule }) => rule))].sort()
  const names = fingerprints(findings)
  const sarif = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'bulla', version, rules: rules.map(ruleOf) } },
        columnKind: 'utf16CodeUnits',
        results: findings.map((finding, index) => resultOf(finding, rules, names[index] ?? '')),
      },
    ],
  }
  return `${JSON.stringify(sarif, undefined, 2)}\n`
}

/** What GitHub asks for of each rule. */
function ruleOf(id: string) {
  const facts = ruleFacts(id)
  const text = facts?.name ?? 'a rule of this repository'
  return {
    id,
    shortDescription: { text },
    fullDescription: { text },
    help: { text: `${text}; the rule is described in docs/rules.md of bulla` },
    defaultConfiguration: { level: LEVELS[facts?.level ?? 'block'] },
  }
}

function resultOf(finding: ReportedFinding, rules: readonly string[], name: string) {
  const { rule, level, file, line, column } = finding
  return {
    ruleId: rule,
    ruleIndex: rules.indexOf(rule),
    level: LEVELS[level],
    message: { text: sentence(finding) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: file.split('/').map(encodeURIComponent).join('/') },
          region: { startLine: line ?? 1, ...(column === undefined ? {} : { startColumn: column }) },
        },
      },
    ],
    partialFingerprints: { 'bulla/v1': name },
  }
}
