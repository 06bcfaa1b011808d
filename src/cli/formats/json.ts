import type { Report } from './report.ts'

/** One object: `version`, `files`, `verified`, `fixes`, `findings`. The shape is in schemas/check-report.schema.json. */
export function jsonReport({ version, findings, fileCount, verifiedCount, fixes }: Report): string {
  const report = { version, files: fileCount, verified: verifiedCount, fixes, findings }
  return `${JSON.stringify(report, undefined, 2)}\n`
}
