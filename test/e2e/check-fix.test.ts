import { describe, expect } from 'vitest'
import { newIdentity } from '../helpers/age.ts'
import { expectNoSecret, MARKER } from '../helpers/canary.ts'
import { HookedRepository } from '../helpers/hooked-repository.ts'
import { rewrapped } from '../helpers/rewrap.ts'
import { it, type Sandbox } from '../helpers/sandbox.ts'

const PLAIN = `db:\n    password: ${MARKER}-one\n    # a comment\n    token: ${MARKER}-two\n    user: bob\n`
const FILE = 'secrets/a.yaml'
const NO_KEY = { SOPS_AGE_KEY_FILE: '/dev/null' }

const rule = (readers: string, selector = 'password') =>
  `creation_rules:\n  - path_regex: ^secrets/\n    encrypted_regex: ${selector}\n    age: ${readers}\n`
const check = (box: Sandbox, args: readonly string[] = [], env = {}) =>
  box.bulla(['check', ...args], { cwd: 'repo', env })

/** With one sealed file, and a policy that may have changed since. */
async function sealed(box: Sandbox, policy = rule(box.recipient), before = rule(box.recipient)) {
  const repository = await HookedRepository.create(box)
  await repository.must('config', 'core.hooksPath', '/dev/null')
  repository.write('.sops.yaml', before)
  repository.write(FILE, PLAIN)
  await box.bulla(['encrypt', '-i', FILE], { cwd: 'repo' })
  repository.write('.sops.yaml', policy)
  await repository.must('add', '.')
  await repository.must('commit', '-q', '-m', 'sealed')
  return repository
}

async function change(repository: HookedRepository, edit: (text: string) => string): Promise<void> {
  repository.write(FILE, edit(repository.read(FILE)))
  await repository.must('add', '.')
}

describe('check --verify', () => {
  it('opens every sealed file, and says of which it could not', async ({ box }) => {
    await sealed(box)
    const { code, out, err } = await check(box, ['--verify'])
    expect({ code, out, err }).toEqual({
      code: 0,
      out: '',
      err: 'bulla: 2 files judged, 1 opened and verified, 0 findings\n',
    })
    const without = await check(box, ['--verify'], NO_KEY)
    expect(without).toMatchObject({ code: 0, out: expect.stringContaining('warn not-verified: secrets/a.yaml') })
    expect(await check(box, ['--verify', '--fail-on', 'warn'], NO_KEY)).toMatchObject({ code: 1 })
  })

  it('tells a clear value that was changed, and a sealed one that was moved; without it nobody sees', async ({
    box,
  }) => {
    const repository = await sealed(
      box,
      rule(box.recipient, '(password|token)'),
      rule(box.recipient, '(password|token)'),
    )
    await change(repository, (text) => text.replace('user: bob', 'user: eve'))
    expect(await check(box)).toMatchObject({ code: 0, out: '' })
    expect(await check(box, ['--verify'])).toMatchObject({
      code: 1,
      out: expect.stringContaining('block mac-mismatch'),
    })
    const tokenLine = /token: (ENC\S+)/
    await change(repository, (text) => text.replace(/password: ENC\S+/, `password: ${tokenLine.exec(text)?.[1]}`))
    expect(await check(box)).toMatchObject({ code: 0, out: '' })
    const { code, out } = await check(box, ['--verify'])
    expect(code).toBe(1)
    expect(out).toMatch(/block value-not-authentic: secrets\/a\.yaml.*\(db\.password\)/)
    expectNoSecret(out, MARKER)
  })

  it('tells readers whose entry is wrapped for others: how many shows without a key, for whom only with it', async ({
    box,
  }) => {
    const eve = newIdentity()
    const repository = await sealed(box)
    const before = repository.read(FILE)
    const both = await rewrapped(before, box.identity, box.recipient, eve.recipient)
    await change(repository, () => both)
    const finding = `reader-entry: ${FILE}: the entry of age ${box.recipient}: wrapped for`
    const count = `${finding} 2 keys, and names one\n      bulla rotate --in-place ${FILE}\n`
    expect(await check(box, [], NO_KEY)).toMatchObject({ code: 0, out: `  warn ${count}` })
    expect(await check(box, ['--strict'], NO_KEY)).toMatchObject({ code: 1, out: `  block ${count}` })
    expect(await check(box, ['--verify'])).toMatchObject({ code: 0, out: `  warn ${count}` })
    await box.bulla(['rotate', '--in-place', FILE], { cwd: 'repo' })
    await repository.must('add', '.')
    expect(await check(box, ['--strict', '--verify'])).toMatchObject({ code: 0, out: '' })

    const other = await rewrapped(before, box.identity, eve.recipient)
    await change(repository, () => other)
    expect(await check(box, ['--strict'])).toMatchObject({ code: 0, out: '' })
    const ofEve = `  block ${finding} another key than it names\n`
    for (const env of [{}, { SOPS_AGE_KEY: eve.identity, SOPS_AGE_KEY_FILE: undefined }]) {
      expect(await check(box, ['--verify'], env)).toMatchObject({ code: 1, out: expect.stringContaining(ofEve) })
    }
  })

  it('counts a file in conflict once, and as verified when all of its sides are', async ({ box }) => {
    const repository = await sealed(box)
    await repository.must('branch', 'other')
    for (const [branch, user] of [
      ['main', 'ann'],
      ['other', 'eve'],
    ]) {
      await repository.must('checkout', '-q', branch ?? '')
      await box.bulla(['set', FILE, 'db.user', `"${user}"`], { cwd: 'repo' })
      await repository.must('commit', '-q', '-a', '-m', 'changed')
    }
    await box.sh('git -C repo merge main || true')
    const { out, err } = await check(box, ['--verify'])
    expect(out.match(/block [\w-]+/g)).toEqual(['block conflict-markers'])
    expect(err).toContain('2 files judged, 1 opened and verified, 1 finding\n')
    const without = await check(box, ['--verify'], NO_KEY)
    expect(without.out.match(/warn not-verified/g)).toHaveLength(1)
    expect(without.err).toContain('2 files judged, 0 opened and verified, 2 findings\n')
  })

  it('looks at a revision and at a range too', async ({ box }) => {
    const repository = await sealed(box)
    await change(repository, (text) => text.replace('user: bob', 'user: eve'))
    await repository.must('commit', '-q', '-m', 'changed')
    expect(await check(box, ['HEAD~1', '--verify'])).toMatchObject({ code: 0 })
    expect(await check(box, ['HEAD', '--verify'])).toMatchObject({ code: 1 })
    expect(await check(box, ['HEAD~1..HEAD', '--verify'])).toMatchObject({ code: 1 })
  })
})

describe('check --fix', () => {
  it('follows the policy that a file was judged by, not the one of the folder we are in', async ({ box }) => {
    const [reader, stranger] = [newIdentity(), newIdentity()]
    const repository = await sealed(box)
    const file = 'app/secrets/b.yaml'
    const nested = (readers: string, selector: string) => rule(readers, selector).replace('^secrets/', '^secrets/b')
    repository.write('app/.sops.yaml', nested(box.recipient, 'password'))
    repository.write(file, PLAIN)
    await box.bulla(['encrypt', '-i', '--config', 'app/.sops.yaml', file], { cwd: 'repo' })
    repository.write('app/.sops.yaml', nested(`${box.recipient},${reader.recipient}`, 'password|token'))
    repository.write('.sops.yaml', `${rule(box.recipient)}  - age: ${box.recipient},${stranger.recipient}\n`)
    await repository.must('add', '.')
    const { code, out } = await check(box, ['--fix', file])
    expect({ code }, out).toEqual({ code: 0 })
    const text = repository.read(file)
    expect(text).toMatch(/token: ENC\[.*user: bob\n.*encrypted_regex: password\|token\n/s)
    expect([text.includes(reader.recipient), text.includes(stranger.recipient)]).toEqual([true, false])
  })

  it('makes readers and selector those of the rule, keeps what stays, stages nothing', async ({ box }) => {
    const { recipient } = newIdentity()
    const repository = await sealed(box, rule(`${box.recipient},${recipient}`, 'password|token'))
    const before = repository.read(FILE)
    const plan = await check(box, ['--fix', '--dry-run'])
    expect(plan.out).toContain('would fix selector-drift, readers-drift: secrets/a.yaml')
    expect(repository.read(FILE)).toBe(before)
    const { code, out, err } = await check(box, ['--fix', '--fail-on', 'warn'])
    expect({ code, out }).toEqual({
      code: 0,
      out: '  fixed selector-drift, readers-drift: secrets/a.yaml: sealed again as its rule says, readers as its rule says\n',
    })
    expect(err).toContain('1 file changed, not staged')
    expect(err).not.toContain('rotate')
    const after = repository.read(FILE)
    expect(after).toContain(/password: ENC\S+/.exec(before)?.[0])
    expect(after).toMatch(/token: ENC/)
    expect(after).toContain(recipient)
    expect(await repository.must('diff', '--cached', '--name-only')).toBe('')
    expect((await box.bulla(['decrypt', FILE], { cwd: 'repo' })).out).toBe(PLAIN)
    // what is staged is still what it was
    expect((await check(box)).out).toContain('warn readers-drift: secrets/a.yaml')
    await repository.must('add', '.')
    expect((await check(box)).out).toBe('')
  })

  it('seals a comment that came into a file that seals its comments', async ({ box }) => {
    const all = `creation_rules:\n  - path_regex: ^secrets/\n    age: ${box.recipient}\n`
    const repository = await sealed(box, all, all)
    await change(repository, (text) => text.replace('    user:', `    # ${MARKER}\n    user:`))
    expect((await check(box)).out).toContain('warn plain-comment')
    expect((await check(box, ['--fix'])).out).toBe(`  fixed plain-comment: ${FILE}: comments sealed\n`)
    expectNoSecret(repository.read(FILE), MARKER)
    const opened = await box.bulla(['decrypt', FILE], { cwd: 'repo' })
    expect(opened.out).toBe(PLAIN.replace('    user:', `    # ${MARKER}\n    user:`))
  })

  it('takes readers out, and says that they may have kept the data key', async ({ box }) => {
    const { recipient } = newIdentity()
    const repository = await sealed(box, rule(box.recipient), rule(`${box.recipient},${recipient}`))
    expect((await check(box, ['--fix'])).err).toContain('may have kept the data key')
    expect(repository.read(FILE)).not.toContain(recipient)
  })

  it.each<[string, (box: Sandbox) => string, string]>([
    ['puts no value in clear', (box) => rule(box.recipient, 'token'), 'the rule would put a value in clear'],
    ['locks nobody out', () => rule(newIdentity().recipient), 'none of your identities would open'],
  ])('%s', async (_, policy, why) => {
    const { Sandbox: Box } = await import('../helpers/sandbox.ts')
    const box = new Box()
    try {
      const repository = await sealed(box, policy(box))
      const before = repository.read(FILE)
      const { out } = await check(box, ['--fix'])
      expect(out).toContain('  not fixed ')
      expect(out).toContain(why)
      expect(repository.read(FILE)).toBe(before)
    } finally {
      box.dispose()
    }
  })

  it('leaves files that no key opens, that do not verify, that are not what was judged, or broken', async ({ box }) => {
    const repository = await sealed(box, rule(box.recipient, 'password|token'))
    const left = async (why: string, env = {}) => {
      const before = repository.read(FILE)
      const { out } = await check(box, ['--fix'], env)
      expect(out).toContain(`not fixed selector-drift: ${FILE}: ${why}`)
      expect(repository.read(FILE)).toBe(before)
    }
    await left('no key at hand opens', NO_KEY)
    const good = repository.read(FILE)
    repository.write(FILE, good.replace('user: bob', 'user: eve'))
    await left('it differs from what is staged')
    await repository.must('add', '.')
    await left('the mac does not match')
    await change(repository, () => good.replace(/password: ENC\S+/, 'password: in-clear-now'))
    await left('it has other faults')
    await change(repository, () => good)
    repository.write('.sops.yaml', rule(box.recipient, 'token|user'))
    await left('.sops.yaml differs from what is staged')
  })

  it('repairs files in which git writes CRLF: what is staged then is what it would be with LF', async ({ box }) => {
    const repository = await sealed(box, rule(box.recipient, 'password|token'))
    const env = `secrets/b.env`
    repository.write(env, `password=${MARKER}\ntoken=x\n`)
    await box.bulla(['encrypt', '-i', '--encrypted-regex', 'password', env], { cwd: 'repo' })
    await repository.must('add', '.')
    await repository.must('commit', '-q', '-m', 'more')
    await repository.must('config', 'core.autocrlf', 'true')
    await box.sh('rm -r secrets && git checkout -q -- secrets', { cwd: 'repo' })
    expect(repository.read(env)).toMatch(/\r\n/)
    const { out } = await check(box, ['--fix', '--fail-on', 'warn'])
    expect(out).toBe(
      [FILE, env].map((file) => `  fixed selector-drift: ${file}: sealed again as its rule says\n`).join(''),
    )
    for (const file of [FILE, env]) expect(repository.read(file)).not.toMatch(/[^\r]\n/)
    await repository.must('add', '.')
    expect(await repository.must('ls-files', '--eol', 'secrets')).toMatch(/^i\/lf\s+w\/crlf.*\ni\/lf\s+w\/crlf.*$/)
    expect(await check(box, ['--verify', '--fail-on', 'warn'])).toMatchObject({ code: 0, out: '' })
    await box.sh('git show :secrets/a.yaml > staged.yaml', { cwd: 'repo' })
    expect((await box.bulla(['decrypt', 'staged.yaml'], { cwd: 'repo' })).out).toBe(PLAIN)
    // without the conversion, CRLF would be a change of its own
    await repository.must('config', 'core.autocrlf', 'false')
    // git only looks into what it sees touched
    repository.write(FILE, repository.read(FILE))
    repository.write('.sops.yaml', rule(box.recipient, 'password|token|user'))
    await repository.must('add', '.sops.yaml')
    expect((await check(box, ['--fix'])).out).toContain(`not fixed selector-drift: ${FILE}: it differs`)
  })

  it('writes files of an old sops again, and the oldest that is wanted stands in the policy', async ({ box }) => {
    const repository = await sealed(box)
    await change(repository, (text) => text.replace('version: 3.13.3', 'version: 3.8.1'))
    expect(await check(box)).toMatchObject({ code: 0, out: '' })
    repository.write('.bulla/policy.yaml', 'min_version: 3.9\n')
    await repository.must('add', '.')
    const stale = expect.stringContaining('warn stale-version: secrets/a.yaml: sops 3.8.1 wrote this')
    expect(await check(box)).toMatchObject({ code: 0, out: stale })
    await check(box, ['--fix'])
    expect(repository.read(FILE)).toContain('version: 3.13.3')
    await change(repository, (text) => text.replace('version: 3.13.3', 'version: 2.0.8'))
    repository.write('.bulla/policy.yaml', '{}\n')
    await repository.must('add', '.')
    expect(await check(box)).toMatchObject({ code: 0, out: expect.stringContaining('comments were left in clear') })
  })

  it('adds what .gitattributes lacks, where init has set it up', async ({ box }) => {
    const repository = await sealed(box)
    expect(await check(box)).toMatchObject({ out: '' })
    await box.bulla(['init', '--yes'], { cwd: 'repo' })
    repository.write(
      '.sops.yaml',
      `${rule(box.recipient)}  - path_regex: ^more/.*\\.conf$\n    age: ${box.recipient}\n`,
    )
    await repository.must('add', '.')
    expect((await check(box)).out).toContain('warn drivers-missing: .gitattributes')
    expect((await check(box, ['--fix'])).out).toContain('fixed drivers-missing: .gitattributes')
    expect(repository.read('.gitattributes')).toMatch(/more\/.*diff=bulla merge=bulla/)
    await repository.must('add', '.')
    expect((await check(box)).out).not.toContain('drivers-missing')
  })

  it('stands in the report for machines', async ({ box }) => {
    await sealed(box, rule(box.recipient, 'password|token'))
    const { out } = await check(box, ['--fix', '--verify', '--format', 'json'])
    expect(JSON.parse(out)).toMatchObject({
      verified: 1,
      fixes: [{ file: FILE, rules: ['selector-drift'], done: 'sealed again as its rule says' }],
      findings: [],
    })
  })

  it.each<[string, readonly string[]]>([
    ['with a revision', ['HEAD', '--fix']],
    ['as a plan for nothing', ['--dry-run']],
  ])('is refused %s', async (_, args) => {
    const { Sandbox: Box } = await import('../helpers/sandbox.ts')
    const box = new Box()
    try {
      await sealed(box)
      expect(await check(box, args)).toMatchObject({ code: 8, err: expect.stringContaining('bulla: error: --') })
    } finally {
      box.dispose()
    }
  })
})
