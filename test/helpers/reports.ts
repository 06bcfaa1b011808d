import { readFileSync } from 'node:fs'
import ajv2020 from 'ajv/dist/2020.js'

type ReportName = 'check-report' | 'diff' | 'doctor-report' | 'explain-report' | 'recipient-report'

/** What a command printed, parsed. @throws when it is not what its schema says */
export function readReport(name: ReportName, printed: string): unknown {
  const path = new URL(`../../schemas/${name}.schema.json`, import.meta.url)
  const validate = new ajv2020.default({ strict: true, allowUnionTypes: true, allErrors: true }).compile(
    JSON.parse(readFileSync(path, 'utf8')),
  )
  const report: unknown = JSON.parse(printed)
  if (!validate(report)) throw new Error(`no ${name}: ${JSON.stringify(validate.errors)}`)
  return report
}
