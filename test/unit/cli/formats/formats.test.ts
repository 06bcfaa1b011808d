import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import ajv2020 from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { writeReport } from '../../../../src/cli/formats/formats.ts'
import type { Report, ReportedFinding } from '../../../../src/cli/formats/report.ts'

const ODD = 'a, b:c/%41 "q" <x>&\'\u0001\n😀.yaml'
const FINDINGS: readonly ReportedFinding[] = [
  { rule: 'plain-value', level: 'block', file: ODD, line: 3, column: 7, keyPath: 'a["]]>"]', message: 'a value, 100%' },
  { rule: 'selector-drift', level: 'warn', file: 'b.yaml', message: 'other', repair: 'bulla x', commit: 'c0ffee' },
]
const REPORT: Report = { version: '1.2.3', findings: FINDINGS, fileCount: 2 }
const EMPTY: Report = { version: '1.2.3', findings: [], fileCount: 0 }

/** Throws unless tags are nested, attributes are quoted and no character stands raw that may not. */
function elementsOf(xml: string): string[] {
  const names: string[] = []
  const open: string[] = []
  const body = xml.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '')
  for (const [piece, text, tag] of body.matchAll(/([^<]+)|<([^<>]*)>/g)) {
    if (text !== undefined) {
      if (/&(?!(?:amp|lt|gt|quot|#10);)|>/.test(text)) throw new Error(`bad text ${text}`)
      continue
    }
    const [, end, name = '', rest = '', single] = /^(\/?)([a-z]+)((?: [a-z]+="[^"<]*")*)(\/?)$/.exec(tag ?? '') ?? []
    if (name === '' || /&(?!(?:amp|lt|gt|quot|#10);)/.test(rest)) throw new Error(`bad tag ${piece}`)
    if (end === '/') {
      if (open.pop() !== name) throw new Error(`${name} closes something else`)
    } else {
      names.push(name)
      if (single !== '/') open.push(name)
    }
  }
  if (open.length > 0) throw new Error(`${open.join()} stays open`)
  return names
}

describe('a report', () => {
  it('as JSON fits its schema', async () => {
    const path = resolve(import.meta.dirname, '../../../../schemas/check-report.schema.json')
    const validate = new ajv2020.default({ strict: true, allowUnionTypes: true }).compile(
      JSON.parse(readFileSync(path, 'utf8')),
    )
    for (const report of [REPORT, EMPTY]) {
      const data = JSON.parse(await writeReport('json', report))
      expect(validate(data), JSON.stringify(validate.errors)).toBe(true)
      expect(data).toEqual({ version: '1.2.3', files: report.fileCount, findings: report.findings })
    }
    expect(validate({ version: '1', files: 1, findings: [{ ...FINDINGS[0], level: 'note' }] })).toBe(false)
  })

  it('as SARIF has levels, places in escaped URIs, and a list of rules', async () => {
    const { version, runs } = JSON.parse(await writeReport('sarif', REPORT))
    expect(version).toBe('2.1.0')
    const [first, second] = runs[0].results
    expect(runs[0].tool.driver.rules).toMatchObject([
      { id: 'plain-value', shortDescription: { text: 'a value in clear that the file itself says is sealed' } },
      {
        id: 'selector-drift',
        defaultConfiguration: { level: 'warning' },
        help: { text: expect.stringContaining('rules.md') },
      },
    ])
    expect(first).toMatchObject({ ruleId: 'plain-value', ruleIndex: 0, level: 'error' })
    const { artifactLocation, region } = first.locations[0].physicalLocation
    expect(region).toEqual({ startLine: 3, startColumn: 7 })
    expect(artifactLocation.uri).toMatch(/^[A-Za-z0-9\-._~!*'()%/]+$/)
    expect(decodeURIComponent(artifactLocation.uri)).toBe(ODD)
    expect(second).toMatchObject({ level: 'warning', message: { text: 'other; repair: bulla x (commit c0ffee)' } })
  })

  it('as JUnit is well-formed, and counts what blocks as failures', async () => {
    const xml = await writeReport('junit', REPORT)
    expect(elementsOf(xml)).toEqual(['testsuites', 'testsuite', 'testcase', 'failure', 'testcase', 'skipped'])
    expect(xml).toContain('tests="2" failures="1" skipped="1"')
    expect(xml).toContain('name="a, b:c/%41 &quot;q&quot; &lt;x&gt;&amp;')
    expect(xml).toContain('😀')
    expect(xml).toContain('other; repair: bulla x (commit c0ffee)')
    expect(elementsOf(await writeReport('junit', EMPTY))).toEqual(['testsuites', 'testsuite', 'testcase'])
  })

  it('for GitHub has one command on one line for each finding', async () => {
    const lines = (await writeReport('github', REPORT)).split('\n')
    expect(lines).toHaveLength(3)
    expect(lines[0]).toMatch(/^::error file=[^,:]*,line=3,col=7,title=bulla plain-value::/)
    expect(lines[0]).toContain('100%25')
    expect(lines[1]).toMatch(
      /^::warning file=b\.yaml,title=bulla selector-drift::other; repair: bulla x \(commit c0ffee\)$/,
    )
    expect(await writeReport('github', EMPTY)).toBe('')
  })

  it.each(['sarif', 'gitlab'] as const)('as %s has no two findings of one name', async (format) => {
    const text = await writeReport(format, { ...REPORT, findings: [...FINDINGS, ...FINDINGS] })
    const names = text.match(/"(?:bulla\/v1|fingerprint)": ".*"/g) ?? []
    expect([names.length, new Set(names).size]).toEqual([4, 4])
  })

  it('for GitLab has a fingerprint that stays when lines move', async () => {
    const moved = { ...REPORT, findings: FINDINGS.map((finding) => ({ ...finding, line: 99 })) }
    const [one, other] = [
      JSON.parse(await writeReport('gitlab', REPORT)),
      JSON.parse(await writeReport('gitlab', moved)),
    ]
    expect(one[0]).toMatchObject({ check_name: 'plain-value', severity: 'critical', location: { lines: { begin: 3 } } })
    expect(other[0].fingerprint).toBe(one[0].fingerprint)
    expect(one[1]).toMatchObject({ severity: 'minor', location: { path: 'b.yaml', lines: { begin: 1 } } })
    expect(one[1].description).toBe('other; repair: bulla x (commit c0ffee)')
  })
})
