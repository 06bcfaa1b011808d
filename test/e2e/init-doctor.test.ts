import { chmodSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findJudge } from '../helpers/judges.ts'
import { RepositorySandbox } from '../helpers/repository.ts'

let box: RepositorySandbox
beforeEach(async () => {
  box = await RepositorySandbox.make()
})
afterEach(() => box.dispose())

interface Check {
  readonly name: string
  readonly state: string
  readonly found: string
  readonly todo?: string
}

async function checks(cwd = '.'): Promise<Check[]> {
  const { out } = await box.bulla(['doctor', '--json'], { cwd })
  const { checks: all }: { checks: Check[] } = JSON.parse(out)
  return all.filter(({ name }) => name === 'drivers' || name === 'hooks')
}

describe('doctor in a repository', () => {
  it('says nothing about drivers and hooks where nothing is sealed', async () => {
    expect(await checks()).toEqual([])
  })

  it('finds everything in order after init, in every worktree', async () => {
    await box.bulla(['init', '--yes'])
    await box.git('add', '.')
    await box.git('commit', '-q', '-m', 'x')
    await box.git('worktree', 'add', '-q', 'linked')
    expect((await checks()).map(({ state }) => state)).toEqual(['fine', 'fine'])
    expect((await checks('linked'))[1]?.found).toContain('2 worktrees')
  })

  it.skipIf(process.platform === 'win32')('does so where line breaks stand in the path', async () => {
    const cwd = 'a\nb/repo'
    const git = (...args: readonly string[]) => box.run('git', args, { cwd })
    await box.git('init', '-q', '-b', 'main', cwd)
    expect(await box.bulla(['init', '--yes'], { cwd })).toMatchObject({ code: 0 })
    for (const tree of [cwd, 'a\nb/linked\n2']) {
      const name = `secrets/${tree === cwd ? 'a' : 'b'}.yaml`
      box.put(`${tree}/${name}`, 'a: words of nobody\n')
      await box.run('git', ['add', '.'], { cwd: tree })
      const { code, err } = await box.run('git', ['commit', '-q', '-m', 'plain'], { cwd: tree })
      expect({ code }, err).toEqual({ code: 1 })
      expect(err).toContain(`block unsealed-file: ${name}:1`)
      await box.bulla(['encrypt', '-i', name], { cwd: tree })
      await box.run('git', ['add', '.'], { cwd: tree })
      expect(await box.run('git', ['commit', '-q', '-m', 'sealed'], { cwd: tree })).toMatchObject({ code: 0 })
      if (tree === cwd) await git('worktree', 'add', '-q', '-b', 'other', '../linked\n2')
    }
    expect((await checks('a\nb/linked\n2'))[1]?.found).toContain('2 worktrees')
    expect((await box.bulla(['init', '--undo', '--yes'], { cwd })).err).toContain('bulla: done')
    expect((await git('config', '--get-regexp', 'bulla')).out).toBe('')
  })

  it('looks at the hooks of a submodule, also from a worktree that is linked with it', async () => {
    await box.git('init', '-q', 'inner')
    await box.must('git', '-C', 'inner', 'commit', '-q', '--allow-empty', '-m', 'x')
    await box.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', './inner', 'sub')
    await box.bulla(['init', '--yes'], { cwd: 'sub' })
    expect((await checks('sub'))[1]).toMatchObject({
      state: 'fine',
      found: expect.stringContaining('in this worktree'),
    })
    await box.must('git', '-C', 'sub', 'add', '.')
    await box.must('git', '-C', 'sub', 'commit', '-q', '-m', 'x')
    await box.must('git', '-C', 'sub', 'worktree', 'add', '-q', '../linked')
    expect((await checks('linked'))[1]?.found).toContain('2 worktrees')
    chmodSync(join(box.folder, '.git/modules/sub/hooks/pre-push'), 0o644)
    expect((await checks('sub'))[1]).toMatchObject({ state: 'problem', found: expect.stringContaining('for pre-push') })
  })

  it('looks at what judges pushes in a bare repository', async () => {
    await box.git('init', '-q', '--bare', 'server.git')
    const repository = async () =>
      (await box.bulla(['doctor'], { cwd: 'server.git' })).out.split('\n').find((line) => line.includes('repository: '))
    expect(await repository()).toBe(
      `fine     repository: ${join(box.folder, 'server.git')}: bare, it is only pushed to`,
    )
    expect(await checks('server.git')).toMatchObject([{ state: 'note', todo: 'run "bulla init" here' }])
    await box.bulla(['init', '--yes'], { cwd: 'server.git' })
    expect(await checks('server.git')).toMatchObject([
      { state: 'fine', found: 'pre-receive was started and reached bulla' },
    ])
    // it has no work tree in which a policy could stand
    expect((await box.bulla(['doctor'], { cwd: 'server.git' })).out).not.toContain('policy')
    box.put('server.git/hooks/pre-receive', '#!/bin/sh\nexit 0\n', 0o755)
    expect(await checks('server.git')).toMatchObject([{ state: 'note' }])
  })

  it('tells a fresh clone to run init, and is content then', async () => {
    await box.bulla(['init', '--yes'])
    await box.git('add', '.')
    await box.git('commit', '-q', '-m', 'x')
    await box.git('clone', '-q', '.', 'clone')
    const before = await checks('clone')
    expect(before.map(({ state }) => state)).toEqual(['problem', 'problem'])
    for (const { todo } of before) expect(todo).toContain('bulla init')
    await box.bulla(['init', '--yes'], { cwd: 'clone' })
    expect((await checks('clone')).map(({ state }) => state)).toEqual(['fine', 'fine'])
    expect(await box.must('git', '-C', 'clone', 'status', '--short')).toBe('')
  })

  it('names a hook that git would not run, and the worktree', async () => {
    await box.bulla(['init', '--yes'])
    chmodSync(join(box.folder, '.git/hooks/pre-push'), 0o644)
    expect((await checks())[1]).toMatchObject({ state: 'problem', found: expect.stringContaining('for pre-push') })
    await box.git('add', '.')
    await box.git('commit', '-q', '-m', 'x')
    await box.git('worktree', 'add', '-q', 'linked')
    await box.git('config', 'core.hooksPath', '.hooks')
    box.put('.hooks/pre-commit', '#!/bin/sh\n', 0o755)
    const silent = (await checks()).filter(({ name }) => name === 'hooks')
    expect(silent.map(({ found }) => found.split(':')[0])).toEqual([box.folder, join(box.folder, 'linked')])
    expect(silent[0]?.found).toContain('pre-commit')
  })

  it('is not content with hooks that go on whatever bulla says, nor with calls in comments', async () => {
    await box.bulla(['init', '--yes'])
    const silent = async (name: string, text: string) => {
      box.put(`.git/hooks/${name}`, text, 0o755)
      return (await checks()).map(({ found }) => found).join()
    }
    expect(await silent('pre-push', '#!/bin/sh\nbulla hook run pre-push "$@" || true\n')).toContain('for pre-push')
    expect(await silent('pre-push', '#!/bin/sh\nbulla hook run pre-push "$@"\n')).not.toContain('for pre-push')
    const comment = '#!/bin/sh\n# bulla hook run pre-commit\nnpm test\n'
    expect(await silent('pre-commit', comment)).toContain('for pre-commit')
  })

  it('is not content with drivers that are other programs', async () => {
    await box.bulla(['init', '--yes'])
    await box.git('config', 'merge.bulla.driver', 'true')
    expect((await checks())[0]).toMatchObject({
      state: 'problem',
      found: expect.stringMatching(/^merge\.bulla\.driver /),
    })
    await box.git('config', 'merge.bulla.driver', '/opt/bin/bulla merge --driver %O %A %B')
    expect((await checks())[0]).toMatchObject({ state: 'fine' })
  })

  it('finds that git keeps what is opened', async () => {
    await box.bulla(['init', '--yes'])
    await box.git('config', 'diff.bulla.cachetextconv', 'yes')
    expect(await checks()).toContainEqual({
      ...{ name: 'drivers', state: 'problem', found: expect.stringContaining('in clear') },
      todo: expect.stringContaining('git config --unset-all diff.bulla.cachetextconv'),
    })
  })

  it('starts each hook to see that it reaches bulla, and nothing else that hooks do', async () => {
    box.put('.git/hooks/pre-commit', '#!/bin/sh\ntouch mine\n', 0o755)
    await box.bulla(['init', '--yes'])
    expect((await checks())[1]).toMatchObject({ state: 'fine', found: expect.stringContaining('each was started') })
    expect(box.has('mine')).toBe(false)
    // what it asks with lets nothing pass
    box.put('a.txt', 'a\n')
    await box.git('add', 'a.txt')
    const probed = await box.run('git', ['commit', '-q', '-m', 'x'], { env: { BULLA_HOOK_PROBE: 'x' } })
    expect(probed).toMatchObject({ code: 1, err: 'bulla: reached: x pre-commit\n' })
  })

  it('finds that hooks would not find bulla', async () => {
    await box.bulla(['init', '--yes'])
    const PATH = box.searchPath.split(delimiter).slice(1).join(delimiter)
    const { out } = await box.bulla(['doctor', '--json'], { env: { PATH } })
    const { checks: all }: { checks: Check[] } = JSON.parse(out)
    expect(all.find(({ name }) => name === 'hooks')).toMatchObject({
      state: 'problem',
      todo: expect.stringContaining('on PATH'),
    })
  })

  it('follows husky to its files, in each worktree', async () => {
    await box.must(findJudge('husky') ?? 'husky')
    await box.bulla(['init', '--yes'])
    expect((await checks())[1]).toMatchObject({ state: 'fine' })
    box.put('.husky/pre-push', 'npm test\n')
    expect((await checks())[1]?.found).toContain('for pre-push')
  })
})
