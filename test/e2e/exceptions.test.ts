import { describe, expect } from 'vitest'
import { dice } from '../helpers/credentials/draw.ts'
import { withChecksum } from '../helpers/credentials/kinds.ts'
import { HookedRepository } from '../helpers/hooked-repository.ts'
import { it, type Sandbox } from '../helpers/sandbox.ts'

const TOKEN = withChecksum('ghp_', dice(3))
const CODE = 'src/settings.ts'
const line = (end = '') => `export const token = '${TOKEN}'${end}\n`
const PRAGMA = ' // bulla:allow github-token -- a token of a test'
const PLAIN = 'db:\n    password: winter-orchid\n'

async function repositoryWithPolicy(box: Sandbox, ...fields: readonly string[]) {
  const repository = await HookedRepository.create(box)
  const rule = ['path_regex: ^secrets/', `age: ${box.recipient}`, ...fields].join('\n    ')
  await repository.commit({ '.sops.yaml': `creation_rules:\n  - ${rule}\n` })
  return repository
}

async function tryCommit(repository: HookedRepository, files: Readonly<Record<string, string>>) {
  for (const [name, text] of Object.entries(files)) repository.write(name, text)
  await repository.must('add', '-A')
  return repository.git(['commit', '-q', '-m', 'x'])
}

const allow = (...fields: readonly string[]) => `allow:\n  - ${fields.join('\n    ')}\n`

describe('an exception', () => {
  it('on the line counts, for its rule alone', async ({ box }) => {
    const repository = await repositoryWithPolicy(box)
    const wrong = line(' // bulla:allow npm-token -- a token of a test')
    expect(await tryCommit(repository, { [CODE]: wrong })).toMatchObject({ code: 1 })
    expect(await tryCommit(repository, { [CODE]: line(PRAGMA) })).toMatchObject({ code: 0, err: '' })
  })

  it('without a reason does not count, and is told', async ({ box }) => {
    const repository = await repositoryWithPolicy(box)
    const { code, err } = await tryCommit(repository, { [CODE]: line(' // bulla:allow github-token') })
    expect({ code }, err).toEqual({ code: 1 })
    expect(err).toContain('warn allow-malformed: src/settings.ts:1')
  })

  it('of the list counts for the files that its pattern names, until it ends', async ({ box }) => {
    const repository = await repositoryWithPolicy(box)
    const entry = ['rule: github-token', 'path: src/**', 'reason: a token of a test']
    const files = (...more: readonly string[]) => ({ '.bulla/allow.yaml': allow(...entry, ...more), [CODE]: line() })
    expect(await tryCommit(repository, files('expires: 2020-01-01'))).toMatchObject({ code: 1 })
    expect(await tryCommit(repository, files('expires: 2999-01-01'))).toMatchObject({ code: 0, err: '' })
    expect(await tryCommit(repository, { 'lib/settings.ts': line() })).toMatchObject({ code: 1 })
  })

  it('can be for a file that a rule wants sealed, and never for a damaged one', async ({ box }) => {
    const repository = await repositoryWithPolicy(box)
    const list = allow('rule: unsealed-file', 'path: secrets/docs.yaml', 'reason: words of a demo')
    expect(await tryCommit(repository, { '.bulla/allow.yaml': list, 'secrets/docs.yaml': PLAIN })).toMatchObject({
      code: 0,
    })
    await box.seal({ 'seal.yaml': PLAIN })
    const damaged = box.read('seal.yaml').replace(/^ {4}mac:.*\n/m, '')
    const never = allow('rule: mac-missing', 'path: "**"', 'reason: words of a demo')
    const { code, err } = await tryCommit(repository, { '.bulla/allow.yaml': never, 'secrets/a.yaml': damaged })
    expect({ code }, err).toEqual({ code: 1 })
    expect(err).toContain('\n      git rm --cached secrets/a.yaml\n')
  })

  it('in a list that cannot be read stops everything', async ({ box }) => {
    const repository = await repositoryWithPolicy(box)
    const { code, err } = await tryCommit(repository, { '.bulla/allow.yaml': 'allow: [{ rule: x }]\n' })
    expect({ code }, err).toEqual({ code: 1 })
    expect(err).toContain('block policy-broken: .bulla/allow.yaml')
  })

  it('that comes with what it is for counts here, and not in a range or on the server', async ({ box }) => {
    const server = await HookedRepository.create(box, 'server.git', '--bare')
    const repository = await repositoryWithPolicy(box)
    await repository.must('push', '-q', '../server.git', 'main')
    const start = await repository.must('rev-parse', 'HEAD')
    await repository.commit({ [CODE]: line(PRAGMA) })
    const list = allow('rule: github-token', 'path: src/**', 'reason: a token of a test')
    await repository.commit({ '.bulla/allow.yaml': list, 'src/other.ts': line() })

    const range = await box.bulla(['check', `${start}..HEAD`], { cwd: 'repo' })
    expect(range.out.match(/block github-token/g), range.err).toHaveLength(2)
    expect(await box.bulla(['check'], { cwd: 'repo' })).toMatchObject({ code: 0 })
    expect(await repository.git(['push', '-q', '../server.git', 'main'])).toMatchObject({ code: 1 })

    // somebody who may has put the list on the server
    await server.must('config', 'core.hooksPath', '/dev/null')
    await repository.must('switch', '-q', '-c', 'approved', start)
    await repository.commit({ '.bulla/allow.yaml': list })
    await repository.must('push', '-q', '../server.git', 'approved:main')
    await server.must('config', '--unset', 'core.hooksPath')
    await repository.commit({ [CODE]: line() })
    expect(await repository.git(['push', '-q', '../server.git', 'approved:main'])).toMatchObject({ code: 0, err: '' })
  })
})

describe('what stands on a branch of a remote', () => {
  it('is told by a merge of it and does not stop it; what is new does', async ({ box }) => {
    const other = await HookedRepository.create(box, 'other')
    await other.commit({
      '.sops.yaml': `creation_rules:\n  - path_regex: ^secrets/\n    age: ${box.recipient}\n`,
    })
    const repository = await HookedRepository.create(box, 'repo')
    await repository.must('remote', 'add', 'origin', '../other')
    await repository.must('pull', '-q', 'origin', 'main')
    await other.commit({ 'secrets/db.yaml': PLAIN, [CODE]: line() })
    await repository.commit({ 'mine.txt': 'mine\n' })

    const { code, err } = await repository.git(['pull', '-q', '--no-rebase', '--no-edit', 'origin', 'main'])
    expect({ code }, err).toEqual({ code: 0 })
    expect(err).toContain('warn unsealed-file: secrets/db.yaml')
    expect(err).toContain('warn github-token: src/settings.ts:1')
    expect(err).toContain('it stands on a branch of a remote already')
    expect(await box.bulla(['check'], { cwd: 'repo' })).toMatchObject({ code: 1 })

    const changed = PLAIN.replace('winter', 'summer')
    expect(await tryCommit(repository, { 'secrets/db.yaml': changed })).toMatchObject({ code: 1 })
  })

  it('is the same on a line of which another word was changed, and not beside another value', async ({ box }) => {
    const json = (word: string, more = '') =>
      `{"note_unencrypted": "${word}", "db": {"password": "winter-orchid"${more}}}\n`
    const other = await HookedRepository.create(box, 'other')
    await other.commit({ '.sops.yaml': `creation_rules:\n  - path_regex: ^secrets/\n    age: ${box.recipient}\n` })
    await other.commit({ 'secrets/db.json': json('one'), [CODE]: line() })
    const repository = await HookedRepository.create(box, 'repo')
    await repository.must('remote', 'add', 'origin', '../other')
    await repository.must('fetch', '-q', 'origin')
    await repository.must('reset', '-q', '--hard', 'origin/main~1')
    const mine = await tryCommit(repository, { 'secrets/db.json': json('two'), [CODE]: line(' // mine') })
    expect({ code: mine.code }, mine.err).toEqual({ code: 0 })
    for (const rule of ['unsealed-file', 'github-token'])
      expect(mine.err).toMatch(new RegExp(`warn ${rule}: .*; it stands on a branch of a remote already`))
    const added = { 'secrets/db.json': json('two', ', "old-password": "summer-orchid"') }
    expect(await tryCommit(repository, added)).toMatchObject({ code: 1 })
  })
})

describe('a finding that is about a whole file', () => {
  const POLICY = (box: Sandbox) => `creation_rules:\n  - path_regex: ^secrets/\n    age: ${box.recipient}\n`
  const LOST = 'a: ENC[AES256_GCM,data:AAAA,iv:AAAA,tag:AAAA,type:str]\n'

  it.for([
    ['unsealed-file', 'secrets/key.bin', 'winter-orchid\n', 'summer-orchid\n'],
    ['unreadable', 'secrets/db.yaml', 'a: {{ .a }}b\n', 'a: {{ .a }}b\nb: summer-orchid\n'],
    ['metadata-missing', 'secrets/lost.yaml', LOST, `${LOST}b: summer-orchid\n`],
  ] as const)(
    '%s stands on a branch of a remote only while the file is the same',
    async ([rule, path, before, after], { box }) => {
      const other = await HookedRepository.create(box, 'other')
      await other.commit({ '.sops.yaml': POLICY(box), [path]: before })
      const repository = await HookedRepository.create(box, 'repo')
      await repository.must('remote', 'add', 'origin', '../other')
      await repository.must('fetch', '-q', 'origin')
      const same = await tryCommit(repository, { '.sops.yaml': POLICY(box), [path]: before })
      expect(same).toMatchObject({ code: 0, err: expect.stringContaining(`warn ${rule}: ${path}`) })
      const changed = await tryCommit(repository, { [path]: after })
      expect(changed).toMatchObject({ code: 1, err: expect.stringContaining(`block ${rule}: ${path}`) })
    },
  )

  it('lets a selector that differs stand when a value is changed, and no policy that is broken', async ({ box }) => {
    const strict = { '.sops.yaml': `${POLICY(box)}    strict: true\n` }
    box.write('seal/db.yaml', PLAIN)
    const seal = ['encrypt', '--age', box.recipient, '--encrypted-regex', 'password']
    const sealed = async () => (await box.bulla([...seal, '--fresh', 'db.yaml'], { cwd: 'seal' })).out
    const other = await HookedRepository.create(box, 'other')
    await other.commit({ ...strict, 'secrets/db.yaml': await sealed() })
    const repository = await HookedRepository.create(box, 'repo')
    await repository.must('remote', 'add', 'origin', '../other')
    await repository.must('fetch', '-q', 'origin')
    const drifted = await tryCommit(repository, { ...strict, 'secrets/db.yaml': await sealed() })
    expect(drifted).toMatchObject({ code: 0, err: expect.stringContaining('warn selector-drift') })
    const broken = { '.sops.yaml': 'creation_rules: [\n' }
    await other.commit(broken)
    await repository.must('fetch', '-q', 'origin')
    const unjudged = await tryCommit(repository, { ...broken, 'secrets/db.yaml': PLAIN })
    expect(unjudged).toMatchObject({ code: 1, err: expect.stringContaining('block policy-broken: .sops.yaml') })
  })
})

describe('strictness', () => {
  async function withDrift(box: Sandbox, ...fields: readonly string[]) {
    const repository = await repositoryWithPolicy(box, ...fields)
    box.write('seal/db.yaml', PLAIN)
    const { out } = await box.bulla(['encrypt', '--age', box.recipient, '--encrypted-regex', 'password', 'db.yaml'], {
      cwd: 'seal',
    })
    return { repository, files: { 'secrets/db.yaml': out } }
  }

  it('is not the default: other values sealed than the rule says are told', async ({ box }) => {
    const { repository, files } = await withDrift(box)
    const { code, err } = await tryCommit(repository, files)
    expect({ code }, err).toEqual({ code: 0 })
    expect(err).toContain('warn selector-drift')
  })

  it('of a rule stops them', async ({ box }) => {
    const { repository, files } = await withDrift(box, 'strict: true')
    expect(await tryCommit(repository, files)).toMatchObject({
      code: 1,
      err: expect.stringContaining('block selector-drift'),
    })
  })

  it('of the repository stops them, read from the same tree', async ({ box }) => {
    const { repository, files } = await withDrift(box)
    const policy = { '.bulla/policy.yaml': 'strict: true\n' }
    repository.write('.bulla/policy.yaml', 'strict: false\n')
    expect(await tryCommit(repository, { ...files, ...policy })).toMatchObject({ code: 1 })
    const broken = await tryCommit(repository, { ...files, '.bulla/policy.yaml': 'strikt: true\n' })
    expect(broken).toMatchObject({ code: 1, err: expect.stringContaining('block policy-broken: .bulla/policy.yaml') })
  })

  it('ends where a rule says that it only tells how to seal', async ({ box }) => {
    const repository = await repositoryWithPolicy(box, 'must_encrypt: false')
    expect(await tryCommit(repository, { 'secrets/db.yaml': 'db:\n    name: words\n' })).toMatchObject({
      code: 0,
      err: '',
    })
  })
})
