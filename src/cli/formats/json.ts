import type { Report } from './report.ts'

/** One object: `version`, `files`, `findings`. The shape is in schemas/check-report.schema.json. */
export function jsonReport({ version, findings, fileCount }: Report): string {
  return `${JSON.stringify({ version, files: fileCount, findings }, undefined, 2)}\n`
}
