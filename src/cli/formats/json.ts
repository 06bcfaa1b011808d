import type { Report } from './report.ts'

/** Which values are the same is nothing to be told: it holds in this process only. */
const withoutValues = (name: string, value: unknown) => (name === 'values' ? undefined : value)

/** One object: `version`, `files`, `verified`, `fixes`, `findings`. The shape is in schemas/check-report.schema.json. */
export function jsonReport({ version, findings, fileCount, verifiedCount, fixes }: Report): string {
  const report = { version, files: fileCount, verified: verifiedCount, fixes, findings }
  return `${JSON.stringify(report, withoutValues, 2)}\n`
}
