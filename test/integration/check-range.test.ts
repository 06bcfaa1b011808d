import { execFileSync } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { GitRepository } from '../../src/git/repository.ts'
import { check } from '../../src/operations/check/check.ts'
import { GIT_ENVIRONMENT } from '../helpers/git-environment.ts'

let folder: string
const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, env: GIT_ENVIRONMENT })

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'bulla-range-')))
  git('init', '-q', '-b', 'main')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('check of a range says how many of its commits are judged', async () => {
  for (const name of ['first', 'a', 'b', 'c', 'd']) {
    for (const file of ['one', 'two', 'three']) writeFileSync(join(folder, file), name)
    git('add', '-A')
    git('commit', '-q', '-m', name)
  }
  const repository = new GitRepository({ cwd: folder })
  const told: string[] = []
  const progress = {
    update: (label: string, done: number, total: number) => told.push(`${label} ${done}/${total}`),
    finish: () => told.push('end'),
  }
  const { fileCount } = await check({ revision: 'HEAD~4..HEAD', paths: [] }, repository, {
    isStrict: false,
    today: () => '2026-11-22',
    progress,
  })
  repository.close()
  expect(fileCount).toBe(12)
  expect(told).toEqual(['judging 0/4', 'judging 1/4', 'judging 2/4', 'judging 3/4', 'end'])
})
