import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyPragmas, readPragmas } from '../../../src/scan/allow.ts'
import { applyAllowList, parseAllowList } from '../../../src/scan/allow-list.ts'
import { Baseline, formatBaseline, parseBaseline } from '../../../src/scan/baseline.ts'
import { scanText } from '../../../src/scan/engine.ts'
import { fingerprintsOf } from '../../../src/scan/fingerprint.ts'
import { matchesGlob } from '../../../src/scan/glob.ts'
import { listRules } from '../../../src/scan/rule-list.ts'
import { dice, fill } from '../../helpers/credentials/draw.ts'
import { withChecksum } from '../../helpers/credentials/kinds.ts'
import { failure } from '../../helpers/failure.ts'

const MARK = ['bulla', 'allow'].join(':')
const RULES = new Set(listRules().map(({ id }) => id))
const token = withChecksum('ghp_', dice(5))
const other = withChecksum('ghp_', dice(6))

function keptOf(text: string): string[] {
  const findings = scanText(text, { fileName: 'a.yaml' })
  const { pragmas, malformed } = readPragmas(text, (id) => RULES.has(id))
  return [...applyPragmas(findings, pragmas).kept, ...malformed].map(({ rule, line }) => `${line} ${rule}`)
}

describe('exceptions in a text', () => {
  it('count on their own line, and on the next one when they stand alone', () => {
    expect(keptOf(`token: ${token} # ${MARK} github-token -- revoked in May\n`)).toEqual([])
    expect(keptOf(`# ${MARK} github-token -- revoked in May\ntoken: ${token}\n`)).toEqual([])
    expect(keptOf(`<!-- ${MARK} github-token -- revoked in May -->\ntoken: ${token}\n`)).toEqual([])
  })

  it('do not reach farther', () => {
    const text = `a: ${token} # ${MARK} github-token -- revoked in May\nb: ${other}\n`
    expect(keptOf(text)).toEqual(['2 github-token'])
    expect(keptOf(`# ${MARK} github-token -- revoked in May\n\ntoken: ${token}\n`)).toEqual(['3 github-token'])
  })

  it('are for one rule', () => {
    expect(keptOf(`token: ${token} # ${MARK} npm-token -- revoked in May\n`)).toEqual(['1 github-token'])
  })

  it.each([
    ['without a reason', 'github-token'],
    ['with an empty reason', 'github-token --   '],
    ['with a reason that says nothing', 'github-token -- ...'],
    ['for every rule', '* -- revoked in May'],
    ['for a rule that does not exist', 'no-such-rule -- revoked in May'],
    ['with one sign too few', 'github-token - revoked in May'],
  ])('%s do not count, and are told', (_name, rest) => {
    expect(keptOf(`token: ${token} # ${MARK} ${rest}\n`)).toEqual(['1 github-token', '1 allow-malformed'])
  })
})

describe('the allow-list', () => {
  const parse = (text: string) => parseAllowList(Buffer.from(text), '.bulla/allow.yaml')
  const text = `token: ${token}\n`
  const findings = scanText(text, { fileName: 'docs/a.yaml' })
  const kept = (yaml: string, name = 'docs/a.yaml') =>
    applyAllowList(findings, parse(yaml), { name, text, today: '2026-11-22' }).kept.length

  it('takes out findings of a rule in the files of a pattern', () => {
    const yaml = 'allow:\n  - rule: github-token\n    path: docs/**\n    reason: revoked in May\n'
    expect(kept(yaml)).toBe(0)
    expect(kept(yaml, 'src/a.yaml')).toBe(1)
    expect(kept(yaml.replace('github', 'npm'))).toBe(1)
  })

  it('takes out the finding of a fingerprint', () => {
    const [fingerprint] = [...fingerprintsOf(findings, 'docs/a.yaml', text).values()]
    expect(kept(`allow:\n  - {rule: github-token, fingerprint: "${fingerprint}", reason: revoked}\n`)).toBe(0)
    expect(kept(`allow:\n  - {rule: github-token, fingerprint: "value:${'0'.repeat(24)}", reason: revoked}\n`)).toBe(1)
  })

  it('counts until the day that is named', () => {
    const until = (day: string) =>
      kept(`allow:\n  - {rule: github-token, path: "**", reason: revoked, expires: ${day}}\n`)
    expect(until('2026-11-22')).toBe(0)
    expect(until('2026-11-21')).toBe(1)
  })

  it.each([
    ['no reason', 'allow:\n  - {rule: github-token, path: a}\n'],
    ['no place', 'allow:\n  - {rule: github-token, reason: because}\n'],
    ['an unknown field', 'allow:\n  - {rule: github-token, path: a, reason: because, until: 2027}\n'],
    ['a broken file', 'allow: [\n'],
    ['a day that is none', 'allow:\n  - {rule: github-token, path: a, reason: because, expires: soon}\n'],
  ])('is refused with %s: ERR_CONFIG', (_name, yaml) => {
    expect(failure(() => parse(yaml)).code).toBe('ERR_CONFIG')
  })
})

describe('the baseline', () => {
  const file = (text: string, name = 'a.yaml') => ({ name, text, findings: scanText(text, { fileName: name }) })
  const keptOf = (before: string, after: string, name = 'a.yaml') => {
    const entries = parseBaseline(Buffer.from(formatBaseline([file(before)])), '.bulla/baseline.json')
    return new Baseline(entries).apply(file(after, name)).kept.map(({ line }) => line)
  }

  it('knows findings again when lines and items move', () => {
    const before = `list:\n  - password: hunter2\n  - token: ${token}\n`
    expect(keptOf(before, `# new\nlist:\n  - a: b\n  - token: ${token}\n  - password: hunter2\n`)).toEqual([])
  })

  it('knows a value that nobody can guess in another file too', () => {
    expect(keptOf(`token: ${token}\n`, `other: ${token}\n`, 'b.yaml')).toEqual([])
  })

  it('does not know another value, a second one, or another place of a password', () => {
    expect(keptOf(`token: ${token}\n`, `token: ${other}\n`)).toEqual([1])
    expect(keptOf(`token: ${token}\n`, `token: ${token}\nmore: ${token}\n`)).toEqual([2])
    expect(keptOf('password: hunter2\n', 'admin_password: hunter2\n')).toEqual([1])
  })

  it('holds nothing of what can be guessed', () => {
    const passwords = fc.string({ unit: fc.constantFrom(...'abcdefgh12345'), minLength: 6, maxLength: 12 })
    fc.assert(
      fc.property(passwords, passwords, (one, two) => {
        const [first, second] = [one, two].map((value) => file(`password: Ab${value}\n`))
        if (first === undefined || second === undefined || first.findings.length !== second.findings.length) return
        expect(formatBaseline([first])).toBe(formatBaseline([second]))
      }),
    )
  })

  it('is refused when it was changed by hand: ERR_CONFIG', () => {
    for (const text of ['', '{}', '{"version":2,"findings":[]}', '{"version":1,"findings":[{"rule":"a"}]}']) {
      expect(failure(() => parseBaseline(Buffer.from(text), 'b.json')).code).toBe('ERR_CONFIG')
    }
  })
})

describe('matchesGlob', () => {
  it.each([
    ['docs/**', 'docs/a/b.md', true],
    ['docs/*', 'docs/a/b.md', false],
    ['**/*.md', 'a.md', true],
    ['**/*.md', 'a/b/c.md', true],
    ['a/**/c', 'a/c', true],
    ['a?c', 'abc', true],
    ['a?c', 'a/c', false],
    ['*', '.env', true],
    ['', 'a', false],
  ])('%s and %s: %s', (pattern, path, expected) => {
    expect(matchesGlob(pattern, path)).toBe(expected)
  })

  it('ends in time for patterns made to take long', () => {
    expect(matchesGlob(`${'*a'.repeat(200)}b`, 'a'.repeat(4000))).toBe(false)
    expect(matchesGlob(`${'**/a/'.repeat(100)}b`, 'a/'.repeat(2000))).toBe(false)
  })
})

describe('fingerprints', () => {
  it('of base64 in a Secret are of the place: what it encodes may be guessed', () => {
    const text = `kind: Secret\ndata:\n  password: ${Buffer.from(fill('sommer{d4}', dice(1))).toString('base64')}\n`
    const findings = scanText(text, { fileName: 'a.yaml' })
    expect([...fingerprintsOf(findings, 'a.yaml', text).values()]).toEqual([expect.stringMatching(/^place:/)])
  })
})
