import { execFileSync } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readBlobs } from '../../src/git/blobs.ts'
import { changesBetween, commitsOf, filesOfIndex, filesOfTree, historyOf, stashesOf } from '../../src/git/changes.ts'
import { type CommitChange, changesOfCommits } from '../../src/git/commits.ts'
import { GitRepository } from '../../src/git/repository.ts'
import { GIT_ENVIRONMENT } from '../helpers/git-environment.ts'

const ODD_NAME = 'sé cret\t"1"\n.yaml'

let folder: string
const git = (...args: string[]) =>
  execFileSync('git', args, { cwd: folder, env: GIT_ENVIRONMENT, encoding: 'utf8' }).trim()
const write = (name: string, text: string | Buffer) => writeFileSync(join(folder, name), text)
const place = () => ({ cwd: folder })

async function contents(ids: readonly string[]): Promise<(string | undefined)[]> {
  const found: (string | undefined)[] = []
  for await (const { bytes } of readBlobs(ids, place())) {
    found.push(bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8'))
  }
  return found
}

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'bulla-git-')))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** In parts of two commits. */
async function allChanges(range: string[], isContext: (path: string) => boolean, at: ReturnType<typeof place>) {
  const found: CommitChange[] = []
  for await (const { changes } of changesOfCommits(range, isContext, at, 2)) found.push(...changes)
  return found
}

describe.each(['sha1', 'sha256'])('in a repository of %s objects', (format) => {
  beforeEach(() => git('init', '-q', '-b', 'main', `--object-format=${format}`))

  it('finds texts whatever the settings of the user make of the output of git', async () => {
    write('a.txt', 'ENC here\n')
    git('add', '-A')
    git('commit', '-q', '-m', 'one')
    for (const [name, value] of [
      ['color.ui', 'always'],
      ['grep.lineNumber', 'true'],
      ['grep.column', 'true'],
      ['grep.patternType', 'perl'],
    ] as const) {
      git('config', name, value)
    }
    const repository = new GitRepository(place())
    expect(await repository.holding('ENC')).toEqual(['a.txt'])
    expect(await repository.standingIn(['here', 'there'], ['HEAD'])).toContain('here')
    expect(await repository.standingIn(['here'], [])).toEqual(new Set())
    repository.close()
  })

  it('tells of every commit of branches what it changes against its first parent: merges and removals too', async () => {
    const commit = (message: string) => {
      git('add', '-A')
      git('commit', '-q', '--allow-empty', '-m', message)
      return git('rev-parse', 'HEAD')
    }
    write('a', '1\n')
    const first = commit('first')
    git('checkout', '-q', '-b', 'side')
    write('b', '1\n')
    const side = commit('side')
    git('checkout', '-q', 'main')
    git('rm', '-q', 'a')
    const removed = commit('removed')
    const nothing = commit('nothing')
    git('merge', '-q', '--no-ff', '-m', 'merged', 'side')
    const merged = git('rev-parse', 'HEAD')

    const steps = await historyOf(['refs/heads/main', 'refs/heads/side'], place())

    const byCommit = new Map(steps.map((step) => [step.commit, step]))
    expect([...byCommit.keys()].sort()).toEqual([first, side, removed, nothing, merged].sort())
    const told = (id: string) => {
      const { parent, changes = [] } = byCommit.get(id) ?? {}
      return { parent, changes: changes.map(({ path, id: blob }) => `${path}${/^0+$/.test(blob) ? ' gone' : ''}`) }
    }
    expect(told(first)).toEqual({ parent: undefined, changes: ['a'] })
    expect(told(side)).toEqual({ parent: first, changes: ['b'] })
    expect(told(removed)).toEqual({ parent: first, changes: ['a gone'] })
    expect(told(nothing)).toEqual({ parent: removed, changes: [] })
    expect(told(merged)).toEqual({ parent: nothing, changes: ['b'] })
    const order = steps.map(({ commit: id }) => id)
    for (const { commit: id, parent } of steps) {
      if (parent !== undefined) expect(order.indexOf(parent)).toBeLessThan(order.indexOf(id))
    }
    expect(await commitsOf('refs/heads/side', place())).toEqual([first, side])
    expect(await historyOf([], place())).toEqual([])
  })

  it('tells the message of every commit of a range, whatever it looks like, of those without changes too', async () => {
    const messages = ['first', '', ':100644 100644 a b M\n\n\tpath', 'Grüße\n\n語', '\nlate']
    for (const [index, message] of messages.entries()) {
      if (index < 2) write('a', `${index}\n`)
      git('add', '-A')
      git('commit', '-q', '--allow-empty', '--allow-empty-message', '--cleanup=verbatim', '-m', message)
      if (index === 1) git('branch', 'side')
    }
    git('checkout', '-q', 'side')
    write('b', '1\n')
    git('add', '-A')
    git('-c', 'i18n.commitEncoding=latin1', 'commit', '-q', '-m', 'beside')
    git('merge', '-q', '-m', 'together', 'main')
    const told = new Map<string, string>()
    let paths: string[] = []
    for await (const part of changesOfCommits(['HEAD'], () => false, place(), 3)) {
      for (const { commit, text } of part.messages) told.set(commit, text.replace(/\n$/, ''))
      paths = [...paths, ...part.changes.map(({ change }) => change.path)]
    }
    expect(paths).toEqual(['a', 'a', 'b'])
    expect(told.size).toBe(7)
    for (const [commit, text] of told) expect(git('log', '-1', '--format=%B', commit)).toBe(text.trim())
  })

  it('tells what is staged before there is a commit, under any name', async () => {
    write(ODD_NAME, 'a: 1\n')
    write('left-out.yaml', 'not staged\n')
    git('add', ODD_NAME)
    write(ODD_NAME, 'a: changed in the working tree\n')
    const staged = await new GitRepository(place()).staged()
    expect(staged).toEqual([{ path: ODD_NAME, mode: '100644', id: expect.any(String), before: undefined }])
    expect(await contents(staged.map(({ id }) => id))).toEqual(['a: 1\n'])
  })

  it('tells what is staged on top of a commit: changed, new, renamed and re-typed files, and no removed ones', async () => {
    for (const name of ['changed', 'same', 'gone', 'old-name', 'typed']) write(name, `${name} v1\n`)
    git('add', '.')
    git('commit', '-q', '-m', 'first')
    write('changed', 'v2\n')
    write('new', 'new\n')
    git('rm', '-q', 'gone', 'typed')
    git('mv', 'old-name', 'new-name')
    symlinkSync('same', join(folder, 'typed'))
    git('add', '.')
    const staged = await new GitRepository(place()).staged()
    expect(staged.map(({ path, mode, before }) => [path, mode, before !== undefined])).toEqual([
      ['changed', '100644', true],
      ['new', '100644', false],
      ['new-name', '100644', false],
      ['typed', '120000', true],
    ])
    const befores = staged.flatMap(({ before }) => (before === undefined ? [] : [before]))
    expect(await contents(befores)).toEqual(['changed v1\n', 'typed v1\n'])
    expect((await filesOfIndex(place())).map(({ path }) => path)).toEqual([
      'changed',
      'new',
      'new-name',
      'same',
      'typed',
    ])
    expect((await filesOfTree('HEAD', place())).map(({ path }) => path)).toEqual([
      ...['changed', 'gone', 'old-name', 'same', 'typed'],
    ])
  })

  it('lists what commits add: also what a later one removes again, and of a merge only what no parent has', async () => {
    write('base', 'base\n')
    git('add', '.')
    git('commit', '-q', '-m', 'base')
    const base = git('rev-parse', 'HEAD')
    git('checkout', '-q', '-b', 'side')
    write('side', 'from the side\n')
    git('add', '.')
    git('commit', '-q', '-m', 'side')
    git('checkout', '-q', 'main')
    write('leak', 'for a moment\n')
    git('add', '.')
    git('commit', '-q', '-m', 'leak')
    git('rm', '-q', 'leak')
    git('commit', '-q', '-m', 'gone')
    git('merge', '-q', '--no-commit', 'side')
    write('evil', 'only in the merge\n')
    git('add', '.')
    git('commit', '-q', '-m', 'merge')
    const changes = await allChanges([`${base}..HEAD`], () => false, place())
    expect(changes.map(({ change }) => change.path).sort()).toEqual(['evil', 'leak', 'side'])
    expect(changes.find(({ change }) => change.path === 'evil')?.commit).toBe(git('rev-parse', 'HEAD'))
    expect((await changesBetween(base, 'HEAD', place())).map(({ path }) => path)).toEqual(['evil', 'side'])
    expect((await allChanges(['HEAD'], () => false, place())).map(({ change }) => change.path)).toContain('base')
  })

  it('tells in which commits the files of interest are the same', async () => {
    const commit = (message: string) => {
      git('add', '--all')
      git('commit', '-q', '--allow-empty', '-m', message)
      return git('rev-parse', 'HEAD')
    }
    const make = (message: string, files: Record<string, string>) => {
      for (const [path, text] of Object.entries(files)) write(path, text)
      return commit(message)
    }
    const first = make('first', { policy: 'a', other: '1' })
    const second = make('second', { other: '2' })
    git('checkout', '-q', '-b', 'side')
    const side = make('side', { aside: '1' })
    git('checkout', '-q', 'main')
    make('third', { other: '3' })
    git('merge', '-q', '--no-commit', 'side')
    const same = make('merge', { merged: '1' })
    git('rm', '-q', 'policy')
    const gone = make('gone', { other: '4' })
    git('checkout', '-q', 'side')
    const changed = make('changed', { policy: 'b' })
    git('merge', '-q', '--no-commit', '-s', 'ours', gone)
    const mixed = make('mixed', { merged: '2' })
    git('checkout', '-q', '-b', 'last', same)
    git('merge', '-q', '--no-commit', second)
    const after = make('after', { aside: '2' })
    const changes = await allChanges(['HEAD', 'side'], (path) => path === 'policy', place())
    const contexts = new Map(changes.map(({ commit, context }) => [commit, context]))
    expect([first, second, side, same, after].map((id) => contexts.get(id))).toEqual(Array(5).fill(first))
    expect([gone, changed, mixed].map((id) => contexts.get(id))).toEqual([gone, changed, mixed])
    const rest = await allChanges([`${second}..last`], (path) => path === 'policy', place())
    expect(rest.find(({ commit }) => commit === side)?.context).toBe(side)
  })

  it('reads blobs of any size and content in order, and says which are not there', async () => {
    const large = Buffer.alloc(300_000, 'x\n\0y')
    write('large', large)
    write('empty', '')
    git('add', '.')
    const ids = (await filesOfIndex(place())).map(({ id }) => id)
    const missing = 'f'.repeat(format === 'sha1' ? 40 : 64)
    const tree = git('write-tree')
    expect(await contents([...ids, missing, tree, ...ids])).toEqual([
      ...['', large.toString('utf8'), undefined, undefined, '', large.toString('utf8')],
    ])
  })
})

it.each([
  ['of the index', ''],
  ['of a revision', 'HEAD'],
])('reads files %s beside names that look like answers of git, and submodules', async (_, revision) => {
  git('init', '-q')
  const files = { plain: 'plain\n', 'a missing\nb': 'one\n', 'a blob 4\nb': 'two\n', '4': 'four\n', 'end\r': 'end\r\n' }
  for (const [name, text] of Object.entries(files)) write(name, text)
  git('add', '.')
  git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},module`)
  git('commit', '-q', '-m', 'one')
  const absent = ['x missing\ny', 'x blob 4\ny', 'x\n', 'plain\r', 'module', 'module/x\n']
  const names = Object.keys(files).flatMap((name, index) => [absent[index] ?? '', name])
  for (const wanted of [names, [...absent, 'plain'], ['module', 'none', 'plain', '4']]) {
    const repository = new GitRepository(place())
    const found = await repository.tree(revision).read(wanted)
    const texts = [...found].map(([name, bytes]) => [name, Buffer.from(bytes).toString()])
    expect(Object.fromEntries(texts)).toEqual(
      Object.fromEntries(Object.entries(files).filter(([name]) => wanted.includes(name))),
    )
    repository.close()
  }
})

it.each(['LITERAL', 'GLOB', 'NOGLOB', 'ICASE'])('lists the same files where GIT_%s_PATHSPECS is set', async (kind) => {
  git('init', '-q')
  write('a', 'a\n')
  git('add', 'a')
  process.env[`GIT_${kind}_PATHSPECS`] = '1'
  try {
    expect((await filesOfIndex({ cwd: folder, asGit: true })).map(({ path }) => path)).toEqual(['a'])
    expect(await filesOfIndex(place(), ['A'])).toEqual([])
  } finally {
    delete process.env[`GIT_${kind}_PATHSPECS`]
  }
})

it('tells which files of the index are one side of a conflict, also of one that a single side has', async () => {
  git('init', '-q')
  write('a', 'a\n')
  git('add', 'a')
  const id = git('hash-object', '-w', 'a')
  const info = [`100644 ${id} 1\told`, `100644 ${id} 2\tours`, `100644 ${id} 3\ttheirs`].join('\n')
  execFileSync('git', ['update-index', '--index-info'], { cwd: folder, env: GIT_ENVIRONMENT, input: info })
  expect((await filesOfIndex(place())).map(({ path, isUnmerged }) => [path, isUnmerged])).toEqual([
    ['a', undefined],
    ['old', undefined],
    ['ours', true],
    ['theirs', true],
  ])
})

it('gives what stashes have of the work tree, the index and new files, and takes any commit for one', async () => {
  git('init', '-q')
  expect(await stashesOf(place())).toEqual([])
  write('a', 'a\n')
  write('gone', 'gone\n')
  git('add', '.')
  git('commit', '-q', '-m', 'one')
  // "git stash store" of later versions takes no such commits
  const keep = (message: string) => git('update-ref', '--create-reflog', '-m', message, 'refs/stash', 'HEAD')
  keep('a root')
  write('a', 'staged\n')
  git('add', 'a')
  write('a', 'changed\n')
  rmSync(join(folder, 'gone'))
  write('new', 'new\n')
  git('stash', '--include-untracked')
  write('a', 'two\n')
  git('commit', '-q', '-a', '-m', 'two')
  keep('one parent')
  const stashes = await stashesOf(place())
  const found = stashes.map(async ({ changes }) => [
    changes.map(({ path }) => path),
    await contents(changes.map(({ id }) => id)),
  ])
  expect(await Promise.all(found)).toEqual([
    [['a'], ['two\n']],
    [
      ['a', 'a', 'new'],
      ['changed\n', 'staged\n', 'new\n'],
    ],
    [
      ['a', 'gone'],
      ['a\n', 'gone\n'],
    ],
  ])
})

it('says that there is no repository, or that git refuses the one that is there', async () => {
  const refused = { code: 'ERR_GIT', message: 'git refuses to read this repository' }
  const missing = { code: 'ERR_GIT', message: 'there is no git repository here' }
  await expect(new GitRepository(place()).staged()).rejects.toMatchObject(missing)
  await expect(new GitRepository(place()).folders()).rejects.toMatchObject(missing)
  await expect(contents(['HEAD:a'])).rejects.toMatchObject(refused)
  write('.git', 'gitdir: nowhere\n')
  const why = { ...refused, hint: expect.stringContaining('"git status" says why') }
  await expect(new GitRepository(place()).staged()).rejects.toMatchObject(why)
  await expect(new GitRepository(place()).folders()).rejects.toMatchObject(why)
})

it('reads the index that git names in a hook, and no other', async () => {
  git('init', '-q')
  write('a', 'a\n')
  git('add', 'a')
  const index = join(folder, '.git', 'other-index')
  execFileSync('git', ['read-tree', '--empty'], { cwd: folder, env: { ...GIT_ENVIRONMENT, GIT_INDEX_FILE: index } })
  process.env['GIT_INDEX_FILE'] = index
  try {
    expect(await filesOfIndex({ cwd: folder, asGit: true })).toEqual([])
    expect((await filesOfIndex(place())).map(({ path }) => path)).toEqual(['a'])
  } finally {
    delete process.env['GIT_INDEX_FILE']
  }
})
