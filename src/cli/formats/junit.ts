import { type Report, type ReportedFinding, sentence } from './report.ts'

/** JUnit XML: one case for each file with findings; warnings are skipped cases, so that they do not fail a build. */
export function junitReport({ findings, fileCount }: Report): string {
  const blocks = findings.filter(({ level }) => level === 'block')
  const clean = findings.length === 0 ? [`    <testcase classname="bulla" name="${fileCount} files"/>`] : []
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites tests="${Math.max(findings.length, 1)}" failures="${blocks.length}">`,
    `  <testsuite name="bulla" tests="${Math.max(findings.length, 1)}" failures="${blocks.length}" skipped="${findings.length - blocks.length}">`,
    ...clean,
    ...findings.map(caseOf),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

function caseOf(finding: ReportedFinding): string {
  const { rule, level, file, line } = finding
  const name = escapeXml(line === undefined ? file : `${file}:${line}`)
  const text = escapeXml(sentence(finding))
  const body = level === 'block' ? `<failure type="${rule}" message="${text}"/>` : `<skipped message="${text}"/>`
  return `    <testcase classname="${rule}" name="${name}">${body}</testcase>`
}

/** XML 1.0 has no way to write most control characters. */
function escapeXml(text: string): string {
  return (
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '?')
      // as they are, attributes would have spaces there
      .replaceAll(/[\t\n\r]/g, (sign) => `&#${sign.charCodeAt(0)};`)
  )
}
