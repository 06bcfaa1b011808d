import type { Report } from './report.ts'

/** Which values are the same holds in this process only, and how long they are is nothing to be told. */
const ofReport = (name: string, value: unknown) => (['values', 'lineCount'].includes(name) ? undefined : value)

/** One object: `version`, `files`, `verified`, `fixes`, `findings`. The shape is in schemas/check-report.schema.json. */
export function jsonReport({ version, findings, fileCount, verifiedCount, fixes }: Report): string {
  const report = { version, files: fileCount, verified: verifiedCount, fixes, findings }
  return `${JSON.stringify(report, ofReport, 2)}\n`
}
