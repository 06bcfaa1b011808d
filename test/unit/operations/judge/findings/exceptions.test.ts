import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Exceptions, type Scope } from '../../../../../src/operations/judge/findings/exceptions.ts'
import { spotted } from '../../../../../src/operations/scan/scan-file.ts'
import { newBaseline } from '../../../../../src/operations/scan/write-baseline.ts'
import { scanText } from '../../../../../src/scan/engine.ts'
import { parseAllowList } from '../../../../../src/scan/exceptions/allow-list.ts'
import { formatBaseline, parseBaseline } from '../../../../../src/scan/exceptions/baseline.ts'
import { fingerprintsOf } from '../../../../../src/scan/exceptions/fingerprint.ts'
import { matchesGlob } from '../../../../../src/scan/exceptions/glob.ts'
import { dice, fill } from '../../../../helpers/credentials/draw.ts'
import { makeOpenSsh, withChecksum } from '../../../../helpers/credentials/kinds.ts'
import { failure } from '../../../../helpers/failure.ts'

const MARK = ['bulla', 'allow'].join(':')
const TODAY = '2026-11-22'
const token = withChecksum('ghp_', dice(5))
const other = withChecksum('ghp_', dice(6))

const findingsIn = (text: string, name = 'a.yaml') =>
  spotted(name, text, { known: undefined, rules: [] }).map(({ finding }) => finding)

async function keptOf(text: string): Promise<string[]> {
  const exceptions = new Exceptions({ scope: 'tree', today: () => TODAY })
  const left = await exceptions.apply(findingsIn(text), 'a.yaml', text)
  return left.map(({ rule, line }) => `${line} ${rule}`)
}

describe('exceptions in a text', () => {
  it('count on their own line, and on the next one when they stand alone', async () => {
    expect(await keptOf(`token: ${token} # ${MARK} github-token -- revoked in May\n`)).toEqual([])
    expect(await keptOf(`# ${MARK} github-token -- revoked in May\ntoken: ${token}\n`)).toEqual([])
    expect(await keptOf(`<!-- ${MARK} github-token -- revoked in May -->\ntoken: ${token}\n`)).toEqual([])
  })

  it('count for what a branch takes only when it has all lines of the value too', async () => {
    const text = (seed: number) => `# ${MARK} private-key -- key of a test\n${makeOpenSsh(dice(seed))}`
    const keptFor = async (before: string) => {
      const exceptions = new Exceptions({ scope: 'change', today: () => TODAY, approved: async () => before })
      const left = await exceptions.apply(findingsIn(text(1)), 'a.yaml', text(1))
      return left.map(({ rule, line }) => `${line} ${rule}`)
    }
    expect(await keptFor(`more\n${text(1)}`)).toEqual([])
    expect(await keptFor(text(2))).toEqual(['2 private-key'])
    expect(await keptFor(makeOpenSsh(dice(1)))).toEqual(['2 private-key'])
  })

  it('do not reach farther', async () => {
    const text = `a: ${token} # ${MARK} github-token -- revoked in May\nb: ${other}\n`
    expect(await keptOf(text)).toEqual(['2 github-token'])
    expect(await keptOf(`# ${MARK} github-token -- revoked in May\n\ntoken: ${token}\n`)).toEqual(['3 github-token'])
  })

  it('are for one rule', async () => {
    expect(await keptOf(`token: ${token} # ${MARK} npm-token -- revoked in May\n`)).toEqual(['1 github-token'])
  })

  it.each([
    ['without a reason', 'github-token'],
    ['with an empty reason', 'github-token --   '],
    ['with a reason that says nothing', 'github-token -- ...'],
    ['for every rule', '* -- revoked in May'],
    ['for a rule that does not exist', 'no-such-rule -- revoked in May'],
    ['with one sign too few', 'github-token - revoked in May'],
  ])('%s do not count, and are told', async (_name, rest) => {
    expect(await keptOf(`token: ${token} # ${MARK} ${rest}\n`)).toEqual(['1 github-token', '1 allow-malformed'])
  })
})

describe('the allow-list', () => {
  const parse = (text: string) => parseAllowList(Buffer.from(text), '.bulla/allow.yaml')
  const text = `token: ${token}\n`
  const findings = findingsIn(text, 'docs/a.yaml')
  const kept = async (yaml: string, name = 'docs/a.yaml') => {
    const exceptions = new Exceptions({ entries: parse(yaml), scope: 'tree', today: () => TODAY })
    return (await exceptions.apply(findings, name, text)).length
  }

  it('takes out findings of a rule in the files of a pattern', async () => {
    const yaml = 'allow:\n  - rule: github-token\n    path: docs/**\n    reason: revoked in May\n'
    expect(await kept(yaml)).toBe(0)
    expect(await kept(yaml, 'src/a.yaml')).toBe(1)
    expect(await kept(yaml.replace('github', 'npm'))).toBe(1)
  })

  it('takes out the finding of a fingerprint', async () => {
    const [fingerprint] = findings.map((finding) => finding.fingerprint)
    expect(await kept(`allow:\n  - {rule: github-token, fingerprint: "${fingerprint}", reason: revoked}\n`)).toBe(0)
    expect(
      await kept(`allow:\n  - {rule: github-token, fingerprint: "value:${'0'.repeat(24)}", reason: revoked}\n`),
    ).toBe(1)
  })

  it('counts until the day that is named', async () => {
    const until = (day: string) =>
      kept(`allow:\n  - {rule: github-token, path: "**", reason: revoked, expires: ${day}}\n`)
    expect(await until('2026-11-22')).toBe(0)
    expect(await until('2026-11-21')).toBe(1)
  })

  it.each([
    ['no reason', 'allow:\n  - {rule: github-token, path: a}\n'],
    ['no place', 'allow:\n  - {rule: github-token, reason: because}\n'],
    ['an unknown field', 'allow:\n  - {rule: github-token, path: a, reason: because, until: 2027}\n'],
    ['a broken file', 'allow: [\n'],
    ['a day that is none', 'allow:\n  - {rule: github-token, path: a, reason: because, expires: soon}\n'],
    ['a month that is none', 'allow:\n  - {rule: github-token, path: a, reason: because, expires: 2999-13-01}\n'],
  ])('is refused with %s: ERR_CONFIG', (_name, yaml) => {
    expect(failure(() => parse(yaml)).code).toBe('ERR_CONFIG')
  })
})

describe('the baseline', () => {
  const write = (text: string, before?: string, name = 'a.yaml') => {
    const version = before === undefined ? undefined : { path: 'b.json', bytes: Buffer.from(before), stamp: '' }
    const inTree = findingsIn(text, name)
    return newBaseline({ before: version, inTree, inHistory: undefined, isWanted: () => true }).text
  }
  const keptOf = async (
    baseline: string,
    after: string,
    { name = 'a.yaml', scope = 'tree' as Scope, old = 0 } = {},
  ) => {
    const entries = parseBaseline(Buffer.from(baseline), '.bulla/baseline.json')
    const exceptions = new Exceptions({ baseline: entries, scope, today: () => TODAY })
    const found = findingsIn(after, name).map((finding) => ({ ...finding, wasThere: (finding.line ?? 0) <= old }))
    return (await exceptions.apply(found, name, after)).map(({ line }) => line)
  }

  it('knows findings again when lines and items move', async () => {
    const before = write(`list:\n  - password: hunter2\n  - token: ${token}\n`)
    expect(await keptOf(before, `# new\nlist:\n  - a: b\n  - token: ${token}\n  - password: hunter2\n`)).toEqual([])
  })

  it('knows a value that nobody can guess in another file too', async () => {
    expect(await keptOf(write(`token: ${token}\n`), `other: ${token}\n`, { name: 'b.yaml' })).toEqual([])
  })

  it('does not know another value, a second one, or another place of a password', async () => {
    const before = write(`token: ${token}\n`)
    expect(await keptOf(before, `token: ${other}\n`)).toEqual([1])
    expect(await keptOf(before, `token: ${token}\nmore: ${token}\n`)).toEqual([2])
    expect(await keptOf(write('password: hunter2\n'), 'admin_password: hunter2\n')).toEqual([1])
  })

  it('counts what was there before a change first: one more of the same is new, wherever it stands', async () => {
    const before = write('list:\n  - password: hunter2\n')
    const after = 'list:\n  - password: hunter2\n  - password: winter-orchid7\n'
    expect(await keptOf(before, after, { scope: 'change', old: 2 })).toEqual([3])
    expect(await keptOf(before, 'list:\n  - password: hunter2\n', { scope: 'change' })).toEqual([])
  })

  it('accepts in history however often it comes', async () => {
    const before = write(`token: ${token}\n`)
    expect(await keptOf(before, `token: ${token}\nmore: ${token}\n`, { scope: 'history' })).toEqual([])
  })

  it('written again keeps reasons of what is still there, and forgets what is gone', () => {
    const first = write(`password: hunter2\ntoken: ${token}\n`)
    const [entry] = parseBaseline(Buffer.from(first), 'b.json').filter(({ rule }) => rule === 'github-token')
    if (entry === undefined) throw new Error('the token is not in the baseline')
    const withReason = formatBaseline([{ ...entry, reason: 'revoked in May' }])
    const again = parseBaseline(
      Buffer.from(write(`# moved\n\ntoken: ${token}\nmore: ${token}\n`, withReason)),
      'b.json',
    )
    expect(again).toEqual([{ ...entry, count: 2, reason: 'revoked in May' }])
    expect(parseBaseline(Buffer.from(write('a: b\n', withReason)), 'b.json')).toEqual([])
  })

  it('keeps entries of files and of a history that were not looked into', () => {
    const [entry] = parseBaseline(Buffer.from(write(`token: ${token}\n`)), 'b.json')
    if (entry === undefined) throw new Error('the token is not in the baseline')
    const old = { ...entry, count: 0, file: 'gone.yaml' }
    const before = { path: 'b.json', bytes: Buffer.from(formatBaseline([old])), stamp: '' }
    const renew = (inHistory: [] | undefined, isWanted: (path: string) => boolean) =>
      newBaseline({ before, inTree: [], inHistory, isWanted }).entryCount
    expect(renew(undefined, () => true)).toBe(1)
    expect(renew([], () => true)).toBe(0)
    expect(renew([], (path) => path === 'a.yaml')).toBe(1)
  })

  it('holds nothing of what can be guessed', () => {
    const passwords = fc.string({ unit: fc.constantFrom(...'abcdefgh12345'), minLength: 6, maxLength: 12 })
    fc.assert(
      fc.property(passwords, passwords, (one, two) => {
        const [first = '', second = ''] = [one, two].map((value) => `password: Ab${value}\n`)
        if (findingsIn(first).length !== findingsIn(second).length) return
        expect(write(first)).toBe(write(second))
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
