import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FORMATS, writeReport } from '../../../src/cli/formats/formats.ts'
import { showFindings } from '../../../src/cli/show/findings-text.ts'
import type { Finding } from '../../../src/operations/judge/findings/finding.ts'
import { spotted } from '../../../src/operations/scan/scan-file.ts'
import { scanText } from '../../../src/scan/engine.ts'
import { listRules } from '../../../src/scan/rule-list.ts'
import { CONTEXTS, type Example, placeIn } from '../../helpers/credentials/contexts.ts'
import { dice } from '../../helpers/credentials/draw.ts'
import { CARRIERS } from '../../helpers/credentials/held-out/carriers.ts'
import { HELD_OUT_KINDS } from '../../helpers/credentials/held-out/kinds.ts'
import { KINDS } from '../../helpers/credentials/kinds.ts'

const RUNS = process.env['SLOW'] === undefined ? 60 : 3000
const RULE_TEXTS = JSON.stringify(listRules())
const findingsIn = (name: string, text: string) =>
  spotted(name, text, { known: undefined, rules: [] }).map(({ finding }) => finding)
/** So many characters in a row give something away. */
const SHOWN = 5

type Place = (variable: string, value: string) => Example
const PLACES: readonly Place[] = [
  ...Object.values(CARRIERS),
  ...CONTEXTS.map(
    (context): Place =>
      (variable, value) =>
        placeIn(context, variable, value),
  ),
  // where a key is the credential
  (_variable, value) => ({ fileName: 'keys.json', text: JSON.stringify({ [value]: { token: value } }) }),
  (_variable, value) => ({
    fileName: 'keys.yaml',
    text: `tokens:\n  ${value}:\n    token: ${JSON.stringify(value)}\n`,
  }),
  (_variable, value) => ({ fileName: '.env', text: `${value}=${value}\n` }),
]

/** Every form in which findings leave the program, but for hashes: five digits of one may be in a key by coincidence. */
async function everyForm(findings: readonly Finding[]): Promise<string> {
  const forms: string[] = []
  showFindings(findings, (text) => forms.push(text))
  for (const format of FORMATS) {
    if (format !== 'text') forms.push(await writeReport(format, { version: '0.0.0', findings, fileCount: 1 }))
  }
  return forms.join('\n').replace(/"[a-f0-9]{64}"|\b(?:place|value):[a-f0-9]{24}\b/g, '')
}

function partsOf(text: string): string[] {
  return Array.from({ length: Math.max(0, text.length - SHOWN + 1) }, (_, at) => text.slice(at, at + SHOWN))
}

/** What the program says whatever a value is: `xai-key` is no part of `xai-k…`. */
function known({ fileName }: Example, variable: string): string {
  return `${fileName}\n${RULE_TEXTS}\n${variable.toLowerCase().replaceAll('_', '-')}`
}

/** As it is, and as a Secret holds it. */
function partsOfValue(value: string): string[] {
  return [...partsOf(value), ...partsOf(Buffer.from(value).toString('base64'))]
}

describe('what is printed of a finding', () => {
  it('holds nothing of the credential that another of its kind does not have', async () => {
    let count = 0
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...HELD_OUT_KINDS, ...KINDS),
        fc.constantFrom(...PLACES),
        fc.nat({ max: 1e6 }),
        async ({ variable, make }, place, seed) => {
          const value = make(dice(seed))
          const others = [1, 2, 3].flatMap((more) => [...partsOfValue(make(dice(seed + more)))])
          const example = place(variable, value)
          const findings = findingsIn(example.fileName, example.text)
          count += findings.length
          const shown = await everyForm(findings)
          const common = new Set(others)
          const secret = partsOfValue(value).filter(
            (part) => !common.has(part) && !known(example, variable).includes(part) && shown.includes(part),
          )
          expect(secret).toEqual([])
        },
      ),
      { numRuns: RUNS },
    )
    expect(count).toBeGreaterThan(RUNS / 2)
  })

  it('holds nothing of what stands beside it on its line', async () => {
    const token = `AVNS_${'Zk93LdPq2XvB7tRw4Hs'}`
    const line = `${token} = "${token}" # ${token}`
    const shown = await everyForm(findingsIn('a.env', line))
    expect(scanText(line, { fileName: 'a.env' }).length).toBeGreaterThan(0)
    expect(partsOf(token.slice(5)).filter((part) => shown.includes(part))).toEqual([])
  })
})
