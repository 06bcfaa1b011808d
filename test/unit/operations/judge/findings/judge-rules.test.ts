import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { JUDGE_RULES } from '../../../../../src/operations/judge/findings/judge-rules.ts'
import { listRules } from '../../../../../src/scan/rule-list.ts'

const ROOT = resolve(import.meta.dirname, '../../../../..')
const FOLDERS = ['judge', 'check', 'hooks', 'known'].map((name) => join(ROOT, 'src/operations', name))

describe('rules of the policy', () => {
  it('are those that findings have, each with a row in docs/rules.md', () => {
    const page = readFileSync(join(ROOT, 'docs/rules.md'), 'utf8')
    const rows = JUDGE_RULES.map(
      ({ id, level, isAllowable, name }) => `| \`${id}\` | ${level} | ${isAllowable ? 'yes' : 'no'} | ${name} |`,
    )
    expect(rows.filter((row) => !page.includes(row))).toEqual([])
  })

  it('are each used, and no other is', () => {
    const code = FOLDERS.flatMap((folder) =>
      readdirSync(folder, { encoding: 'utf8', recursive: true })
        .filter((name) => name.endsWith('.ts') && name !== 'rules.ts')
        .map((name) => readFileSync(join(folder, name), 'utf8')),
    ).join('\n')
    expect(JUDGE_RULES.filter(({ id }) => !code.includes(`'${id}'`)).map(({ id }) => id)).toEqual([])
    const named = [...code.matchAll(/rule: '([a-z-]+)'/g)].map(([, id]) => id)
    expect(named.length).toBeGreaterThan(5)
    expect(named.filter((id) => !JUDGE_RULES.some((rule) => rule.id === id))).toEqual([])
  })

  it('have ids that no rule of the scanner has', () => {
    const scanner = new Set(listRules().map(({ id }) => id))
    expect(JUDGE_RULES.filter(({ id }) => scanner.has(id))).toEqual([])
  })
})
