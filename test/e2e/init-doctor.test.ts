import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
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

  it('follows husky to its files, in each worktree', async () => {
    await box.git('config', 'core.hooksPath', '.husky/_')
    await box.bulla(['init', '--yes'])
    for (const name of ['pre-commit', 'pre-merge-commit', 'pre-applypatch', 'prepare-commit-msg', 'pre-push']) {
      box.put(`.husky/_/${name}`, '#!/bin/sh\n. h\n', 0o755)
    }
    expect((await checks())[1]).toMatchObject({ state: 'fine' })
    box.put('.husky/pre-push', 'npm test\n')
    expect((await checks())[1]?.found).toContain('for pre-push')
  })
})
