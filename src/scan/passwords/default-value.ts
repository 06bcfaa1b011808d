import type { Detector, Page } from '../page.ts'
import { judgePair } from './generic.ts'
import { readPairAt } from './pair.ts'

/** How far above its value a variable may be named. */
const NEARBY = 300
const SEPARATOR = /["']?[ \t]{0,20}[:=][ \t]{0,20}/y
/** `variable "db_password" {` of Terraform. */
const OF_VARIABLE = /(?:^|\n)variable[ \t]{1,8}"?([\w-]{1,80})"?[ \t]{0,8}\{[^{}]{0,300}$/
const IN_BRACES = /"([\w.-]{1,80})"[ \t]{0,8}:[ \t]{0,8}\{[^{}]{0,300}$/
const FIELD = /^([ \t]{0,80})["']?([\w.-]{1,80})["']?:[ \t]{0,8}$/

/** What variables of Terraform, parameters of CloudFormation and inputs of workflows are when nobody sets them. */
export const DEFAULT_DETECTOR: Detector = {
  keywords: ['default'],
  detect(page, start, end) {
    const { text, kind } = page
    const isTerraform = page.baseName.endsWith('.tf') || page.baseName.endsWith('.hcl')
    if (!isTerraform && kind !== 'yaml' && kind !== 'json') return
    SEPARATOR.lastIndex = text.startsWith('Value', end) ? end + 5 : end
    if (!SEPARATOR.test(text)) return
    const valueStart = SEPARATOR.lastIndex
    const before = text.slice(Math.max(0, start - NEARBY), start)
    page.steps += before.length
    const key = isTerraform ? OF_VARIABLE.exec(before)?.[1] : (IN_BRACES.exec(before)?.[1] ?? fieldAbove(page, before))
    const pair = key === undefined ? undefined : readPairAt(page, { key, keyStart: start, valueStart })
    if (pair !== undefined) judgePair(page, pair)
  },
}

/** The name of the mapping in YAML whose last line has begun. */
function fieldAbove({ kind }: Page, before: string): string | undefined {
  const lines = before.split('\n')
  const own = lines.pop() ?? ''
  if (kind !== 'yaml' || lines.length === 0 || own.trim() !== '') return undefined
  for (let line = lines.pop(); line !== undefined; line = lines.pop()) {
    if (line.trim() === '' || line.length - line.trimStart().length >= own.length) continue
    return FIELD.exec(line)?.[2]
  }
  return undefined
}
