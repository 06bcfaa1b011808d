import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { delimiter } from 'node:path'
import { describe, expect } from 'vitest'
import { dice } from '../helpers/credentials/draw.ts'
import { withChecksum } from '../helpers/credentials/kinds.ts'
import { HookedRepository } from '../helpers/hooked-repository.ts'
import { COMMAND, it, type Sandbox } from '../helpers/sandbox.ts'
import { FILE, OPERATIONS } from '../helpers/scenarios/operations.ts'

const PLAIN = 'db:\n    password: winter-orchid\n'

async function repositoryWithPolicy(box: Sandbox, folder = 'repo', ...options: readonly string[]) {
  const repository = await HookedRepository.create(box, folder, ...options)
  await repository.commit({ '.sops.yaml': `creation_rules:\n  - path_regex: ^secrets/\n    age: ${box.recipient}\n` })
  return repository
}

async function sealedText(box: Sandbox): Promise<string> {
  box.write('seal/db.yaml', PLAIN)
  const { out, err } = await box.bulla(['encrypt', '--age', box.recipient, 'db.yaml'], { cwd: 'seal' })
  expect(err).toBe('')
  return out
}

describe('native hooks', () => {
  it.for(OPERATIONS.map((operation) => [operation.name, operation] as const))(
    'stop a plain secret that comes by %s',
    async ([, { prepare, run }], { box }) => {
      const repository = await repositoryWithPolicy(box)
      await prepare?.(repository, PLAIN)
      const before = await repository.git(['rev-parse', 'main'])
      const { code, err } = await run(repository, PLAIN)
      expect(code, err).not.toBe(0)
      expect(err).toContain(`block unsealed-file: ${FILE}`)
      expect(err).toContain(`bulla encrypt --in-place ${FILE}`)
      expect(err).not.toContain('winter-orchid')
      expect((await repository.git(['rev-parse', 'main'])).out).toBe(before.out)
    },
  )

  it.for(OPERATIONS.map((operation) => [operation.name, operation] as const))(
    'let a sealed file pass that comes by %s',
    async ([, { prepare, run }], { box }) => {
      const repository = await repositoryWithPolicy(box)
      const text = await sealedText(box)
      await prepare?.(repository, text)
      const { code, err } = await run(repository, text)
      expect({ code }, err).toEqual({ code: 0 })
      expect(err).not.toContain('bulla')
      expect(await repository.show('HEAD', FILE)).toBe(text)
    },
  )
})

/** Stage the plain file and commit. */
async function commitPlain(repository: HookedRepository, env: Readonly<Record<string, string>> = {}) {
  repository.write(FILE, PLAIN)
  await repository.must('add', '-A')
  return repository.git(['commit', '-q', '-m', 'x'], { env })
}

describe('the hook of a commit', () => {
  it('starts no git for what is usual, and asks it for what is not', async ({ box }) => {
    const repository = await repositoryWithPolicy(box)
    const hook = (PATH?: string) => {
      const env = PATH === undefined ? {} : { PATH }
      return repository.run(process.execPath, [COMMAND, 'hook', 'run', 'pre-commit'], { env })
    }
    repository.write('fine.txt', 'fine\n')
    await repository.must('add', '-A')
    expect(await hook()).toMatchObject({ code: 0, err: '' }) // the first one looks for sealed files
    await repository.commit({ 'more.txt': 'more\n' })
    repository.write('fine.txt', 'better\n')
    await repository.must('add', '-A')
    const nowhere = box.path('nowhere')
    expect(await hook(nowhere)).toMatchObject({ code: 0, err: '' })
    await repository.must('update-index', '--split-index')
    expect(await hook(nowhere)).toMatchObject({ code: 2, err: expect.stringContaining('git is not installed') })
    repository.write(FILE, PLAIN)
    await repository.must('add', '-A')
    expect(await hook()).toMatchObject({ code: 1, err: expect.stringContaining(`unsealed-file: ${FILE}`) })
  })
})

describe('native hooks hold', () => {
  it.for([
    ['in a repository of SHA-256 objects', 'repo', ['--object-format=sha256']],
    ['in a folder whose name is odd', 'mein "depot" é/a b', []],
  ] as const)('%s', async ([, folder, options], { box }) => {
    const repository = await repositoryWithPolicy(box, folder, ...options)
    expect(await commitPlain(repository)).toMatchObject({
      code: 1,
      err: expect.stringContaining(`unsealed-file: ${FILE}`),
    })
    const text = await sealedText(box)
    repository.write(FILE, text)
    await repository.must('add', '-A')
    expect(await repository.git(['commit', '-q', '-m', 'x'])).toMatchObject({ code: 0, err: '' })
  })

  it('in a linked worktree, and in a folder of it', async ({ box }) => {
    const repository = await repositoryWithPolicy(box)
    await repository.must('worktree', 'add', '-q', '../linked', '-b', 'linked')
    box.write(`linked/${FILE}`, PLAIN)
    await repository.git(['add', '-A'], { cwd: 'linked' })
    const { code, err } = await repository.git(['commit', '-q', '-m', 'x'], { cwd: 'linked/secrets' })
    expect({ code }, err).toEqual({ code: 1 })
    expect(err).toContain(`block unsealed-file: ${FILE}`)
  })

  it('under programs that have git take paths as they are, and never run what came with a commit', async ({ box }) => {
    const repository = await repositoryWithPolicy(box)
    const env = { GIT_LITERAL_PATHSPECS: '1' }
    repository.box.write(repository.at('node_modules/.bin/bulla'), '#!/bin/sh\necho from a commit\n', 0o755)
    await repository.must('add', '-A', '-f')
    await repository.must('commit', '-q', '-m', 'x')
    const { code, out, err } = await commitPlain(repository, env)
    expect({ code }, out + err).toEqual({ code: 1 })
    expect(err).toContain(`block unsealed-file: ${FILE}`)
    expect(await repository.run('bulla', ['check'], { env })).toMatchObject({ code: 1 })
  })

  it('in a partial clone: what was not fetched is not taken for absent, and stops no merge', async ({ box }) => {
    const upstream = await HookedRepository.create(box, 'upstream')
    await upstream.must('config', 'uploadpack.allowFilter', 'true')
    const policy = `creation_rules:\n  - path_regex: ^db\\.yaml$\n    age: ${box.recipient}\n`
    await upstream.commit({ 'secrets/.sops.yaml': policy, 'docs/notes.txt': 'one\n', 'own.txt': 'own\n' })
    await box.git('clone', '-q', '--filter=blob:none', '--sparse', `file://${box.path('upstream')}`, 'repo')
    const repository = HookedRepository.open(box, 'repo')
    await repository.installHooks()
    await upstream.commit({ 'docs/notes.txt': 'two\n', 'docs/more.txt': 'more\n', 'secrets/other.txt': 'other\n' })
    await repository.commit({ 'own.txt': 'mine\n' })
    const pulled = await repository.git(['pull', '-q', '--no-rebase', '--no-edit'])
    expect({ code: pulled.code }, pulled.err).toEqual({ code: 0 })
    box.write('plain.yaml', PLAIN)
    const id = await repository.must('hash-object', '-w', '../plain.yaml')
    await repository.must('update-index', '--add', '--cacheinfo', `100644,${id},${FILE}`)
    const before = await repository.history()
    const { code, err } = await repository.git(['commit', '-q', '-m', 'x'])
    expect({ code }, err).toEqual({ code: 1 })
    expect(err).toContain('partial clone')
    expect(await repository.history()).toBe(before)
    // fetched, it counts
    await repository.must('cat-file', '-t', ':secrets/.sops.yaml')
    expect(await repository.git(['commit', '-q', '-m', 'x'])).toMatchObject({
      code: 1,
      err: expect.stringContaining(`block unsealed-file: ${FILE}`),
    })
  })

  it('with the policy of a folder whose name is no UTF-8', async ({ box }) => {
    const repository = await repositoryWithPolicy(box)
    const policy = `creation_rules:\n  - path_regex: ^db\\.yaml$\n    age: ${box.recipient}\n`
    const lines: Buffer[] = []
    for (const [name, text] of [
      ['.sops.yaml', policy],
      ['db.yaml', PLAIN],
    ] as const) {
      box.write('text', text)
      const id = await repository.must('hash-object', '-w', '../text')
      lines.push(Buffer.from(`100644 ${id}\tstra\xdfe/${name}\0`, 'latin1'))
    }
    const add = await repository.git(['update-index', '-z', '--index-info'], { stdin: Buffer.concat(lines) })
    expect(add).toMatchObject({ code: 0 })
    const stopped = { code: 1, err: expect.stringContaining('block unsealed-file: stra\ufffde/db.yaml') }
    expect(await repository.git(['commit', '-q', '-m', 'x'])).toMatchObject(stopped)
    // the same through git itself
    await repository.must('update-index', '--split-index')
    expect(await repository.git(['commit', '-q', '-m', 'x'])).toMatchObject(stopped)
    const { code, out } = await repository.run('bulla', ['check', '--format', 'json', 'stra\ufffde'])
    expect(code).toBe(1)
    expect(out).toContain('"file": "stra\ufffde/db.yaml"')
  })

  it('where .git is a link to a folder elsewhere', async ({ box }) => {
    const repository = await repositoryWithPolicy(box)
    renameSync(box.path(repository.at('.git')), box.path('kept'))
    symlinkSync('../kept', box.path(repository.at('.git')))
    repository.write(FILE, await sealedText(box))
    await repository.must('add', '-A')
    expect(await repository.git(['commit', '-q', '-m', 'x'])).toMatchObject({ code: 0, err: '' })
    expect(await commitPlain(repository)).toMatchObject({
      code: 1,
      err: expect.stringContaining(`unsealed-file: ${FILE}`),
    })
  })

  it('beside a submodule, whose content is the business of its own hooks', async ({ box }) => {
    const inner = await repositoryWithPolicy(box, 'inner')
    await inner.commit({ [FILE]: PLAIN })
    const repository = await repositoryWithPolicy(box)
    await repository.must(
      '-c',
      'protocol.file.allow=always',
      'submodule',
      '--quiet',
      'add',
      '../inner',
      'secrets/inner',
    )
    expect(await repository.git(['commit', '-q', '-m', 'x'])).toMatchObject({ code: 0, err: '' })
    expect(await commitPlain(repository)).toMatchObject({ code: 1 })
  })

  it('for a link, whose target is judged as its content and never followed', async ({ box }) => {
    const repository = await repositoryWithPolicy(box)
    box.write('outside/db.yaml', PLAIN)
    mkdirSync(box.path(repository.at('secrets')))
    symlinkSync('../../outside/db.yaml', box.path(repository.at(FILE)))
    await repository.must('add', '-A')
    expect(await repository.git(['commit', '-q', '-m', 'x'])).toMatchObject({ code: 0, err: '' })
    // where links are checked out as files, what is written into one stays a link for git
    await repository.must('config', 'core.symlinks', 'false')
    rmSync(box.path(repository.at(FILE)))
    expect(await commitPlain(repository)).toMatchObject({
      code: 1,
      err: expect.stringContaining(`unsealed-file: ${FILE}`),
    })
    expect(await repository.must('ls-files', '--stage', FILE)).toMatch(/^120000 /)
  })

  it('with content that is staged in part', async ({ box }) => {
    const repository = await repositoryWithPolicy(box)
    repository.write('notes.txt', 'one\n')
    await repository.must('add', '-A')
    const token = withChecksum('ghp_', dice(1))
    repository.write('notes.txt', `one\n${token}\n`)
    expect(await repository.git(['commit', '-q', '-m', 'x'])).toMatchObject({ code: 0, err: '' })
    await repository.must('add', '-A')
    repository.write('notes.txt', 'one\n')
    const { code, err } = await repository.git(['commit', '-q', '-m', 'y'])
    expect({ code }, err).toEqual({ code: 1 })
    expect(err).not.toContain(token)
  })
})

describe('without bulla on PATH', () => {
  it('a commit is stopped, and told how to go on', async ({ box }) => {
    const repository = await repositoryWithPolicy(box)
    rmSync(box.path('bin/bulla'))
    repository.write('notes.txt', 'x\n')
    await repository.must('add', '-A')
    const PATH = (box.env['PATH'] ?? '').split(delimiter).slice(1).join(delimiter)
    const { code, err } = await repository.git(['commit', '-q', '-m', 'x'], { env: { PATH } })
    expect({ code }, err).toEqual({ code: 1 })
    expect(err).toContain('bulla is not installed here')
    expect(err).toContain('npm install --global bulla')
  })
})

describe('BULLA_ALLOW', () => {
  it('lets one commit pass and is written down with its reason', async ({ box }) => {
    const repository = await repositoryWithPolicy(box)
    const env = { BULLA_ALLOW: 'data of a test' }
    const { code, err } = await commitPlain(repository, env)
    expect({ code }, err).toEqual({ code: 0 })
    expect(err).toMatch(/pre-commit: 1 finding\n[\s\S]*pre-commit: let pass because of BULLA_ALLOW/)
    expect(err).not.toContain('stopped')
    const log = box.read(repository.at('.git/bulla-allowed.log')).trim().split('\n')
    expect(log.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ hook: 'pre-commit', reason: 'data of a test', rule: 'unsealed-file', file: FILE }),
    )
    expect(log.join()).not.toContain('winter-orchid')
  })

  it('is written behind what stands there, however much that is', async ({ box }) => {
    const repository = await repositoryWithPolicy(box)
    const before = `${'x'.repeat(5 * 1024 * 1024)}\n`
    repository.write('.git/bulla-allowed.log', before)
    expect(await commitPlain(repository, { BULLA_ALLOW: 'data of a test' })).toMatchObject({ code: 0 })
    const log = repository.read('.git/bulla-allowed.log')
    expect([log.startsWith(before), log.slice(before.length).includes('data of a test')]).toEqual([true, true])
  })

  it('counts for nothing when it is empty', async ({ box }) => {
    const repository = await repositoryWithPolicy(box)
    expect(await commitPlain(repository, { BULLA_ALLOW: ' ' })).toMatchObject({ code: 1 })
  })

  it('is named where a commit is stopped, but not for what is damaged', async ({ box }) => {
    const repository = await repositoryWithPolicy(box)
    const way = /\nbulla: hint: .*bulla:allow RULE -- REASON.*BULLA_ALLOW='REASON'/
    expect((await commitPlain(repository)).err).toMatch(way)
    repository.write(FILE, (await sealedText(box)).replace(/tag:..../, 'tag:'))
    await repository.must('add', '-A')
    const { code, err } = await repository.git(['commit', '-q', '-m', 'x'])
    expect([code, err]).toEqual([1, expect.stringContaining('block broken-ciphertext')])
    expect(err).not.toMatch(way)
  })
})
