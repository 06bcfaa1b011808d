import { describe, expect } from 'vitest'
import { expectNoSecret } from '../helpers/canary.ts'
import { dice } from '../helpers/credentials/draw.ts'
import { withChecksum } from '../helpers/credentials/kinds.ts'
import { HookedRepository } from '../helpers/hooked-repository.ts'
import { it, type Sandbox } from '../helpers/sandbox.ts'

const TOKEN = withChecksum('ghp_', dice(21))
const OTHER = withChecksum('ghp_', dice(22))
const MARK = ['bulla', 'allow'].join(':')
const PRAGMA = ` # ${MARK} github-token -- a token of a test`
const BASELINE = '.bulla/baseline.json'

const inRepository = { cwd: 'repo' }
const scan = (box: Sandbox, ...args: readonly string[]) => box.bulla(['scan', ...args], inRepository)
const allow = (...fields: readonly string[]) => `allow:\n  - ${fields.join('\n    ')}\n`
const listed = allow('rule: github-token', 'path: "src/**"', 'reason: a token of a test')

async function repositoryWith(box: Sandbox, files: Readonly<Record<string, string>>): Promise<HookedRepository> {
  const repository = await HookedRepository.create(box)
  await repository.must('config', 'core.hooksPath', '/dev/null')
  await repository.commit({ 'a.txt': 'a\n', ...files })
  return repository
}

describe('exceptions of scan', () => {
  it('count beside the line and in the list, in files, on standard input and in what is staged', async ({ box }) => {
    const repository = await repositoryWith(box, { '.bulla/allow.yaml': listed })
    repository.write('a.env', `TOKEN=${TOKEN}${PRAGMA}\n`)
    repository.write('src/b.env', `TOKEN=${TOKEN}\n`)
    expect(await scan(box)).toMatchObject({ code: 0, out: '' })
    await repository.must('add', '.')
    expect(await scan(box, '--staged')).toMatchObject({ code: 0, out: '' })
    const input = { ...inRepository, stdin: `TOKEN=${TOKEN}\n` }
    expect(await box.bulla(['scan', '-', '--filename-override', 'src/c.env'], input)).toMatchObject({ code: 0 })
    expect(await box.bulla(['scan', '-', '--filename-override', 'c.env'], input)).toMatchObject({ code: 1 })
  })

  it('count in a range when its start has them, and not when they come with it', async ({ box }) => {
    const repository = await repositoryWith(box, {})
    await repository.commit({ 'src/b.env': `TOKEN=${TOKEN}\n`, '.bulla/allow.yaml': listed })
    await repository.commit({ 'a.env': `TOKEN=${TOKEN}${PRAGMA}\n`, 'src/c.env': `TOKEN=${OTHER}\n` })
    const { out } = await scan(box, '--range', 'HEAD~2..HEAD')
    expect(out.match(/block github-token/g)).toHaveLength(3)
    const { out: later } = await scan(box, '--range', 'HEAD~1..HEAD')
    expect(later.match(/block github-token: \S+ (\S+?):/)?.[1]).toBe('a.env')
    expect(later.match(/block github-token/g)).toHaveLength(1)
  })

  it('that stand there now count for all of history: of the same value, not of another one', async ({ box }) => {
    const repository = await repositoryWith(box, { 'a.env': `TOKEN=${OTHER}\n` })
    await repository.commit({ 'a.env': `TOKEN=${TOKEN}\n`, 'src/b.env': `TOKEN=${OTHER}\n` })
    await repository.commit({ 'a.env': `TOKEN=${TOKEN}${PRAGMA}\n`, '.bulla/allow.yaml': listed })
    const first = (await repository.must('rev-parse', 'HEAD~2')).trim()
    const { code, out } = await scan(box, '--history')
    expect([code, out.match(/block/g)?.length]).toEqual([1, 1])
    expect(out).toContain(`${first.slice(0, 12)} a.env:1:7`)
  })

  it('that cannot be read leave the question open: exit 2', async ({ box }) => {
    await repositoryWith(box, { '.bulla/allow.yaml': 'allow: [{ rule: x }]\n' })
    expect(await scan(box)).toMatchObject({ code: 2, out: expect.stringContaining('policy-broken: .bulla/allow.yaml') })
  })
})

describe('scan --write-baseline', () => {
  it('accepts what stands there for scan, check and the hook; what is new is told', async ({ box }) => {
    const password = 'Winter-orchid7!'
    const old = { 'a.env': `TOKEN=${TOKEN}\n`, 'b.yaml': `database_password: ${password}\n` }
    const repository = await repositoryWith(box, old)
    expect(await scan(box, '--fail-on', 'warn')).toMatchObject({ code: 1 })
    const { code, out, err } = await scan(box, '--write-baseline')
    expect({ code, out }).toEqual({ code: 0, out: '' })
    expect(err).toContain('bulla: .bulla/baseline.json: 2 entries, 2 new, 0 gone\n')
    expectNoSecret(repository.read(BASELINE), TOKEN)
    expectNoSecret(repository.read(BASELINE), password)
    await repository.must('add', '.')
    expect(await scan(box, '--fail-on', 'warn')).toMatchObject({ code: 0, out: '' })
    expect(await box.bulla(['check', '--fail-on', 'warn'], inRepository)).toMatchObject({ code: 0, out: '' })
    expect(await box.bulla(['hook', 'run', 'pre-commit'], inRepository)).toMatchObject({ code: 0, err: '' })
    repository.write('a.env', `# moved\n\nTOKEN=${TOKEN}\nOTHER=${OTHER}\n`)
    await repository.must('add', '.')
    const hook = await box.bulla(['hook', 'run', 'pre-commit'], inRepository)
    expect([hook.code, hook.err.match(/ {2}\w+ github-token: \S+/g)]).toEqual([1, ['  block github-token: a.env:4:7:']])
    expect((await scan(box)).out.match(/github-token: \S+/g)).toEqual(['github-token: a.env:4:7:'])
  })

  it('run again keeps reasons, forgets what is gone, and writes nothing when nothing is new', async ({ box }) => {
    const repository = await repositoryWith(box, { 'a.env': `TOKEN=${TOKEN}\n`, 'b.env': `TOKEN=${OTHER}\n` })
    await scan(box, '--write-baseline')
    const reason = '"count": 1,\n      "reason": "revoked"'
    repository.write(BASELINE, repository.read(BASELINE).replace('"count": 1', reason))
    const before = repository.read(BASELINE)
    expect((await scan(box, '--write-baseline')).err).toBe('bulla: .bulla/baseline.json: 2 entries, 0 new, 0 gone\n')
    expect(repository.read(BASELINE)).toBe(before)
    repository.write('b.env', 'nothing\n')
    repository.write('c.env', `TOKEN=${withChecksum('ghp_', dice(23))}\n`)
    expect((await scan(box, '--write-baseline', 'b.env')).err).toContain('1 entry, 0 new, 1 gone')
    expect((await scan(box, '--write-baseline')).err).toContain('2 entries, 1 new, 0 gone')
    expect(repository.read(BASELINE)).toContain('"reason": "revoked"')
  })

  it('takes in what only history holds, with --history, and then it does not count for the files', async ({ box }) => {
    const repository = await repositoryWith(box, { 'a.env': `TOKEN=${TOKEN}\n` })
    await repository.commit({ 'a.env': `TOKEN=${OTHER}\n` })
    expect((await scan(box, '--history', '--write-baseline')).err).toContain('2 entries, 2 new, 0 gone')
    expect(await scan(box, '--history')).toMatchObject({ code: 0, out: '' })
    expect(await scan(box)).toMatchObject({ code: 0, out: '' })
    repository.write('a.env', `TOKEN=${TOKEN}\n`)
    expect(await scan(box)).toMatchObject({ code: 1 })
  })

  it.each<[string, readonly string[], number]>([
    ['with --staged', ['--staged'], 8],
    ['with a range', ['--range', 'HEAD~1..HEAD'], 8],
    ['with a format', ['--format', 'json'], 8],
  ])('is refused %s', async (_, args, code) => {
    const { Sandbox: Box } = await import('../helpers/sandbox.ts')
    const box = new Box()
    try {
      await repositoryWith(box, {})
      expect(await scan(box, '--write-baseline', ...args)).toMatchObject({ code })
    } finally {
      box.dispose()
    }
  })

  it('refuses a baseline that cannot be read, and leaves it', async ({ box }) => {
    const repository = await repositoryWith(box, { [BASELINE]: '{"version": 9}\n' })
    expect(await scan(box, '--write-baseline')).toMatchObject({ code: 2 })
    expect(repository.read(BASELINE)).toBe('{"version": 9}\n')
  })
})

describe('a .gitleaks.toml', () => {
  const rules = "[[rules]]\nid = 'House Token'\nregex = '''hse_[a-z0-9]{12}'''\nkeywords = ['hse_']\n"
  const value = `hse_${'q7'.repeat(6)}`

  it('has more rules for scan, check and the hook, that exceptions can name', async ({ box }) => {
    const repository = await repositoryWith(box, { '.gitleaks.toml': rules })
    repository.write('a.txt', `use ${value}\n`)
    await repository.must('add', '.')
    const told = expect.stringContaining('block gitleaks-house-token: a.txt:1:5: a rule of .gitleaks.toml')
    expect(await scan(box)).toMatchObject({ code: 1, out: told })
    expect(await scan(box, '--staged')).toMatchObject({ code: 1, out: told })
    expect(await box.bulla(['check'], inRepository)).toMatchObject({ code: 1, out: told })
    const hook = await box.bulla(['hook', 'run', 'pre-commit'], inRepository)
    expect(hook).toMatchObject({ code: 1, err: told })
    expectNoSecret(hook.err, value)
    repository.write('a.txt', `use ${value} # ${MARK} gitleaks-house-token -- a token of a test\n`)
    expect(await scan(box)).toMatchObject({ code: 0, out: '' })
  })

  it('switches nothing of ours off', async ({ box }) => {
    const off =
      "[allowlist]\npaths = ['''.*''']\nregexes = ['''.*''']\n[[rules]]\nid = 'github-token'\nregex = 'never'\n"
    await repositoryWith(box, { '.gitleaks.toml': off, 'a.env': `TOKEN=${TOKEN}\n` })
    expect(await scan(box)).toMatchObject({ code: 1, out: expect.stringContaining('block github-token') })
    expect(await box.bulla(['check'], inRepository)).toMatchObject({ code: 1 })
  })

  it('that cannot be read is told: exit 2', async ({ box }) => {
    await repositoryWith(box, { '.gitleaks.toml': '[[rules\n' })
    const told = expect.stringContaining('policy-broken: .gitleaks.toml')
    expect(await scan(box)).toMatchObject({ code: 2, out: told })
    expect(await box.bulla(['check'], inRepository)).toMatchObject({ code: 2, out: told })
  })
})
