import { cpSync, rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { HOOK_MANAGERS, managedRepository, whyNot } from '../helpers/hook-managers.ts'
import { HookedRepository } from '../helpers/hooked-repository.ts'
import { it, Sandbox } from '../helpers/sandbox.ts'
import { FILE, OPERATIONS, type Operation } from '../helpers/scenarios/operations.ts'

const PLAIN = 'db:\n    password: winter-orchid\n'

const PUSH: Operation = {
  name: 'push',
  async prepare(repository, text) {
    await repository.must('init', '-q', '--bare', '../remote.git')
    await repository.must('remote', 'add', 'origin', '../remote.git')
    await repository.must('push', '-q', 'origin', 'main')
    await repository.commit({ [FILE]: text })
  },
  run: (repository) => repository.git(['push', 'origin', 'main']),
}
const USUAL = [...OPERATIONS.filter(({ isUsual }) => isUsual === true), PUSH]
const CELLS = USUAL.map((operation) => [operation.name, operation] as const)

/** Commits here, and of the remote. */
async function histories(repository: HookedRepository): Promise<string> {
  return `${await repository.history()}\n${(await repository.git(['ls-remote', '../remote.git'])).out}`
}

/** Do it with a plain file, and see that nothing came in. */
async function expectNoLeak({ prepare, run }: Operation, repository: HookedRepository): Promise<void> {
  await prepare?.(repository, PLAIN)
  const before = await histories(repository)
  const { code, out, err } = await run(repository, PLAIN)
  // some managers show on standard output what hooks say
  const shown = out + err
  expect(code, shown).not.toBe(0)
  expect(shown).toMatch(/block unsealed-file: .*secrets\/db\.yaml/)
  expect(shown).not.toContain('winter-orchid')
  expect(await histories(repository)).toBe(before)
}

describe.each(HOOK_MANAGERS.map((manager) => [manager.name, manager] as const))('hooks through %s', (_, manager) => {
  const reason = whyNot(manager)
  let template: Sandbox | undefined
  beforeAll(async () => {
    template = new Sandbox()
    if (reason === undefined) await managedRepository(template, manager)
  })
  afterAll(() => template?.dispose())

  function copied(box: Sandbox): HookedRepository {
    cpSync(template?.folder ?? '', box.folder, { recursive: true, verbatimSymlinks: true })
    return HookedRepository.open(box, 'repo')
  }

  describe.skipIf(reason !== undefined)(reason ?? 'let no secret in', () => {
    it.for(CELLS)('by %s', ([, operation], { box }) => expectNoLeak(operation, copied(box)))

    it('in a linked worktree', async ({ box }) => {
      const repository = copied(box)
      await repository.must('switch', '-q', '--detach')
      await repository.must('worktree', 'add', '-q', '../linked', 'main')
      const linked = HookedRepository.open(box, 'linked')
      // what husky makes is not committed: it is made in each worktree
      if (manager.name === 'husky') await linked.run('husky', [])
      for (const name of ['commit', 'cherry-pick']) {
        const operation = USUAL.find((usual) => usual.name === name)
        if (operation === undefined) throw new Error(`no operation ${name}`)
        await expectNoLeak(operation, linked)
        await linked.must('reset', '-q', '--hard', 'main')
        await linked.git(['cherry-pick', '--quit'])
      }
    })

    it('and let pass what is fine: another init, a sealed file, a push', async ({ box }) => {
      const repository = copied(box)
      const again = await repository.run('bulla', ['init', '--yes'])
      expect(again).toMatchObject({ code: 0, out: expect.stringContaining('nothing to do') })
      expect((await repository.git(['status', '--short'])).out).toBe('')
      expect((await repository.run('bulla', ['doctor'])).out).toContain('fine     hooks: ')
      repository.write(FILE, PLAIN)
      await repository.run('bulla', ['encrypt', '--in-place', '--age', box.recipient, FILE])
      await repository.git(['add', FILE])
      const { code, out, err } = await repository.git(['commit', '-m', 'x'])
      expect(code, out + err).toBe(0)
      await repository.must('init', '-q', '--bare', '../remote.git')
      expect(await repository.git(['push', '../remote.git', 'main'])).toMatchObject({ code: 0 })
    })

    it('and stop everything where bulla is missing, and say how to go on', async ({ box }) => {
      const repository = copied(box)
      rmSync(box.path('bin/bulla'))
      const { code, out, err } = await repository.git(['commit', '-q', '--allow-empty', '-m', 'x'])
      expect(code, out + err).not.toBe(0)
      expect(out + err).toContain('npm install --global bulla')
      expect(out + err).toContain('on purpose')
    })
  })
})

describe('native hooks in a linked worktree let no secret in', () => {
  it.for(CELLS)('by %s', async ([, operation], { box }) => {
    const main = await HookedRepository.create(box)
    await main.commit({ '.sops.yaml': `creation_rules:\n  - path_regex: ^secrets/\n    age: ${box.recipient}\n` })
    await main.must('switch', '-q', '--detach')
    await main.must('worktree', 'add', '-q', '../linked', 'main')
    await expectNoLeak(operation, HookedRepository.open(box, 'linked'))
  })
})

/** Ways to bring a branch to a server; the branch `leak` has a plain file, `main` has none. */
const PUSHES = [
  ['push', ['origin', 'leak']],
  ['push to another name', ['origin', 'leak:refs/heads/topic']],
  ['push by its id', ['origin', 'leak^{commit}:refs/heads/topic']],
  ['push --force', ['--force', 'origin', 'leak:main']],
  ['push --mirror', ['--mirror', 'origin']],
  ['push --atomic', ['--atomic', 'origin', 'main', 'leak']],
  ['push --no-verify', ['--no-verify', 'origin', 'leak']],
  ['push of a tag', ['origin', 'v1']],
  ['push of notes', ['origin', 'leak:refs/notes/commits']],
] as const

describe('a bare repository that "bulla init" set up lets no secret in', () => {
  it.for(PUSHES)('by %s', async ([, args], { box }) => {
    const server = HookedRepository.open(box, 'server.git')
    await box.git('init', '-q', '--bare', '-b', 'main', 'server.git')
    expect(await server.run('bulla', ['init', '--yes'])).toMatchObject({ code: 0 })
    const client = HookedRepository.open(box, 'client')
    await box.git('init', '-q', '-b', 'main', 'client')
    await client.must('remote', 'add', 'origin', '../server.git')
    await client.commit({ '.sops.yaml': `creation_rules:\n  - path_regex: ^secrets/\n    age: ${box.recipient}\n` })
    expect(await client.git(['push', '-q', 'origin', 'main'])).toMatchObject({ code: 0, err: '' })
    await client.must('switch', '-q', '--orphan', 'leak')
    await client.commit({
      '.sops.yaml': `creation_rules:\n  - path_regex: ^secrets/\n    age: ${box.recipient}\n`,
      [FILE]: PLAIN,
    })
    await client.must('tag', '-a', '-m', 'x', 'v1')
    await client.must('rm', '-q', FILE)
    await client.must('commit', '-q', '-m', 'removed')
    const before = await server.history()
    const { code, err } = await client.git(['push', ...args])
    expect(code, err).toBe(1)
    expect(err).toMatch(/block unsealed-file: .*secrets\/db\.yaml/)
    expect(err).not.toContain('winter-orchid')
    expect(await server.history()).toBe(before)
  })
})
