import type { Report } from './report.ts'

/** How findings can be written. `text` is for people, and goes to standard error in hooks. */
export const FORMATS = ['text', 'json', 'sarif', 'junit', 'github', 'gitlab'] as const
export type Format = (typeof FORMATS)[number]

/** Write a report in a form for machines. */
export async function writeReport(format: Exclude<Format, 'text'>, given: Report): Promise<string> {
  const report = wellFormed(given)
  switch (format) {
    case 'json':
      return (await import('./json.ts')).jsonReport(report)
    case 'sarif':
      return (await import('./sarif.ts')).sarifReport(report)
    case 'junit':
      return (await import('./junit.ts')).junitReport(report)
    case 'github':
      return (await import('./github.ts')).githubReport(report)
    case 'gitlab':
      return (await import('./gitlab.ts')).gitlabReport(report)
  }
}

/** Paths that are no UTF-8 come with halves of surrogate pairs, which many readers of JSON refuse. */
function wellFormed(report: Report): Report {
  const isFine = report.findings.every(({ file }) => file.isWellFormed())
  const text = (_: string, value: unknown) => (typeof value === 'string' ? value.toWellFormed() : value)
  return isFine ? report : JSON.parse(JSON.stringify(report, text)) // the same, but for that
}
